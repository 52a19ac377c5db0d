//! What a function answers, and what the gateway makes of it for the client.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderName, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::aws_lambda_events::encodings::Body as FunctionBody;
use serde::Serialize;

use super::cors;

/// The most that Lambda takes from or gives to a caller that waits: 6 MiB.
pub(super) const PAYLOAD_BYTES: usize = 6 * 1024 * 1024;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// What API Gateway says of a body whose type the function did not state.
const TEXT: HeaderValue = HeaderValue::from_static("text/plain;charset=utf-8");

/// An answer of the gateway itself.
pub(super) fn refusal(status: StatusCode, message: &str) -> Response {
    (status, [(CONTENT_TYPE, JSON)], format!(r#"{{"message":"{message}"}}"#)).into_response()
}

/// Turns the answer of a function into HTTP, by way of the JSON in which it leaves Lambda: what does not survive
/// that on AWS does not survive it here.
pub(super) fn from_function(answer: &impl Serialize) -> Result<Response, String> {
    let json = serde_json::to_vec(answer).map_err(|error| error.to_string())?;
    if json.len() > PAYLOAD_BYTES {
        return Err(format!("{} bytes are more than Lambda returns", json.len()));
    }
    let answer: ApiGatewayV2httpResponse =
        serde_json::from_slice(&json).map_err(|error| error.to_string())?;
    let status = u16::try_from(answer.status_code).map_err(|error| error.to_string())?;
    let mut reply = Response::new(body(answer.body, answer.is_base64_encoded)?);
    *reply.status_mut() = StatusCode::from_u16(status).map_err(|error| error.to_string())?;
    let own = |name: &HeaderName| cors::is_own(name);
    for (name, value) in answer.headers.iter().filter(|(name, _)| !own(name)) {
        reply.headers_mut().append(name, value.clone());
    }
    for cookie in answer.cookies {
        let cookie = HeaderValue::try_from(cookie).map_err(|error| error.to_string())?;
        reply.headers_mut().append(SET_COOKIE, cookie);
    }
    if status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED {
        reply.headers_mut().entry(CONTENT_TYPE).or_insert(TEXT);
    }
    Ok(reply)
}

fn body(body: Option<FunctionBody>, base64: bool) -> Result<Body, String> {
    match body {
        Some(FunctionBody::Text(text)) if base64 => {
            STANDARD.decode(text).map(Body::from).map_err(|error| format!("the body is no base64: {error}"))
        }
        Some(FunctionBody::Text(text)) => Ok(Body::from(text)),
        Some(FunctionBody::Binary(bytes)) => Ok(Body::from(bytes)),
        _ => Ok(Body::empty()),
    }
}
