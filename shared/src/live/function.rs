use std::panic::AssertUnwindSafe;

use aws_lambda_events::apigw::{ApiGatewayProxyResponse, ApiGatewayWebsocketProxyRequest};
use futures_util::{FutureExt, future::BoxFuture};
use tracing::Instrument;

use crate::{
    app::App,
    domain::ConnectionId,
    error::{Error, Result},
    observe::{Invocation, TraceId, report},
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
        // Of Lambda; where it says nothing, of the request that opens a socket, and else a new one.
        let header = request.headers.get("x-amzn-trace-id").and_then(|value| value.to_str().ok());
        let trace = app.invocation().trace.clone().or_else(|| TraceId::of_header(header?));
        let (_, trace) = Invocation { trace, request_id: None }.or_new(app.new_id());
        let span = tracing::error_span!(
            "call",
            operation = self.name,
            request_id,
            trace_id = trace.as_str(),
            connection = connection.as_str()
        );
        let status = self.answer(&app.for_call(Some(trace)), connection, &request).instrument(span).await;
        let mut response = ApiGatewayProxyResponse::default();
        response.status_code = status.into();
        response
    }

    async fn answer(&self, app: &App, connection: ConnectionId, request: &LiveRequest) -> u16 {
        let outcome = AssertUnwindSafe((self.run)(app, connection, request)).catch_unwind().await;
        let outcome = outcome.unwrap_or_else(|_| Err(Error::internal("the function panicked")));
        if let Some(cause) = outcome.as_ref().err().and_then(Error::cause) {
            tracing::error!(%cause, "failed");
        }
        let code = outcome.as_ref().err().map(|error| error.code.as_str());
        let status = outcome.as_ref().err().map_or(200, |error| error.code.status());
        report!(app, app.store().cost(), status >= 500, "answered", status, code);
        status
    }
}
