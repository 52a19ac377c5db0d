//! What becomes of a function's answer.

use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};

use crate::harness::{Api, function};

#[tokio::test]
async fn status_headers_and_text_reach_the_client() {
    let api = Api::of(function(|_| {
        let reply = Response::builder().status(201).header("location", "/v1/things/1");
        reply.header("content-type", "application/json").body("{}".into()).unwrap()
    }));
    let reply = api.await.get().await;
    assert_eq!(reply.status(), StatusCode::CREATED);
    assert_eq!(reply.headers()["location"], "/v1/things/1");
    assert_eq!(reply.headers()["content-type"], "application/json");
    assert_eq!(reply.headers()["apigw-requestid"].len(), 36);
    assert_eq!(reply.text().await.unwrap(), "{}");
}

#[tokio::test]
async fn bytes_reach_the_client_as_they_are() {
    let api = Api::of(function(|_| {
        Response::builder().header("content-type", "image/png").body(Body::Binary(vec![0, 255, 128])).unwrap()
    }));
    let reply = api.await.get().await;
    assert_eq!(reply.bytes().await.unwrap().as_ref(), [0, 255, 128]);
}

#[tokio::test]
async fn each_cookie_has_a_header_of_its_own() {
    let api = Api::of(function(|_| {
        let reply = Response::builder().header("set-cookie", "a=1; Secure").header("set-cookie", "b=2");
        reply.body(Body::Empty).unwrap()
    }));
    let reply = api.await.get().await;
    let cookies: Vec<_> = reply.headers().get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1; Secure", "b=2"]);
}

#[tokio::test]
async fn an_unstated_type_is_plain_text() {
    let api = Api::of(function(|_| Response::new("hello".into())));
    let reply = api.await.get().await;
    assert_eq!(reply.headers()["content-type"], "text/plain;charset=utf-8");
}

#[tokio::test]
async fn an_empty_reply_has_no_type() {
    let api = Api::of(function(|_| Response::builder().status(204).body(Body::Empty).unwrap()));
    let reply = api.await.get().await;
    assert_eq!(reply.status(), StatusCode::NO_CONTENT);
    assert!(!reply.headers().contains_key("content-type"));
}
