//! API Gateway's WebSocket API on one machine: events, limits, close codes and the `@connections` API as on AWS, so
//! that what works here works there.
//!
//! What it does and why: <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html>.

mod closing;
mod connections;
mod event;
mod limits;
mod registry;
mod socket;
mod upgrade;

use std::sync::Arc;

use aws_lambda_events::apigw::{ApiGatewayProxyResponse, ApiGatewayWebsocketProxyRequest};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use event::samples;
pub use limits::Limits;
use registry::Registry;

/// A function behind the gateway. Of the answer to `$connect`, the status and `Sec-WebSocket-Protocol` count; of
/// the others nothing does, because no route has a route response: what a client is to see is posted to it.
pub type Handler =
    Arc<dyn Fn(ApiGatewayWebsocketProxyRequest) -> BoxFuture<'static, ApiGatewayProxyResponse> + Send + Sync>;

/// The functions behind the gateway.
#[derive(Clone)]
pub struct Handlers {
    /// Decides whether a socket opens.
    pub connect: Handler,
    /// Hears that a socket closed, as far as the gateway learns of it.
    pub disconnect: Handler,
    /// Gets every message.
    pub default: Handler,
    /// Values of `$request.body.action` that have a route of their own, for the event to name it.
    pub actions: &'static [&'static str],
}

/// The gateway of one WebSocket API, at the path `/live`, with its connections API at `/live/@connections/{id}`.
#[derive(Clone)]
pub struct LiveGateway {
    handlers: Handlers,
    limits: Limits,
    sockets: Registry,
    tasks: TaskTracker,
    stop: CancellationToken,
    disconnecting: Arc<Semaphore>,
    /// Cancelled when nobody waits for the end any more.
    abandoned: CancellationToken,
}

impl LiveGateway {
    pub fn new(handlers: Handlers, limits: Limits) -> Self {
        Self {
            handlers,
            limits,
            sockets: Registry::default(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            disconnecting: Arc::new(Semaphore::new(limits.disconnecting)),
            abandoned: CancellationToken::new(),
        }
    }

    /// The gateway as an HTTP service; it has to be served with connect info.
    pub fn router(&self) -> Router {
        let connection = || post(connections::send).get(connections::describe).delete(connections::close);
        Router::new()
            .route("/live", get(upgrade::upgrade))
            .route("/live/@connections/{id}", connection())
            // As the SDKs of some languages write it.
            .route("/live/%40connections/{id}", connection())
            .with_state(self.clone())
    }

    /// How many sockets are open.
    pub fn open_sockets(&self) -> usize {
        self.sockets.len()
    }

    /// Closes all sockets with 1001 and waits until no function runs any more. Once this is dropped, `$disconnect` is
    /// not called any more.
    pub async fn stop(&self) {
        let _abandoned = self.abandoned.clone().drop_guard();
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Tells of a closed socket. Best effort, as on AWS: it is told at most once, and a failure is in the log.
    async fn disconnect(&self, event: ApiGatewayWebsocketProxyRequest) {
        let told = async {
            let _turn = self.disconnecting.acquire().await;
            let _ = self.invoke(&self.handlers.disconnect, event).await;
        };
        // In this order, so that nobody takes the turn of one that was abandoned.
        tokio::select! {
            biased;
            () = self.abandoned.cancelled() => {}
            () = told => {}
        }
    }

    /// Runs a function; one that takes too long runs on.
    async fn invoke(
        &self,
        handler: &Handler,
        event: ApiGatewayWebsocketProxyRequest,
    ) -> Result<ApiGatewayProxyResponse, Failure> {
        let handler = Arc::clone(handler);
        let running = self.tasks.spawn(async move { handler(event).await });
        match tokio::time::timeout(self.limits.patience, running).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(panic)) => {
                tracing::error!("a function failed: {panic}");
                Err(Failure::Failed)
            }
            Err(_) => Err(Failure::TimedOut),
        }
    }
}

/// That a function did not answer. The statuses and words are those that users of the real gateway report; the
/// developer guide does not list them.
enum Failure {
    Failed,
    TimedOut,
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::Failed => StatusCode::BAD_GATEWAY,
            Self::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    fn message(&self) -> &'static str {
        match self {
            Self::Failed => "Internal server error",
            Self::TimedOut => "Endpoint request timed out",
        }
    }
}

fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "the gateway says when something came in, on AWS as well")]
    Timestamp::now()
}
