//! How a socket opens, or does not.

use std::time::Duration;

use reqwest::Client;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tunelink_local::live::Limits;

use super::harness::Live;

#[tokio::test]
async fn a_socket_opens_when_the_function_says_so() {
    let live = Live::start(Limits::default()).await;
    let mut request = live.url("?ticket=a%20b&ticket=c").into_client_request().unwrap();
    request.headers_mut().append("x-twice", "one".parse().unwrap());
    request.headers_mut().append("x-twice", "two".parse().unwrap());
    let (_socket, response) = connect_async(request).await.unwrap();
    assert_eq!(response.status(), 101);
    let event = live.event("CONNECT").await;
    let context = &event["requestContext"];
    assert_eq!(context["routeKey"], "$connect");
    assert_eq!(context["messageDirection"], "IN");
    assert_eq!(context["stage"], "live");
    assert_eq!(context["domainName"], live.address.to_string());
    assert_eq!(context["identity"]["sourceIp"], "127.0.0.1");
    assert!(context["messageId"].is_null());
    assert!(context["connectedAt"].as_i64().unwrap() <= context["requestTimeEpoch"].as_i64().unwrap());
    let id = context["connectionId"].as_str().unwrap();
    assert!(id.len() == 16 && id.ends_with('='), "{id}");
    assert_ne!(context["requestId"], id);
    assert_eq!(event["multiValueHeaders"]["x-twice"], serde_json::json!(["one", "two"]));
    assert_eq!(event["headers"]["x-twice"], "two");
    assert_eq!(event["headers"]["x-forwarded-for"], "127.0.0.1");
    assert_eq!(event["headers"]["upgrade"], serde_json::Value::Null);
    assert_eq!(event["multiValueQueryStringParameters"]["ticket"], serde_json::json!(["a b", "c"]));
    assert!(event["body"].is_null());
    assert_eq!(live.gateway.open_sockets(), 1);
}

#[tokio::test]
async fn a_refusal_is_the_functions_status() {
    let live = Live::start(Limits::default()).await;
    assert_eq!(live.refusal("?status=401").await, 401);
    live.event("CONNECT").await;
    assert_eq!(live.refusal("?status=302").await, 302);
    live.event("CONNECT").await;
    assert_eq!(live.refusal("?status=0").await, 502);
    live.event("CONNECT").await;
    assert!(live.is_quiet().await, "a socket that never opened does not close");
    assert_eq!(live.gateway.open_sockets(), 0);
}

#[tokio::test]
async fn a_function_that_fails_opens_no_socket() {
    let live = Live::start(Limits { patience: Duration::from_millis(100), ..Limits::default() }).await;
    assert_eq!(live.refusal("?panic=1").await, 502);
    assert_eq!(live.refusal("?slow=1").await, 504);
}

#[tokio::test]
async fn the_function_chooses_the_subprotocol() {
    let live = Live::start(Limits::default()).await;
    let mut request = live.url("?protocol=two").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "one, two".parse().unwrap());
    let (_socket, response) = connect_async(request).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "two");
}

#[tokio::test]
async fn a_request_that_is_no_upgrade_is_426() {
    let live = Live::start(Limits::default()).await;
    let url = format!("http://{}/live", live.address);
    let reply = Client::new().get(&url).header("origin", "https://app.example").send().await.unwrap();
    assert_eq!(reply.status(), 426);
    assert_eq!(reply.headers()["upgrade"], "websocket");
    assert!(!reply.headers().contains_key("access-control-allow-origin"));
    assert!(live.is_quiet().await);
}

#[tokio::test]
async fn a_client_that_leaves_while_it_is_let_in_is_said_to_have_left() {
    let live = Live::start(Limits::default()).await;
    let connecting = connect_async(live.url("?slow=1"));
    tokio::time::timeout(Duration::from_millis(200), connecting).await.unwrap_err();
    live.event("CONNECT").await;
    let event = live.event("DISCONNECT").await;
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1006);
    assert_eq!(live.gateway.open_sockets(), 0);
}
