//! An operation as a Lambda function.

pub use lambda_http::Error;
use lambda_http::{Request, Response, lambda_runtime::Diagnostic, service_fn};

use crate::{
    app::App,
    config::{self, Config},
    operation::Function,
};

/// Serves one operation until Lambda ends the process. This is all that a binary does.
pub fn serve(function: &'static Function) -> Result<(), Error> {
    tracing_subscriber::fmt()
        .json()
        .with_span_list(false)
        .without_time()
        .with_max_level(config::log_level())
        .with_target(false)
        .init();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let config = Config::from_env()?;
        let app = App::new(config, config::dynamodb().await)?;
        let app = &app;
        lambda_http::run(service_fn(move |request: Request| async move {
            Ok::<Response<_>, Diagnostic>(function.call(app, request).await)
        }))
        .await
    })
}
