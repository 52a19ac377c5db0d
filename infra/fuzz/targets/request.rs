//! Requests as API Gateway hands them over, to any operation.

use std::collections::HashMap;

use functions::ALL;
use lambda_http::{
    Body, Request, RequestExt,
    http::{HeaderMap, HeaderValue, Uri, header},
};
use serde_json::Value;
use tunelink::{app::App, auth::Access, operation::Function};

use crate::{
    backend::{CALLER, CONFIG, DOWN, wait},
    contract,
    reply::Reply,
};

/// The operation that the first line names, if it fits, and what is behind that line.
pub(crate) fn named(data: &[u8], fits: impl Fn(&Function) -> bool) -> Option<(&'static Function, &[u8])> {
    let (name, rest) = data.split_at(data.iter().position(|byte| *byte == b'\n')?);
    let function = ALL.iter().find(|function| function.name.as_bytes() == name)?;
    fits(function).then_some((function, &rest[1..]))
}

/// A request that is being made up.
pub(crate) struct Call {
    pub(crate) function: &'static Function,
    pub(crate) parameters: HashMap<String, String>,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

impl Call {
    /// With examples in its path, and in its body if it takes one; of somebody with a session where one is asked for.
    pub(crate) fn new(function: &'static Function) -> Self {
        let mut headers = HeaderMap::new();
        if function.access != Access::Anyone {
            headers.insert(header::AUTHORIZATION, authorization());
        }
        let body = contract::body(function).map_or(Body::Empty, |(content_type, example)| {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
            Body::Text(text(content_type, example))
        });
        let parameters = contract::path_parameters(function).collect();
        Self { function, parameters, query: String::new(), headers, body }
    }

    /// What comes of it while the table is down; `None` when no HTTP request could have such a query.
    pub(crate) fn send(self) -> Option<Reply> {
        self.send_to(&DOWN)
    }

    pub(crate) fn send_to(self, app: &App) -> Option<Reply> {
        let function = self.function;
        Some(Reply::of(function, &wait(function.call(app, self.request()?))))
    }

    fn request(self) -> Option<Request> {
        let query = if self.query.is_empty() { String::new() } else { format!("?{}", self.query) };
        let uri: Uri = format!("https://api.test/v1/path{query}").parse().ok()?;
        let mut request = Request::new(self.body);
        *request.uri_mut() = uri;
        *request.method_mut() = self.function.route.method.parse().unwrap_or_default();
        *request.headers_mut() = self.headers;
        Some(request.with_path_parameters(self.parameters))
    }
}

/// The header of somebody with a session.
pub(crate) fn authorization() -> HeaderValue {
    let key = &CONFIG.issuing().expect("there is a key").signing_key;
    let token = key.issue(CALLER, DOWN.now()).expect("the key signs");
    format!("Bearer {token}").parse().expect("a token is ASCII")
}

fn text(content_type: &str, example: &Value) -> String {
    if content_type.ends_with("json") {
        return example.to_string();
    }
    let fields = example.as_object().into_iter().flatten();
    let fields = fields.filter_map(|(name, value)| Some((name, value.as_str()?)));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
