//! Pages of any origin may call the API.

use lambda_http::{Body, Response};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method};

use crate::harness::{Api, echo, function};

const EXPOSED: &str = "etag,location,retry-after,x-request-id";

fn cors_headers(headers: &HeaderMap) -> Vec<(&str, &str)> {
    let mut own: Vec<_> = headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("access-control-"))
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    own.sort_unstable();
    own
}

#[tokio::test]
async fn the_gateway_answers_preflight_requests_itself() {
    let api = Api::of(function(|_| panic!("the function was called"))).await;
    let request = Client::new().request(Method::OPTIONS, format!("{}/v1/things", api.url));
    let request =
        request.header("origin", "https://app.example").header("access-control-request-method", "GET");
    let reply = request.send().await.unwrap();
    assert_eq!(reply.status(), 204);
    let expected = [
        (
            "access-control-allow-headers",
            "authorization,content-type,accept-language,if-match,if-none-match,idempotency-key",
        ),
        ("access-control-allow-methods", "GET,POST,PUT,PATCH,DELETE"),
        ("access-control-allow-origin", "*"),
        ("access-control-expose-headers", EXPOSED),
        ("access-control-max-age", "300"),
    ];
    assert_eq!(cors_headers(reply.headers()), expected);
}

#[tokio::test]
async fn options_that_is_no_preflight_is_a_method_like_others() {
    let api = Api::of(echo()).await;
    let seen = api.echoed(Client::new().request(Method::OPTIONS, format!("{}/v1/things", api.url))).await;
    assert_eq!(seen["context"]["routeKey"], "$default");
    assert_eq!(seen["method"], "OPTIONS");
}

#[tokio::test]
async fn replies_to_pages_carry_the_gateways_headers_and_not_the_functions() {
    let api = Api::of(function(|_| {
        let reply = Response::builder().header("access-control-allow-origin", "https://other.example");
        reply.header("access-control-allow-credentials", "true").body(Body::Empty).unwrap()
    }))
    .await;
    let url = format!("{}/v1/things", api.url);
    let reply = Client::new().get(&url).header("origin", "https://app.example").send().await.unwrap();
    let expected = [("access-control-allow-origin", "*"), ("access-control-expose-headers", EXPOSED)];
    assert_eq!(cors_headers(reply.headers()), expected);
    let reply = Client::new().get(&url).send().await.unwrap();
    assert_eq!(cors_headers(reply.headers()), []);
}

#[tokio::test]
async fn refusals_of_the_gateway_can_be_read_by_pages() {
    let api = Api::of(function(|_| panic!("as this test wants it"))).await;
    let request = Client::new().get(format!("{}/v1/things", api.url)).header("origin", "https://app.example");
    let reply = request.send().await.unwrap();
    assert_eq!(reply.status(), 500);
    assert_eq!(reply.headers()["access-control-allow-origin"], "*");
}
