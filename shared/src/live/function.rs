use std::{panic::AssertUnwindSafe, time::Instant};

use aws_lambda_events::apigw::{ApiGatewayProxyResponse, ApiGatewayWebsocketProxyRequest};
use futures_util::{FutureExt, future::BoxFuture};
use tracing::Instrument;

use crate::{
    app::App,
    domain::ConnectionId,
    error::{Error, Result},
};

/// What the WebSocket API hands over: that a socket opens or closes, or what came over it.
pub type LiveRequest = ApiGatewayWebsocketProxyRequest;

/// A route of the WebSocket API.
pub trait LiveOperation: 'static {
    /// As the WebSocket API names it: `$connect`, `$disconnect`, `$default`.
    const ROUTE: &'static str;

    /// For `$connect` a success lets the socket open; an error refuses it with its status.
    fn run(
        app: &App,
        connection: ConnectionId,
        request: &LiveRequest,
    ) -> impl Future<Output = Result<()>> + Send;
}

type Run = for<'a> fn(&'a App, ConnectionId, &'a LiveRequest) -> BoxFuture<'a, Result<()>>;

/// A route of the WebSocket API with its type erased; see [`Function`](crate::operation::Function).
pub struct LiveFunction {
    /// The name of file, binary and sample.
    pub name: &'static str,
    pub route: &'static str,
    run: Run,
}

impl LiveFunction {
    pub const fn of<Op: LiveOperation>(name: &'static str) -> Self {
        Self {
            name,
            route: Op::ROUTE,
            run: |app, connection, request| Box::pin(Op::run(app, connection, request)),
        }
    }

    /// Answers with a status alone: no route has a response, so the client never sees more of it.
    pub async fn call(&'static self, app: &App, request: LiveRequest) -> ApiGatewayProxyResponse {
        let context = &request.request_context;
        let request_id = context.request_id.as_deref().unwrap_or_default().to_owned();
        let connection = ConnectionId::new(context.connection_id.as_deref().unwrap_or_default());
        let span =
            tracing::info_span!("call", operation = self.name, request_id, connection = connection.as_str());
        let status = self.answer(app, connection, &request).instrument(span).await;
        let mut response = ApiGatewayProxyResponse::default();
        response.status_code = status.into();
        response
    }

    async fn answer(&self, app: &App, connection: ConnectionId, request: &LiveRequest) -> u16 {
        let started = Instant::now();
        let app = &app.metered();
        let outcome = AssertUnwindSafe((self.run)(app, connection, request)).catch_unwind().await;
        let outcome = outcome.unwrap_or_else(|_| Err(Error::internal("the function panicked")));
        if let Some(cause) = outcome.as_ref().err().and_then(Error::cause) {
            tracing::error!(%cause, "failed");
        }
        let code = outcome.as_ref().err().map(|error| error.code.as_str());
        let status = outcome.as_ref().err().map_or(200, |error| error.code.status());
        let (cost, ms) = (app.store().cost(), started.elapsed().as_millis());
        tracing::info!(status, code, ms, calls = cost.calls, rcu = cost.rcu, wcu = cost.wcu, "answered");
        status
    }
}
