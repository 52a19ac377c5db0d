//! An operation, a route of the WebSocket API or the reaction to the stream, as a Lambda function.

use aws_lambda_events::{apigw::ApiGatewayWebsocketProxyRequest, dynamodb};
pub use lambda_http::Error;
use lambda_http::{Request, Response, lambda_runtime::Diagnostic, service_fn};
use lambda_runtime::LambdaEvent;
use serde::de::IgnoredAny;

use crate::{
    app::App,
    aws,
    config::{self, Config},
    live::LiveFunction,
    observe::{self, Invocation},
    operation::Function,
    reaction::Reaction,
    schedule::Scheduled,
    secret,
};

/// Serves one operation until Lambda ends the process. This is all that a binary does.
pub fn serve(function: &'static Function) -> Result<(), Error> {
    start(async || Config::from_env(), async |app| answer(function, &app).await)
}

/// Serves an operation that issues tokens, with the keys of the secret that the environment names.
pub fn serve_issuing(function: &'static Function) -> Result<(), Error> {
    start(secret::config, async |app| answer(function, &app).await)
}

async fn answer(function: &'static Function, app: &App) -> Result<(), Error> {
    lambda_http::run(service_fn(move |request: Request| async move {
        Ok::<Response<_>, Diagnostic>(function.call(app, request).await)
    }))
    .await
}

/// Serves a route of the WebSocket API.
pub fn serve_live(function: &'static LiveFunction) -> Result<(), Error> {
    start(
        async || Config::from_env(),
        async |app| {
            let app = &app;
            lambda_runtime::run(service_fn(
                move |event: LambdaEvent<ApiGatewayWebsocketProxyRequest>| async move {
                    let app = app.invoked(Invocation::of(&event.context));
                    Ok::<_, Diagnostic>(function.call(&app, event.payload).await)
                },
            ))
            .await
        },
    )
}

/// Serves the reaction to the table's stream.
pub fn serve_reaction(reaction: &'static Reaction) -> Result<(), Error> {
    start(
        async || Config::from_env(),
        async |app| {
            let app = &app;
            lambda_runtime::run(service_fn(move |event: LambdaEvent<dynamodb::Event>| async move {
                let app = app.invoked(Invocation::of(&event.context));
                Ok::<_, Diagnostic>(reaction.call(&app, event.payload).await)
            }))
            .await
        },
    )
}

/// Serves a function that a schedule calls.
pub fn serve_scheduled(scheduled: &'static Scheduled) -> Result<(), Error> {
    start(
        async || Config::from_env(),
        async |app| {
            let app = &app;
            lambda_runtime::run(service_fn(move |event: LambdaEvent<IgnoredAny>| async move {
                let app = app.invoked(Invocation::of(&event.context));
                scheduled.call(&app).await.map_err(|error| Diagnostic {
                    error_type: error.code.as_str().to_owned(),
                    error_message: format!("{} did not finish", scheduled.name),
                })
            }))
            .await
        },
    )
}

fn start(
    settings: impl AsyncFnOnce() -> Result<Config, String>,
    run: impl AsyncFnOnce(App) -> Result<(), Error>,
) -> Result<(), Error> {
    observe::begin(config::log_level(), config::metrics()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let config = settings().await?;
        let clients = config::clients_of(&aws::of_lambda()?, &config);
        run(App::new(config, clients)?).await
    })
}
