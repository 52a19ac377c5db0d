//! CORS as API Gateway does it for an HTTP API that has it configured: the gateway answers preflight requests
//! itself and owns the headers of all replies; what a function says about CORS is dropped.

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use tunelink::cors;

const ORIGINS: HeaderValue = HeaderValue::from_static("*");

/// Whether a browser asks what it may send.
pub(super) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to a preflight request, complete but for what [`allow`] adds.
pub(super) fn preflight() -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_METHODS, cors::METHODS.join(",")),
        (ACCESS_CONTROL_ALLOW_HEADERS, cors::REQUEST_HEADERS.join(",")),
        (ACCESS_CONTROL_MAX_AGE, cors::MAX_AGE_SECONDS.to_string()),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Lets any page read the reply.
pub(super) fn allow(reply: &mut HeaderMap) {
    reply.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ORIGINS);
    if let Ok(headers) = HeaderValue::try_from(cors::REPLY_HEADERS.join(",")) {
        reply.insert(ACCESS_CONTROL_EXPOSE_HEADERS, headers);
    }
}

/// Whether the gateway alone decides on this header of a reply.
pub(super) fn is_own(name: &HeaderName) -> bool {
    name.as_str().starts_with("access-control-")
}
