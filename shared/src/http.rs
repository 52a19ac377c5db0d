//! The one shape of every reply, and the headers that go with it.

use std::borrow::Cow;

use lambda_http::{
    Body, Response,
    http::{HeaderName, HeaderValue, header},
};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    error::{Code, Error, FieldError, Result},
    store::Condition,
    text::{Language, Text},
};

/// Says which call this was, for a report to us; the gateway's own id of the request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What an operation answers when all went well; [`envelope`] gives it its final shape.
pub struct Reply {
    pub(crate) status: u16,
    pub(crate) content: Content,
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) etag: Option<ETag>,
}

pub(crate) enum Content {
    Json { data: Box<RawValue>, page: Option<PageInfo> },
    Media { content_type: &'static str, body: Cow<'static, [u8]> },
    Asset { content_type: &'static str, asset: Asset },
}

/// A document that is served as it was made when the function was built.
#[derive(Clone, Copy)]
pub struct Asset {
    pub plain: &'static [u8],
    /// The same, compressed (RFC 1952).
    pub gzip: &'static [u8],
}

/// Where a list goes on.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[schemars(inline, deny_unknown_fields)]
pub(crate) struct PageInfo {
    pub(crate) next: Option<String>,
    /// True when a budget cut the page short of what was asked.
    pub(crate) partial: bool,
    /// How many notifications are unread, in the list of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unread: Option<u32>,
}

impl Reply {
    pub(crate) fn json<T: Serialize>(status: u16, data: &T) -> Result<Self> {
        Self::list(status, data, None)
    }

    pub(crate) fn list<T: Serialize>(status: u16, data: &T, page: Option<PageInfo>) -> Result<Self> {
        let data = serde_json::value::to_raw_value(data).map_err(Error::internal)?;
        Ok(Self { status, content: Content::Json { data, page }, headers: Vec::new(), etag: None })
    }

    /// A JSON body without the envelope, for a protocol that has its own shape.
    pub fn plain<T: Serialize>(status: u16, data: &T) -> Result<Self> {
        Self::plain_as("application/json", status, data)
    }

    /// The same under a media type of its own.
    pub(crate) fn plain_as<T: Serialize>(content_type: &'static str, status: u16, data: &T) -> Result<Self> {
        let body = Cow::Owned(serde_json::to_vec(data).map_err(Error::internal)?);
        let content = Content::Media { content_type, body };
        Ok(Self { status, content, headers: Vec::new(), etag: None })
    }

    #[must_use]
    pub(crate) fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A strong entity tag (RFC 9110 §8.8.3), without its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ETag {
    /// The version of an item that can be changed under `If-Match`.
    Version(u64),
    /// The same, of a reply that says more than the item does.
    Revision(u64),
    /// Taken from the content itself.
    Content,
}

impl ETag {
    pub(crate) const EXAMPLE: &'static str = "\"7-en\"";

    /// The message of an envelope is in one language, so the tag says which.
    fn value(&self, content: &[u8], language: Language) -> String {
        match self {
            Self::Version(version) => format!("\"{version}-{}\"", language.tag()),
            Self::Revision(version) => format!("\"{version}-{}\"", digest(content)),
            Self::Content => format!("\"{}\"", digest(content)),
        }
    }
}

fn digest(content: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, content);
    crate::encoding::base64url(&digest.as_ref()[..12])
}

/// The versions that a change may replace: any, or those of an `If-Match` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfMatch(Option<Vec<u64>>);

/// The most entity tags in one header; a condition of DynamoDB compares with 100 values at most.
const MAX_TAGS: usize = 50;

impl IfMatch {
    pub(crate) const fn any() -> Self {
        Self(None)
    }

    /// `None` when it is neither `*` nor a list of entity tags. A tag that we never gave matches nothing.
    pub(crate) fn parse(value: &str) -> Option<Self> {
        if value.trim() == "*" {
            return Some(Self::any());
        }
        let mut versions = Vec::new();
        if value.split(',').count() > MAX_TAGS {
            return None;
        }
        for tag in value.split(',').map(str::trim) {
            let opaque = tag.trim_start_matches("W/").strip_prefix('"')?.strip_suffix('"')?;
            // Strong comparison: a weak tag is well-formed and matches nothing.
            if !tag.starts_with("W/") {
                let version = opaque.split('-').next().unwrap_or_default();
                versions.extend(version.parse::<u64>().ok().filter(|parsed| parsed.to_string() == version));
            }
        }
        Some(Self(Some(versions)))
    }

    pub fn allows(&self, version: u64) -> bool {
        self.0.as_ref().is_none_or(|versions| versions.contains(&version))
    }

    /// Refuses a version that the caller has not seen.
    pub fn check(&self, version: u64) -> Result<()> {
        if self.allows(version) { Ok(()) } else { Err(Code::PreconditionFailed.into()) }
    }

    /// The condition under which an item with an attribute `version` may be written.
    pub fn condition(&self) -> Condition {
        match &self.0 {
            None => Condition::exists(),
            Some(versions) => Condition::one_of("version", versions.iter().copied()),
        }
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    status: &'static str,
    code: u16,
    message: &'a str,
    data: Option<&'a RawValue>,
    errors: Option<Vec<Failure>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'a PageInfo>,
}

#[derive(Serialize)]
struct Failure {
    code: &'static str,
    field: Option<String>,
    message: String,
}

/// What of the request decides the form of its reply.
pub(crate) struct Terms<'a> {
    pub(crate) language: Language,
    pub(crate) request_id: &'a str,
    /// Whether a reply may be compressed.
    pub(crate) takes_gzip: bool,
    pub(crate) if_none_match: Option<&'a str>,
    /// The message of a success.
    pub(crate) done: Text,
}

/// Turns the outcome of a call into its HTTP response.
pub(crate) fn envelope(terms: &Terms<'_>, outcome: Result<Reply>) -> Response<Body> {
    let mut response = match outcome {
        Ok(reply) => success(terms, reply),
        Err(error) => failure(terms, &error),
    };
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(terms.request_id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.entry(header::CONTENT_LANGUAGE).or_insert(HeaderValue::from_static(terms.language.tag()));
    // What depends on more says so itself: of headers of one name, `lambda_http` hands over the first alone.
    headers.entry(header::VARY).or_insert(HeaderValue::from_static("Accept-Language"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn success(terms: &Terms<'_>, reply: Reply) -> Response<Body> {
    let is_compressed = terms.takes_gzip && matches!(reply.content, Content::Asset { .. });
    let (content_type, body) = match reply.content {
        Content::Media { content_type, body } => (content_type, body.into_owned()),
        Content::Asset { content_type, asset } => {
            (content_type, if is_compressed { asset.gzip } else { asset.plain }.to_vec())
        }
        Content::Json { data, page } => {
            let envelope = Envelope {
                status: "success",
                code: reply.status,
                message: terms.done.in_language(terms.language),
                data: Some(&data),
                errors: None,
                page: page.as_ref(),
            };
            ("application/json", serde_json::to_vec(&envelope).unwrap_or_default())
        }
    };
    let etag = reply.etag.map(|etag| etag.value(&body, terms.language));
    let unchanged = etag.as_deref().is_some_and(|etag| none_match(terms.if_none_match, etag));
    let mut response = if unchanged {
        respond(304, None, Vec::new())
    } else {
        respond(reply.status, Some(content_type), body)
    };
    if is_compressed && !unchanged {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    for (name, value) in reply.headers.into_iter().chain(etag.map(|etag| (header::ETAG, etag))) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// `If-None-Match` of RFC 9110 §13.1.2, by weak comparison.
fn none_match(header: Option<&str>, etag: &str) -> bool {
    header.is_some_and(|tags| {
        tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
    })
}

/// The body of a failed call.
pub(crate) fn failure_body(error: &Error, language: Language) -> serde_json::Value {
    serde_json::from_slice(&failure_bytes(error, language)).unwrap_or_default()
}

fn failure_bytes(error: &Error, language: Language) -> Vec<u8> {
    let message = error.message(language);
    let item = |fault: &FieldError| Failure {
        code: fault.code.as_str(),
        field: Some(fault.field.clone()).filter(|field| !field.is_empty()),
        message: fault.message(language),
    };
    let failures = if error.fields.is_empty() {
        vec![Failure { code: error.code.as_str(), field: None, message: message.clone() }]
    } else {
        error.fields.iter().map(item).collect()
    };
    let code = error.code.status();
    let envelope =
        Envelope { status: "error", code, message: &message, data: None, errors: Some(failures), page: None };
    serde_json::to_vec(&envelope).unwrap_or_default()
}

fn failure(terms: &Terms<'_>, error: &Error) -> Response<Body> {
    let code = error.code.status();
    let mut response = respond(code, Some("application/json"), failure_bytes(error, terms.language));
    if let Some(seconds) = error.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    if let Some(allow) = error.allow.as_deref().and_then(|allow| HeaderValue::from_str(allow).ok()) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    if code == 401 {
        // RFC 6750 §3.1: an error code only where a token was presented.
        let challenge = match error.code {
            Code::Unauthenticated | Code::WrongCredentials => "Bearer",
            _ => "Bearer error=\"invalid_token\"",
        };
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    response
}

fn respond(status: u16, content_type: Option<&'static str>, body: Vec<u8>) -> Response<Body> {
    let body = match String::from_utf8(body) {
        Ok(text) if text.is_empty() => Body::Empty,
        Ok(text) => Body::Text(text),
        Err(bytes) => Body::Binary(bytes.into_bytes()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = lambda_http::http::StatusCode::from_u16(status)
        .unwrap_or(lambda_http::http::StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(content_type) = content_type {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_lists_the_versions_it_allows() {
        let versions = |value: &str| IfMatch::parse(value).map(|m| (m.allows(1), m.allows(7)));
        assert_eq!(versions("*"), Some((true, true)));
        assert_eq!(versions("\"7-en\""), Some((false, true)));
        assert_eq!(versions("\"1-fr\", \"7-en\""), Some((true, true)));
        assert_eq!(versions("W/\"7-en\""), Some((false, false)));
        assert_eq!(versions("\"not ours\""), Some((false, false)));
        assert_eq!(versions("\"+7-en\", \"07-en\""), Some((false, false)));
        assert_eq!(versions(&["\"1-en\""; MAX_TAGS].join(",")), Some((true, false)));
        assert_eq!(versions(&["\"1-en\""; MAX_TAGS + 1].join(",")), None);
        assert_eq!(versions("7"), None);
        assert_eq!(versions(""), None);
    }

    #[test]
    fn if_none_match_compares_weakly() {
        assert!(none_match(Some("\"a\", W/\"b\""), "\"b\""));
        assert!(none_match(Some("*"), "\"b\""));
        assert!(!none_match(Some("\"a\""), "\"b\""));
        assert!(!none_match(None, "\"b\""));
    }
}
