//! The headers that operations read, each with any bytes that a header can have.

use lambda_http::http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::Corpus;
use tunelink::{auth::Access, text::Language};

use crate::request::{Call, authorization, named};

const NAMES: [&str; 10] = [
    "accept-language",
    "if-match",
    "if-none-match",
    "idempotency-key",
    "content-type",
    "accept",
    "authorization",
    "traceparent",
    "x-amzn-trace-id",
    "accept-encoding",
];

/// The first line names the operation; of each line that follows the first byte chooses the header.
pub(crate) fn run(data: &[u8]) -> Corpus {
    let Some((function, rest)) = named(data, |_| true) else { return Corpus::Reject };
    let mut call = Call::new(function);
    for line in rest.split(|byte| *byte == b'\n').take(NAMES.len()) {
        let Some((name, value)) = line.split_first() else { continue };
        let Ok(value) = HeaderValue::from_bytes(value) else { return Corpus::Reject };
        let name = NAMES[usize::from(*name) % NAMES.len()];
        call.headers.insert(HeaderName::from_static(name), value);
    }
    let given = call.headers.clone();
    let Some(reply) = call.send() else { return Corpus::Reject };
    if reply.is_accepted() && function.access != Access::Anyone {
        let token = given.get("authorization").map(HeaderValue::as_bytes);
        let ours = authorization();
        let is_ours = token.is_some_and(|token| is_bearer(token, ours.as_bytes()));
        assert!(is_ours || (token.is_none() && function.access == Access::Visitor), "{given:?}");
    }
    languages(&given);
    Corpus::Keep
}

/// The scheme may be written in any case (RFC 9110 §11.1).
fn is_bearer(given: &[u8], ours: &[u8]) -> bool {
    let scheme = "bearer ".len();
    given.len() == ours.len()
        && given[..scheme].eq_ignore_ascii_case(&ours[..scheme])
        // The signature and the time are those of the second, which may have passed in between.
        && given[scheme..].split(|byte| *byte == b'.').next() == ours[scheme..].split(|byte| *byte == b'.').next()
}

/// A language that we do not have changes nothing, and the one that was chosen is chosen again.
fn languages(given: &HeaderMap) {
    let Some(accept) = given.get("accept-language").and_then(|value| value.to_str().ok()) else { return };
    let chosen = Language::negotiate(Some(accept));
    assert_eq!(Language::negotiate(Some(chosen.tag())), chosen);
    assert_eq!(Language::negotiate(Some(&format!("{accept},tlh"))), chosen, "{accept}");
    assert_eq!(Language::negotiate(Some(&accept.to_ascii_uppercase())), chosen, "{accept}");
}
