//! What an operation's function gives to API Gateway, held against the payload format and the document.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use crate::document;

/// An answer in payload format 2.0.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Null where the body is no JSON.
    pub(crate) body: Value,
}

impl Reply {
    /// Reads the answer to `event`. Panics when API Gateway could not, or when the document promises another one.
    pub(crate) fn read(event: &Value, answer: &Value) -> Self {
        let http = &event["requestContext"]["http"];
        let (method, path) = (text(&http["method"]), text(&http["path"]));
        let status = answer["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok());
        let status = status.unwrap_or_else(|| panic!("no status: {answer:#}"));
        let body = match (answer["body"].as_str(), answer["isBase64Encoded"].as_bool()) {
            (Some(body), Some(true)) => STANDARD.decode(body).expect("the body is base64"),
            (Some(body), Some(false)) => body.as_bytes().to_vec(),
            (None, Some(_)) if answer["body"].is_null() => Vec::new(),
            _ => panic!("no body: {answer:#}"),
        };
        let headers = headers(answer);
        let body = document::plain(&headers, &body);
        document::check(method, path, status, &headers, &body);
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        if body["status"].is_string() {
            assert_eq!(body["code"], status, "{body:#}");
            assert_eq!(body["status"] == "success", status < 400, "{body:#}");
        }
        Self { status, body }
    }

    /// The code of the first error.
    pub(crate) fn error(&self) -> &str {
        self.body["errors"][0]["code"].as_str().unwrap_or_default()
    }
}

/// Each has one value: the format knows no list but `cookies`.
fn headers(answer: &Value) -> HeaderMap {
    let headers = answer["headers"].as_object().into_iter().flat_map(Map::iter);
    let header = |(name, value): (&String, &Value)| -> (HeaderName, HeaderValue) {
        (name.parse().expect("a header's name"), text(value).parse().expect("a header's value"))
    };
    headers.map(header).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}
