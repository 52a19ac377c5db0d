//! An operation, a route of the WebSocket API or the reaction to the stream, as a Lambda function.

use std::future::Future;

use aws_lambda_events::{apigw::ApiGatewayWebsocketProxyRequest, dynamodb};
pub use lambda_http::Error;
use lambda_http::{Request, Response, lambda_runtime::Diagnostic, service_fn};
use lambda_runtime::LambdaEvent;

use crate::{
    app::App,
    config::{self, Config},
    live::LiveFunction,
    observe::{self, Invocation},
    operation::Function,
    reaction::Reaction,
};

/// Serves one operation until Lambda ends the process. This is all that a binary does.
pub fn serve(function: &'static Function) -> Result<(), Error> {
    start(async |app| {
        let app = &app;
        lambda_http::run(service_fn(move |request: Request| async move {
            Ok::<Response<_>, Diagnostic>(function.call(app, request).await)
        }))
        .await
    })
}

/// Serves a route of the WebSocket API.
pub fn serve_live(function: &'static LiveFunction) -> Result<(), Error> {
    start(async |app| {
        let app = &app;
        lambda_runtime::run(service_fn(
            move |event: LambdaEvent<ApiGatewayWebsocketProxyRequest>| async move {
                let app = app.invoked(Invocation::of(&event.context));
                Ok::<_, Diagnostic>(function.call(&app, event.payload).await)
            },
        ))
        .await
    })
}

/// Serves the reaction to the table's stream.
pub fn serve_reaction(reaction: &'static Reaction) -> Result<(), Error> {
    start(async |app| {
        let app = &app;
        lambda_runtime::run(service_fn(move |event: LambdaEvent<dynamodb::Event>| async move {
            let app = app.invoked(Invocation::of(&event.context));
            Ok::<_, Diagnostic>(reaction.call(&app, event.payload).await)
        }))
        .await
    })
}

fn start<F: Future<Output = Result<(), Error>>>(run: impl FnOnce(App) -> F) -> Result<(), Error> {
    observe::begin(config::log_level(), config::metrics()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let config = Config::from_env()?;
        let clients = config::clients(&config).await;
        run(App::new(config, clients)?).await
    })
}
