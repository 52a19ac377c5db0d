use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

/// The outcome of an action: the names and texts of its result.
#[derive(Debug)]
pub(super) struct Done {
    action: String,
    /// XML.
    result: String,
}

/// An error in SNS's words.
#[derive(Debug)]
pub(super) struct Fault {
    status: StatusCode,
    code: &'static str,
    message: String,
}

const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";

impl Done {
    pub(super) fn new(action: &str, result: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let element = |(name, text): (&str, String)| format!("<{name}>{}</{name}>", escaped(&text));
        Self { action: action.to_owned(), result: result.into_iter().map(element).collect() }
    }

    pub(super) fn attributes(action: &str, attributes: impl IntoIterator<Item = (String, String)>) -> Self {
        let entry = |(key, value): (String, String)| {
            format!("<entry><key>{}</key><value>{}</value></entry>", escaped(&key), escaped(&value))
        };
        let entries: String = attributes.into_iter().map(entry).collect();
        Self { action: action.to_owned(), result: format!("<Attributes>{entries}</Attributes>") }
    }
}

impl Fault {
    pub(super) fn invalid(reason: &str) -> Self {
        let message = format!("Invalid parameter: {reason}");
        Self { status: StatusCode::BAD_REQUEST, code: "InvalidParameter", message }
    }

    pub(super) fn missing(what: &str) -> Self {
        Self { status: StatusCode::NOT_FOUND, code: "NotFound", message: format!("{what} does not exist") }
    }

    pub(super) fn disabled() -> Self {
        let message = "Endpoint is disabled".to_owned();
        Self { status: StatusCode::BAD_REQUEST, code: "EndpointDisabled", message }
    }

    pub(super) fn unknown(action: &str) -> Self {
        let message = format!("Could not find operation {action} for version 2010-03-31");
        Self { status: StatusCode::BAD_REQUEST, code: "InvalidAction", message }
    }

    pub(super) fn internal() -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self { status, code: "InternalFailure", message: "The test wants it so".to_owned() }
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        let Self { action, result } = self;
        let result =
            if result.is_empty() { result } else { format!("<{action}Result>{result}</{action}Result>") };
        let metadata =
            format!("<ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata>", request_id());
        let body = format!(r#"<{action}Response xmlns="{NAMESPACE}">{result}{metadata}</{action}Response>"#);
        (StatusCode::OK, [(header::CONTENT_TYPE, "text/xml")], body).into_response()
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let who = if self.status.is_server_error() { "Receiver" } else { "Sender" };
        let (code, message) = (self.code, escaped(&self.message));
        let error =
            format!("<Error><Type>{who}</Type><Code>{code}</Code><Message>{message}</Message></Error>");
        let id = request_id();
        let body = format!(
            r#"<ErrorResponse xmlns="{NAMESPACE}">{error}<RequestId>{id}</RequestId></ErrorResponse>"#
        );
        (self.status, [(header::CONTENT_TYPE, "text/xml")], body).into_response()
    }
}

fn request_id() -> Uuid {
    Uuid::now_v7()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
