//! What API Gateway and Lambda do not let through.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lambda_http::{Body, Response};
use reqwest::Client;
use tunelink_local::gateway::Handler;

use crate::harness::{Api, echo, function};

const MIB: usize = 1024 * 1024;

async fn post(api: &Api, kind: &str, bytes: usize) -> (u16, String) {
    let request = Client::new().post(format!("{}/v1/things/1", api.url)).header("content-type", kind);
    let reply = request.body(vec![b'a'; bytes]).send().await.unwrap();
    (reply.status().as_u16(), reply.text().await.unwrap())
}

/// A function that takes longer than the gateway waits.
fn slow(finished: &Arc<AtomicBool>) -> Handler {
    let finished = Arc::clone(finished);
    Arc::new(move |_| {
        let finished = Arc::clone(&finished);
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(400)).await;
            finished.store(true, Ordering::SeqCst);
            Response::new(Body::Empty)
        })
    })
}

#[tokio::test]
async fn a_body_that_the_gateway_does_not_take_is_413() {
    let api = Api::of(function(|_| panic!("the function was called"))).await;
    let (status, body) = post(&api, "text/plain", 10 * MIB + 1).await;
    assert_eq!((status, body.as_str()), (413, r#"{"message":"Request Too Long"}"#));
}

#[tokio::test]
async fn headers_that_the_gateway_does_not_take_are_431() {
    let api = Api::of(echo()).await;
    let status = async |query: usize, header: usize| {
        let url = format!("{}/v1/things?{}", api.url, "q".repeat(query));
        let request = Client::new().get(url).header("x-long", "a".repeat(header));
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(status(5000, 5000).await, 200);
    assert_eq!([status(5120, 5120).await, status(0, 10_240).await, status(10_240, 0).await], [431; 3]);
}

#[tokio::test]
async fn a_body_that_lambda_does_not_take_is_413() {
    let api = Api::of(function(|_| Response::new(Body::Empty))).await;
    assert_eq!(post(&api, "text/plain", 5 * MIB).await.0, 200);
    assert_eq!(post(&api, "image/png", 5 * MIB).await.0, 413);
    assert_eq!(post(&api, "text/plain", 7 * MIB).await.0, 413);
}

#[tokio::test]
async fn an_answer_that_lambda_does_not_return_is_500() {
    let api = Api::of(function(|_| Response::new(Body::Text("a".repeat(7 * MIB))))).await;
    assert_eq!(api.get().await.status(), 500);
}

#[tokio::test]
async fn a_panic_is_500_and_the_next_call_is_served() {
    let api = Api::of(function(|request| {
        assert!(request.headers().contains_key("x-calm"), "as this test wants it");
        Response::new(Body::Empty)
    }))
    .await;
    let reply = api.get().await;
    assert_eq!(reply.status(), 500);
    assert_eq!(reply.headers()["content-type"], "application/json");
    assert_eq!(reply.text().await.unwrap(), r#"{"message":"Internal Server Error"}"#);
    let calm = Client::new().get(format!("{}/v1/things", api.url)).header("x-calm", "1");
    assert_eq!(calm.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_function_that_takes_too_long_is_503_and_runs_on() {
    let finished = Arc::default();
    let api = Api::of(slow(&finished)).await;
    let reply = api.get().await;
    assert_eq!(reply.status(), 503);
    assert_eq!(reply.text().await.unwrap(), r#"{"message":"Service Unavailable"}"#);
    assert!(!finished.load(Ordering::SeqCst));
    api.gateway.idle().await;
    assert!(finished.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_client_that_leaves_does_not_stop_the_function() {
    let finished = Arc::default();
    let api = Api::of(slow(&finished)).await;
    let impatient = Client::builder().timeout(Duration::from_millis(50)).build().unwrap();
    impatient.get(format!("{}/v1/things", api.url)).send().await.unwrap_err();
    api.gateway.idle().await;
    assert!(finished.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_host_that_is_none_is_no_danger_to_others() {
    let api = Api::of(echo()).await;
    let odd = Client::new().get(format!("{}/v1/things", api.url)).header("host", "a b[");
    assert!(odd.send().await.unwrap().status().as_u16() >= 400);
    assert_eq!(api.get().await.status(), 200);
}
