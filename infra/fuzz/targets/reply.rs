//! What holds of every reply, whatever was asked.

use std::io;

use flate2::read::GzDecoder;
use lambda_http::{Body, Response, http::HeaderValue};
use serde_json::Value;
use tunelink::{operation::Function, text::Language};

use crate::{contract, contract::resolve};

/// A reply that is as documented.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Reply {
    /// Panics when the document does not promise such a reply, or when it is a fault of ours.
    pub(crate) fn of(function: &Function, response: &Response<Body>) -> Self {
        let status = response.status().as_u16();
        let text = text(response);
        let what = format!("{} → {status}: {text}", function.name);
        assert_ne!(status, 500, "{what}");
        let documented = resolve(&contract::entry(function)["responses"][status.to_string()]);
        assert!(documented.is_object(), "{what} is not in the document");
        let language = response.headers()["content-language"].to_str().expect("a language is ASCII");
        assert_eq!(Language::negotiate(Some(language)).tag(), language, "{what}");
        let content_type = response.headers().get("content-type").map(HeaderValue::as_bytes);
        if content_type != Some(b"application/json") {
            return Self { status, body: Value::Null };
        }
        let body: Value = serde_json::from_str(&text).expect("it says that it is JSON");
        if status >= 400 {
            let fault = contract::fault(&documented["content"]["application/json"]["schema"], &body);
            assert_eq!(fault, None, "{what}");
        }
        Self { status, body }
    }

    /// Whether all of the input was accepted: the operation went on to a table that is down.
    pub(crate) fn is_accepted(&self) -> bool {
        self.status < 400 || self.status == 503
    }

    /// What is at fault: codes and fields.
    pub(crate) fn faults(&self) -> impl Iterator<Item = (&str, &str)> {
        let errors = self.body["errors"].as_array().into_iter().flatten();
        errors
            .filter_map(|error| Some((error["code"].as_str()?, error["field"].as_str().unwrap_or_default())))
    }
}

/// The body as it is read after its `Content-Encoding` (RFC 9110 §8.4) is undone.
fn text(response: &Response<Body>) -> String {
    let bytes: &[u8] = response.body();
    let text = match response.headers().get("content-encoding").map(HeaderValue::as_bytes) {
        None => io::read_to_string(bytes),
        Some(b"gzip") => io::read_to_string(GzDecoder::new(bytes)),
        Some(other) => panic!("{other:?} is no encoding of ours"),
    };
    text.expect("what we say is text")
}
