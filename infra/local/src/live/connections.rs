//! The connections API, as the SDKs call it; credentials are not looked at.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html>.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::LiveGateway;

/// How much of a body that is too long is read, for the caller to see the refusal: 10 MiB.
const BODY_BYTES: usize = 10 * 1024 * 1024;

/// `POST`: puts a message in line for the client, and does not wait until the client has it.
pub(super) async fn send(State(gateway): State<LiveGateway>, Path(id): Path<String>, body: Body) -> Response {
    let body = to_bytes(body, BODY_BYTES).await.ok().filter(|body| body.len() <= gateway.limits.message);
    let Some(body) = body else {
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLargeException", "Message too long");
    };
    let Ok(message) = Utf8Bytes::try_from(body) else {
        return refusal(StatusCode::BAD_REQUEST, "BadRequestException", "Message is not UTF-8");
    };
    match gateway.sockets.get(&id) {
        Some(open) if open.post(message) => StatusCode::OK.into_response(),
        Some(_) => {
            refusal(StatusCode::TOO_MANY_REQUESTS, "LimitExceededException", "Client reads too slowly")
        }
        None => gone(),
    }
}

/// `GET`: who the client is, since when, and when something last passed.
pub(super) async fn describe(State(gateway): State<LiveGateway>, Path(id): Path<String>) -> Response {
    let Some(open) = gateway.sockets.get(&id) else { return gone() };
    let identity = json!({ "sourceIp": open.peer.source_ip, "userAgent": open.peer.user_agent });
    let connection = json!({
        "connectedAt": open.peer.connected_at,
        "identity": identity,
        "lastActiveAt": open.last_active_at(),
    });
    Json(connection).into_response()
}

/// `DELETE`: closes the socket with 1000 after what was posted before.
pub(super) async fn close(State(gateway): State<LiveGateway>, Path(id): Path<String>) -> Response {
    let Some(open) = gateway.sockets.remove(&id) else { return gone() };
    open.deleted.cancel();
    StatusCode::NO_CONTENT.into_response()
}

fn gone() -> Response {
    refusal(StatusCode::GONE, "GoneException", "Gone")
}

fn refusal(status: StatusCode, kind: &'static str, message: &str) -> Response {
    (status, [("x-amzn-errortype", kind)], Json(json!({ "message": message }))).into_response()
}
