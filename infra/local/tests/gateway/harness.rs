//! A gateway on a free port, and the functions behind it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use lambda_http::{Body, Request, RequestExt, Response};
use serde_json::{Value, json};
use tunelink_local::gateway::{Gateway, Handler, Routes};

/// A gateway that waits for functions for a fifth of a second, at its URL.
pub(crate) struct Api {
    pub(crate) url: String,
    pub(crate) gateway: Gateway,
}

impl Api {
    /// Serves `handler` at `POST /v1/things/{thing_id}` and `GET /v1/things`; all else is `default`.
    pub(crate) async fn of(handler: Handler) -> Self {
        let mut routes = Routes::default();
        routes.add("POST", "/v1/things/{thing_id}", Arc::clone(&handler)).unwrap();
        routes.add("GET", "/v1/things", handler).unwrap();
        let gateway = Gateway::new(routes, echo()).with_patience(Duration::from_millis(200));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = gateway.router(address.port()).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self { url: format!("http://{address}"), gateway }
    }

    pub(crate) async fn get(&self) -> reqwest::Response {
        reqwest::get(format!("{}/v1/things", self.url)).await.unwrap()
    }

    /// Sends a request that [`echo`] answers, and returns what the function saw of it.
    pub(crate) async fn echoed(&self, request: reqwest::RequestBuilder) -> Value {
        let reply = request.send().await.unwrap();
        assert_eq!(reply.status(), 200);
        reply.json().await.unwrap()
    }
}

/// A function that runs `answer`.
pub(crate) fn function<F>(answer: F) -> Handler
where
    F: Fn(Request) -> Response<Body> + Send + Sync + 'static,
{
    let answer = Arc::new(answer);
    Arc::new(move |request| {
        let answer = Arc::clone(&answer);
        Box::pin(async move { answer(request) })
    })
}

/// A function that tells what it was called with.
pub(crate) fn echo() -> Handler {
    function(|request| {
        let query = request.query_string_parameters();
        let (kind, body) = match request.body() {
            Body::Text(text) => ("text", text.clone()),
            Body::Binary(bytes) => ("binary", format!("{bytes:?}")),
            _ => ("empty", String::new()),
        };
        let headers: Vec<_> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
            .collect();
        let seen = json!({
            "method": request.method().as_str(),
            "uri": request.uri().to_string(),
            "path": request.raw_http_path(),
            "path_parameters": request.path_parameters().iter().collect::<Vec<_>>(),
            "query": query.iter().collect::<Vec<_>>(),
            "headers": headers,
            "context": request.request_context_ref().unwrap(),
            "deadline": request.lambda_context_ref().unwrap().deadline,
            "kind": kind,
            "body": body,
        });
        Response::new(seen.to_string().into())
    })
}

/// All values of a header that the function saw.
pub(crate) fn header<'a>(seen: &'a Value, name: &str) -> Vec<&'a str> {
    let headers = seen["headers"].as_array().unwrap();
    headers.iter().filter(|pair| pair[0] == name).map(|pair| pair[1].as_str().unwrap()).collect()
}
