//! API Gateway's HTTP API on one machine: routes, events, limits and CORS as on AWS, so that what works here
//! works there; `docs/GATEWAY.md` says what of it AWS documents.

mod cors;
mod event;
mod reply;
mod routes;

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::HeaderName;
use axum::http::{HeaderValue, StatusCode, request::Parts};
use axum::response::Response;
use jiff::Timestamp;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_http::request::LambdaRequest;
use lambda_http::{BoxFuture, LambdaEvent, Service};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::live::LiveGateway;

pub use routes::{Match, Routes};

/// A function behind the gateway.
pub type Handler = Arc<
    dyn Fn(lambda_http::Request) -> BoxFuture<'static, lambda_http::Response<lambda_http::Body>>
        + Send
        + Sync,
>;

/// The largest body that API Gateway takes: 10 MiB.
const BODY_BYTES: usize = 10 * 1024 * 1024;
/// The most that API Gateway takes of a request line and the values of all headers together.
const HEAD_BYTES: usize = 10_240;
/// The longest that API Gateway waits for a function.
const PATIENCE: Duration = Duration::from_secs(30);
const DEFAULT_ROUTE: &str = "$default";
const GATEWAY_REQUEST_ID: HeaderName = HeaderName::from_static("apigw-requestid");

/// The gateway of one API.
#[derive(Clone)]
pub struct Gateway {
    routes: Arc<Routes<Handler>>,
    default: Handler,
    calls: TaskTracker,
    patience: Duration,
    live: Option<LiveGateway>,
}

impl Gateway {
    /// A gateway to `routes`; what has no route goes to `default`.
    pub fn new(routes: Routes<Handler>, default: Handler) -> Self {
        Self { routes: Arc::new(routes), default, calls: TaskTracker::new(), patience: PATIENCE, live: None }
    }

    /// Waits for `patience` instead of 30 seconds before it gives up on a function.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Serves sockets on the same port as well.
    #[must_use]
    pub fn with_live(self, live: LiveGateway) -> Self {
        Self { live: Some(live), ..self }
    }

    /// How many sockets are open.
    pub fn open_sockets(&self) -> usize {
        self.live.as_ref().map_or(0, LiveGateway::open_sockets)
    }

    /// The gateway as an HTTP service on `port`; it has to be served with connect info.
    pub fn router(&self, port: u16) -> Router {
        let http = Router::new().fallback(serve).with_state((self.clone(), port));
        match &self.live {
            Some(live) => http.merge(live.router()),
            None => http,
        }
    }

    /// Closes the sockets and waits until no function runs any more. A client that leaves does not stop the
    /// function it called.
    pub async fn idle(&self) {
        if let Some(live) = &self.live {
            live.stop().await;
        }
        self.calls.close();
        self.calls.wait().await;
    }

    async fn forward(&self, call: event::Call, parts: &Parts, body: Bytes) -> Response {
        let (handler, route) = match self.routes.find(parts.method.as_str(), parts.uri.path()) {
            Some(found) => {
                let route = event::Route { key: found.key.to_owned(), parameters: found.parameters };
                (Arc::clone(found.target), route)
            }
            None => (Arc::clone(&self.default), event::Route::unmatched(DEFAULT_ROUTE)),
        };
        let event = call.event(route, parts, body);
        if event.body.as_ref().is_some_and(|body| body.len() > reply::PAYLOAD_BYTES) {
            return too_long();
        }
        let millis = u64::try_from(self.patience.as_millis()).unwrap_or(u64::MAX);
        let running = self.calls.spawn(invoke(handler, call.invocation(event, millis)));
        match tokio::time::timeout(self.patience, running).await {
            Ok(Ok(Ok(reply))) => reply,
            Ok(Ok(Err(error))) => failed(&error),
            Ok(Err(panic)) => failed(&panic),
            Err(_) => reply::refusal(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        }
    }
}

/// The event of a request at a fixed time, for the samples in `events/`.
pub fn sample(
    route_key: &str,
    parameters: impl Iterator<Item = (String, String)>,
    request: axum::http::Request<String>,
) -> ApiGatewayV2httpRequest {
    let (parts, body) = request.into_parts();
    let call = event::Call {
        id: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000),
        at: Timestamp::UNIX_EPOCH,
        peer: SocketAddr::from((Ipv4Addr::LOCALHOST, 50_000)),
        local_port: 3000,
    };
    call.event(
        event::Route { key: route_key.to_owned(), parameters: parameters.collect() },
        &parts,
        body.into(),
    )
}

async fn serve(
    State((gateway, local_port)): State<(Gateway, u16)>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
    #[expect(clippy::disallowed_methods, reason = "the gateway says when a call came in, on AWS as well")]
    let call = event::Call { id: Uuid::now_v7(), at: Timestamp::now(), peer, local_port };
    let id = call.id;
    let is_cross_origin = parts.headers.contains_key(axum::http::header::ORIGIN);
    let mut reply = if head_bytes(&parts) > HEAD_BYTES {
        // The limit is documented, the status is not: RFC 6585 has one for it.
        reply::refusal(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large")
    } else if cors::is_preflight(&parts.method, &parts.headers) {
        cors::preflight()
    } else {
        match read(body).await {
            Some(body) => gateway.forward(call, &parts, body).await,
            None => too_long(),
        }
    };
    if is_cross_origin {
        cors::allow(reply.headers_mut());
    }
    reply.headers_mut().extend(HeaderValue::try_from(id.to_string()).map(|id| (GATEWAY_REQUEST_ID, id)));
    let milliseconds = started.elapsed().as_millis();
    tracing::info!("{method} {path} {} {milliseconds} ms", reply.status().as_u16());
    reply
}

/// Runs a function the way its Lambda does, conversions included.
async fn invoke(handler: Handler, event: LambdaEvent<LambdaRequest>) -> Result<Response, String> {
    let function = lambda_http::service_fn(|request| {
        let reply = handler(request);
        async { Ok::<_, Infallible>(reply.await) }
    });
    let Ok(answer) = lambda_http::Adapter::from(function).call(event).await;
    reply::from_function(&answer)
}

async fn read(body: Body) -> Option<Bytes> {
    to_bytes(body, BODY_BYTES).await.ok()
}

/// The length of the request line and of the values of all headers.
fn head_bytes(parts: &Parts) -> usize {
    const AROUND: usize = "  HTTP/1.1\r\n".len();
    let target = parts.uri.path_and_query().map_or(0, |target| target.as_str().len());
    let values: usize = parts.headers.values().map(HeaderValue::len).sum();
    parts.method.as_str().len() + target + AROUND + values
}

fn too_long() -> Response {
    reply::refusal(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long")
}

fn failed(error: &dyn std::fmt::Display) -> Response {
    tracing::error!("a function failed: {error}");
    reply::refusal(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}
