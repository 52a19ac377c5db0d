use std::{
    future::{Future, IntoFuture},
    pin::Pin,
};

use reqwest::{
    Client, Method, RequestBuilder,
    header::{HeaderMap, HeaderValue},
};
use serde_json::Value;

use super::{document, secrets};

/// A member with the tokens of one session.
#[derive(Clone)]
pub struct Person {
    http: Client,
    url: String,
    pub name: String,
    pub id: String,
    pub session_id: String,
    pub access_token: String,
    pub refresh_token: String,
    pub device_proof: String,
}

impl Person {
    pub(super) fn new(http: Client, url: &str, name: String, tokens: &Value) -> Self {
        let text = |field: &str| tokens[field].as_str().expect("tokens are strings").to_owned();
        for token in ["access_token", "refresh_token", "device_proof"] {
            secrets::keep(&text(token));
        }
        Self {
            http,
            url: url.to_owned(),
            name,
            id: text("user_id"),
            session_id: text("session_id"),
            access_token: text("access_token"),
            refresh_token: text("refresh_token"),
            device_proof: text("device_proof"),
        }
    }

    pub fn call(&self, method: Method, path: &str) -> Call {
        Call::new(self.http.clone(), &self.url, method, path).bearer(&self.access_token)
    }

    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub fn post(&self, path: &str, body: Value) -> Call {
        self.call(Method::POST, path).json(body)
    }

    pub fn put(&self, path: &str, body: Value) -> Call {
        self.call(Method::PUT, path).json(body)
    }

    pub fn patch(&self, path: &str, body: Value) -> Call {
        self.call(Method::PATCH, path).json(body)
    }

    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }
}

/// A request that is sent when it is awaited; its reply is held against the document.
pub struct Call {
    method: Method,
    path: String,
    request: RequestBuilder,
}

impl Call {
    pub(super) fn new(http: Client, url: &str, method: Method, path: &str) -> Self {
        let request = http.request(method.clone(), format!("{url}{path}"));
        Self { method, path: path.split('?').next().unwrap_or_default().to_owned(), request }
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn json(self, body: Value) -> Self {
        secrets::keep_all(&body);
        Self { request: self.request.json(&body), ..self }
    }

    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        for (_, value) in fields {
            secrets::keep(value);
        }
        Self { request: self.request.form(fields), ..self }
    }

    /// A body as it is, of the given content type.
    pub fn raw(self, content_type: &str, body: impl Into<reqwest::Body>) -> Self {
        Self { request: self.request.header("content-type", content_type).body(body), ..self }
    }

    pub fn header(self, name: &str, value: &str) -> Self {
        if ["authorization", "idempotency-key"].contains(&name) {
            secrets::keep(value.trim_start_matches("Bearer "));
        }
        Self { request: self.request.header(name, value), ..self }
    }

    /// A header whose value need not be text.
    pub fn header_value(self, name: &str, value: HeaderValue) -> Self {
        Self { request: self.request.header(name, value), ..self }
    }

    pub fn french(self) -> Self {
        self.header("accept-language", "fr")
    }
}

impl IntoFuture for Call {
    type Output = Reply;
    type IntoFuture = Pin<Box<dyn Future<Output = Reply> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let response = self.request.send().await.expect("the backend answers");
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let bytes = document::plain(&headers, &response.bytes().await.expect("the reply is whole"));
            document::check(self.method.as_str(), &self.path, status, &headers, &bytes);
            let body = serde_json::from_slice(&bytes).unwrap_or_default();
            Reply { status, headers, body, text: String::from_utf8_lossy(&bytes).into_owned() }
        })
    }
}

#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    /// Null when the body is no JSON.
    pub body: Value,
    pub text: String,
}

impl Reply {
    /// The data of a 200.
    #[track_caller]
    pub fn ok(self) -> Value {
        self.data(200)
    }

    /// The data of a 201.
    #[track_caller]
    pub fn created(self) -> Value {
        self.data(201)
    }

    #[track_caller]
    fn data(mut self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body["data"].take()
    }

    /// The status, and the codes of the errors with their fields: `("too_short", "title")`.
    pub fn errors(&self) -> (u16, Vec<(&str, &str)>) {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let pair = |error| -> (&str, &str) {
            let error: &Value = error;
            (error["code"].as_str().unwrap_or_default(), error["field"].as_str().unwrap_or_default())
        };
        (self.status, errors.iter().map(pair).collect())
    }

    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        let (given, errors) = self.errors();
        assert_eq!((given, errors.first().map(|(code, _)| *code)), (status, Some(code)), "{}", self.text);
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
