//! An HTTP request as API Gateway hands it to a function: payload format 2.0 of an HTTP API.
//!
//! The format: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>.

use std::collections::HashMap;
use std::net::SocketAddr;

use axum::body::Bytes;
use axum::http::header::{
    CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, EXPECT, HOST, HeaderName, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};
use axum::http::{HeaderMap, HeaderValue, request::Parts};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use lambda_http::aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpRequestContext};
use lambda_http::request::LambdaRequest;
use lambda_http::{Context, LambdaEvent};
use uuid::Uuid;

use super::routes::decode;

const ACCOUNT: &str = "000000000000";
const API: &str = "local";
const STAGE: &str = "$default";
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");
/// What concerns one connection and goes no further.
const HOP_BY_HOP: [HeaderName; 6] = [CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, EXPECT];

/// The route a call takes, as the event names it.
pub(super) struct Route {
    pub(super) key: String,
    pub(super) parameters: HashMap<String, String>,
}

impl Route {
    /// The route of what matches no other.
    pub(super) fn unmatched(key: &str) -> Self {
        Self { key: key.to_owned(), parameters: HashMap::new() }
    }
}

/// One call as the gateway sees it.
pub(super) struct Call {
    pub(super) id: Uuid,
    pub(super) at: Timestamp,
    pub(super) peer: SocketAddr,
    pub(super) local_port: u16,
}

impl Call {
    /// The event that a function gets.
    pub(super) fn event(&self, route: Route, parts: &Parts, body: Bytes) -> ApiGatewayV2httpRequest {
        let query = parts.uri.query().unwrap_or_default();
        // API Gateway decodes `rawPath`, whatever its name says; function URLs do not.
        let path = decode(parts.uri.path());
        let mut event = ApiGatewayV2httpRequest::default();
        event.request_context = self.context(&route.key, &path, parts);
        event.version = Some("2.0".to_owned());
        event.route_key = Some(route.key);
        event.raw_path = Some(path);
        event.query_string_parameters = query.parse().unwrap_or_default();
        event.raw_query_string = Some(query.to_owned());
        event.path_parameters = route.parameters;
        event.cookies = cookies(&parts.headers);
        event.is_base64_encoded = !body.is_empty() && !is_text(&parts.headers);
        event.headers = self.headers(&parts.headers, body.len());
        event.body = encode(body, event.is_base64_encoded);
        event
    }

    /// What Lambda says about the invocation beside the event; `millis` is all the time there is.
    pub(super) fn invocation(
        &self,
        event: ApiGatewayV2httpRequest,
        millis: u64,
    ) -> LambdaEvent<LambdaRequest> {
        let mut context = Context::default();
        context.request_id = self.id.to_string();
        context.deadline = self.at.as_millisecond().unsigned_abs() + millis;
        LambdaEvent::new(LambdaRequest::ApiGatewayV2(event), context)
    }

    fn context(&self, route_key: &str, path: &str, parts: &Parts) -> ApiGatewayV2httpRequestContext {
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let domain =
            text(HOST).map_or("localhost", |host| host.rsplit_once(':').map_or(host, |(name, _)| name));
        let mut context = ApiGatewayV2httpRequestContext::default();
        context.route_key = Some(route_key.to_owned());
        context.account_id = Some(ACCOUNT.to_owned());
        context.apiid = Some(API.to_owned());
        context.stage = Some(STAGE.to_owned());
        context.request_id = Some(self.id.to_string());
        context.domain_name = Some(domain.to_owned());
        context.domain_prefix = domain.split('.').next().map(str::to_owned);
        context.time = Some(self.at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string());
        context.time_epoch = self.at.as_millisecond();
        context.http.method = parts.method.clone();
        context.http.path = Some(path.to_owned());
        context.http.protocol = Some(format!("{:?}", parts.version));
        context.http.source_ip = Some(self.peer.ip().to_string());
        context.http.user_agent = text(USER_AGENT).map(str::to_owned);
        context
    }

    fn headers(&self, sent: &HeaderMap, length: usize) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(sent.keys_len() + 5);
        for name in sent.keys().filter(|name| **name != COOKIE && !HOP_BY_HOP.contains(name)) {
            headers.insert(name, joined(sent, name));
        }
        let peer = self.peer.ip();
        let forwarded = match headers.get(&FORWARDED_FOR).and_then(|known| known.to_str().ok()) {
            Some(known) => format!("{known}, {peer}"),
            None => peer.to_string(),
        };
        let id = self.id.simple().to_string();
        let trace = format!("Root=1-{:08x}-{}", self.at.as_second(), &id[8..]);
        insert_text(&mut headers, FORWARDED_FOR, forwarded);
        insert_text(&mut headers, TRACE_ID, trace);
        headers.insert(FORWARDED_PORT, self.local_port.into());
        headers.insert(FORWARDED_PROTO, HeaderValue::from_static("http"));
        headers.insert(CONTENT_LENGTH, length.into());
        headers
    }
}

fn insert_text(headers: &mut HeaderMap, name: HeaderName, text: String) {
    if let Ok(value) = HeaderValue::try_from(text) {
        headers.insert(name, value);
    }
}

fn joined(headers: &HeaderMap, name: &HeaderName) -> HeaderValue {
    let mut values = headers.get_all(name).iter();
    let first = values.next().cloned().unwrap_or(HeaderValue::from_static(""));
    let mut rest = values.peekable();
    if rest.peek().is_none() {
        return first;
    }
    let mut all = first.as_bytes().to_vec();
    for value in rest {
        all.push(b',');
        all.extend_from_slice(value.as_bytes());
    }
    HeaderValue::from_bytes(&all).unwrap_or(first)
}

fn cookies(headers: &HeaderMap) -> Option<Vec<String>> {
    let sent = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let list: Vec<String> = sent
        .flat_map(|line| line.split(';'))
        .map(|one| one.trim().to_owned())
        .filter(|one| !one.is_empty())
        .collect();
    (!list.is_empty()).then_some(list)
}

/// Whether a body travels as it is. All else is base64: forms, `+json` types and bodies of no stated type included.
fn is_text(headers: &HeaderMap) -> bool {
    let stated = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = stated.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind.starts_with("text/")
        || matches!(kind.as_str(), "application/json" | "application/javascript" | "application/xml")
}

fn encode(body: Bytes, base64: bool) -> Option<String> {
    if body.is_empty() {
        return None;
    }
    if base64 {
        return Some(STANDARD.encode(&body));
    }
    let text = String::from_utf8(body.into());
    Some(text.unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}
