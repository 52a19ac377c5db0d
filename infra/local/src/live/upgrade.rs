//! How a request becomes a socket.

use std::net::SocketAddr;

use aws_lambda_events::apigw::ApiGatewayProxyResponse;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION,
    UPGRADE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, request::Parts};
use axum::response::{IntoResponse, Response};
use hyper::upgrade::OnUpgrade;
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::closing::End;
use super::event::Peer;
use super::{LiveGateway, socket};

const WEBSOCKET: HeaderValue = HeaderValue::from_static("websocket");

/// Asks `$connect` and does as it says. The client gets no body with a refusal.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html>.
pub(super) async fn upgrade(
    State(gateway): State<LiveGateway>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let Some(handshake) = Handshake::take(&mut parts) else {
        let headers = [(UPGRADE, WEBSOCKET), (CONNECTION, HeaderValue::from_static("upgrade"))];
        return (StatusCode::UPGRADE_REQUIRED, headers).into_response();
    };
    let peer = Peer::new(address, &parts.headers);
    let (answer, answered) = oneshot::channel();
    // On its own, so that a client that leaves stops no function and is still said to have disconnected.
    gateway.tasks.spawn(establish(gateway.clone(), peer, parts, handshake, answer));
    answered.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

async fn establish(
    gateway: LiveGateway,
    peer: Peer,
    parts: Parts,
    handshake: Handshake,
    answer: oneshot::Sender<Response>,
) {
    let accepted = match gateway.invoke(&gateway.handlers.connect, peer.connect(&parts)).await {
        Ok(reply) => handshake.answer(&reply),
        Err(failure) => Err(failure.status()),
    };
    let accepted = match accepted {
        Ok(accepted) => accepted,
        Err(status) => {
            tracing::info!("a socket is refused with {status}");
            // A client that left needs no refusal.
            let _ = answer.send(status.into_response());
            return;
        }
    };
    // Known before the client is: once it sees the socket open, messages can be posted to it.
    let (open, inbox) = gateway.sockets.add(peer, gateway.limits.waiting);
    let upgraded = match answer.send(accepted) {
        Ok(()) => handshake.on_upgrade.await.ok(),
        Err(_) => None,
    };
    let end = match upgraded {
        Some(upgraded) => socket::run(&gateway, &open, inbox, upgraded).await,
        None => End::Lost,
    };
    gateway.sockets.remove(&open.peer.id);
    gateway.disconnect(open.peer.disconnect(&end)).await;
}

/// The client's half of the opening handshake (RFC 6455, section 4.2.1).
struct Handshake {
    key: HeaderValue,
    on_upgrade: OnUpgrade,
}

impl Handshake {
    fn take(parts: &mut Parts) -> Option<Self> {
        let headers = &parts.headers;
        let is_upgrade = has(headers, &CONNECTION, "upgrade")
            && has(headers, &UPGRADE, "websocket")
            && has(headers, &SEC_WEBSOCKET_VERSION, "13");
        let key = headers.get(SEC_WEBSOCKET_KEY).filter(|_| is_upgrade)?.clone();
        Some(Self { key, on_upgrade: parts.extensions.remove()? })
    }

    /// What the client gets for the function's answer, or the status of the refusal.
    fn answer(&self, reply: &ApiGatewayProxyResponse) -> Result<Response, StatusCode> {
        let status = u16::try_from(reply.status_code).ok().and_then(|code| StatusCode::from_u16(code).ok());
        let status = status.unwrap_or(StatusCode::BAD_GATEWAY);
        if !status.is_success() {
            return Err(status);
        }
        let accept = HeaderValue::try_from(derive_accept_key(self.key.as_bytes()));
        let accept = accept.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, WEBSOCKET);
        headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
        let stated = |headers: &HeaderMap| headers.get(SEC_WEBSOCKET_PROTOCOL).cloned();
        let protocol = stated(&reply.headers).or_else(|| stated(&reply.multi_value_headers));
        headers.extend(protocol.map(|protocol| (SEC_WEBSOCKET_PROTOCOL, protocol)));
        Ok(response)
    }
}

/// Whether a header lists a word.
fn has(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    let lists = |value: &HeaderValue| {
        value.to_str().is_ok_and(|value| value.split(',').any(|one| one.trim().eq_ignore_ascii_case(word)))
    };
    headers.get_all(name).iter().any(lists)
}
