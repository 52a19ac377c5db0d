//! What a socket does, as API Gateway hands it to a function.
//!
//! The fields: <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html>.

use std::net::SocketAddr;

use aws_lambda_events::apigw::ApiGatewayWebsocketProxyRequest;
use aws_lc_rs::rand;
use axum::http::header::{CONNECTION, HOST, HeaderName, UPGRADE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, request::Parts};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use jiff::Timestamp;
use serde::Deserialize;

use super::closing::End;
use super::now;

const API: &str = "local";
const STAGE: &str = "live";
const DEFAULT: &str = "$default";
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The other end of a socket.
#[derive(Clone)]
pub(super) struct Peer {
    pub(super) id: String,
    pub(super) connected_at: Timestamp,
    pub(super) source_ip: String,
    pub(super) user_agent: Option<String>,
    /// What the client calls this API, port included.
    host: Option<String>,
}

impl Peer {
    pub(super) fn new(address: SocketAddr, headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Self {
            id: random_id(),
            connected_at: now(),
            source_ip: address.ip().to_string(),
            user_agent: text(USER_AGENT),
            host: text(HOST),
        }
    }

    /// That a client wants in.
    pub(super) fn connect(&self, parts: &Parts) -> ApiGatewayWebsocketProxyRequest {
        let mut event = self.event("$connect", "CONNECT");
        let query = parts.uri.query().unwrap_or_default();
        event.query_string_parameters = query.parse().unwrap_or_default();
        event.multi_value_query_string_parameters = event.query_string_parameters.clone();
        event.multi_value_headers = self.headers(&parts.headers);
        event.headers = last_values(&event.multi_value_headers);
        event
    }

    /// A message. The route selection expression is `$request.body.action`, as far as `actions` have routes.
    pub(super) fn message(
        &self,
        text: &str,
        actions: &'static [&'static str],
    ) -> ApiGatewayWebsocketProxyRequest {
        let mut event = self.event(route(text, actions), "MESSAGE");
        event.request_context.message_id = Some(random_id());
        event.body = Some(text.to_owned());
        event
    }

    /// That the socket closed.
    pub(super) fn disconnect(&self, end: &End) -> ApiGatewayWebsocketProxyRequest {
        let mut event = self.event("$disconnect", "DISCONNECT");
        let (code, reason) = end.told();
        event.request_context.disconnect_status_code = Some(code.into());
        event.request_context.disconnect_reason = Some(reason);
        let host = self.host.as_deref().and_then(|host| HeaderValue::try_from(host).ok());
        event.headers.extend(host.map(|host| (HOST, host)));
        event.multi_value_headers = event.headers.clone();
        event
    }

    fn event(&self, route: &str, kind: &str) -> ApiGatewayWebsocketProxyRequest {
        let at = now();
        let mut event = ApiGatewayWebsocketProxyRequest::default();
        let context = &mut event.request_context;
        let request_id = random_id();
        context.route_key = Some(route.to_owned());
        context.event_type = Some(kind.to_owned());
        context.extended_request_id = Some(request_id.clone());
        context.request_id = Some(request_id);
        context.request_time = Some(at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string());
        context.request_time_epoch = at.as_millisecond();
        context.message_direction = Some("IN".to_owned());
        context.stage = Some(STAGE.to_owned());
        context.apiid = Some(API.to_owned());
        context.domain_name.clone_from(&self.host);
        context.connection_id = Some(self.id.clone());
        context.connected_at = self.connected_at.as_millisecond();
        context.identity.source_ip = Some(self.source_ip.clone());
        context.identity.user_agent.clone_from(&self.user_agent);
        event
    }

    fn headers(&self, sent: &HeaderMap) -> HeaderMap {
        let mut headers = sent.clone();
        headers.remove(CONNECTION);
        headers.remove(UPGRADE);
        let known = sent.get(FORWARDED_FOR).and_then(|known| known.to_str().ok());
        let forwarded = match known {
            Some(known) => format!("{known}, {}", self.source_ip),
            None => self.source_ip.clone(),
        };
        if let Ok(forwarded) = HeaderValue::try_from(forwarded) {
            headers.insert(FORWARDED_FOR, forwarded);
        }
        headers.insert(FORWARDED_PROTO, HeaderValue::from_static("http"));
        headers
    }
}

/// Samples of what the three kinds of routes are given: of opening, of a message, of closing.
pub fn samples(message: &str) -> [ApiGatewayWebsocketProxyRequest; 3] {
    const ID: &str = "L0SM9cOFvHcCIhw=";
    let headers =
        [("host", "localhost:3000"), ("authorization", "Bearer <access token>"), ("accept-language", "en")];
    let request = headers
        .iter()
        .fold(axum::http::Request::get("/live"), |request, (name, value)| request.header(*name, *value));
    let (parts, ()) = request.body(()).unwrap_or_default().into_parts();
    let peer = Peer {
        id: ID.to_owned(),
        connected_at: Timestamp::UNIX_EPOCH,
        source_ip: "127.0.0.1".to_owned(),
        user_agent: Some("sample".to_owned()),
        host: Some("localhost:3000".to_owned()),
    };
    let mut samples = [peer.connect(&parts), peer.message(message, &[]), peer.disconnect(&End::DELETED)];
    for context in samples.iter_mut().map(|sample| &mut sample.request_context) {
        context.request_id = Some("L0SM9dMFvHcFz4Q=".to_owned());
        context.extended_request_id.clone_from(&context.request_id);
        context.message_id = context.message_id.as_ref().map(|_| "L0SM9cOFvHcCJhw=".to_owned());
        context.request_time_epoch = 0;
        context.request_time = Some("01/Jan/1970:00:00:00 +0000".to_owned());
    }
    samples
}

/// An id as API Gateway gives it to sockets, messages and requests: URL-safe base64 that ends with `=`, which a URL
/// has to escape.
pub(super) fn random_id() -> String {
    let mut bytes = [0; 11];
    rand::fill(&mut bytes).expect("the system has random numbers");
    URL_SAFE.encode(bytes)
}

fn route(text: &str, actions: &'static [&'static str]) -> &'static str {
    #[derive(Deserialize)]
    struct Selected {
        action: String,
    }
    let selected = serde_json::from_str::<Selected>(text).ok();
    let known = |one: &&&'static str| selected.as_ref().is_some_and(|selected| selected.action == **one);
    actions.iter().find(known).copied().unwrap_or(DEFAULT)
}

/// Of a header that came twice, `headers` has the last.
fn last_values(all: &HeaderMap) -> HeaderMap {
    let last = |name: &HeaderName| all.get_all(name).iter().next_back().cloned();
    all.keys().filter_map(|name| Some((name.clone(), last(name)?))).collect()
}
