//! What a client says, and what it hears of it.

use std::time::{Duration, Instant};

use futures_util::SinkExt;
use serde_json::Value;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tunelink_local::live::Limits;

use super::harness::{Live, closed, next, next_text, say};

#[tokio::test]
async fn a_message_goes_to_the_default_function_and_its_answer_nowhere() {
    let live = Live::start(Limits::default()).await;
    let (mut socket, id) = live.open().await;
    say(&mut socket, "no JSON").await;
    let event = live.event("MESSAGE").await;
    assert_eq!(event["body"], "no JSON");
    assert_eq!(event["isBase64Encoded"], false);
    let context = &event["requestContext"];
    assert_eq!(context["routeKey"], "$default");
    assert_eq!(context["connectionId"], id);
    assert!(context["messageId"].is_string());
    socket.send(Message::Ping(Bytes::from_static(b"1"))).await.unwrap();
    assert_eq!(next(&mut socket).await, Message::Pong(Bytes::from_static(b"1")));
}

#[tokio::test]
async fn an_action_with_a_route_names_it() {
    let live = Live::start(Limits::default()).await;
    let (mut socket, _) = live.open().await;
    for (said, route) in [
        (r#"{"action":"ping"}"#, "ping"),
        (r#"{"action":"pong"}"#, "$default"),
        (r#"{"action":7}"#, "$default"),
    ] {
        say(&mut socket, said).await;
        assert_eq!(live.event("MESSAGE").await["requestContext"]["routeKey"], route);
    }
}

#[tokio::test]
async fn a_slow_message_does_not_hold_up_the_next() {
    let live = Live::start(Limits::default()).await;
    let (mut socket, _) = live.open().await;
    let started = Instant::now();
    say(&mut socket, "slow").await;
    say(&mut socket, "fast").await;
    let said = [live.event("MESSAGE").await["body"].clone(), live.event("MESSAGE").await["body"].clone()];
    assert!(said.contains(&Value::from("slow")) && said.contains(&Value::from("fast")), "{said:?}");
    assert!(started.elapsed() < Duration::from_millis(900));
}

#[tokio::test]
async fn a_client_has_a_bounded_number_of_messages_in_work() {
    let live = Live::start(Limits { in_flight: 1, ..Limits::default() }).await;
    let (mut socket, _) = live.open().await;
    say(&mut socket, "slow").await;
    say(&mut socket, "next").await;
    assert_eq!(live.event("MESSAGE").await["body"], "slow");
    assert!(live.is_quiet().await);
    assert_eq!(live.event("MESSAGE").await["body"], "next");
}

#[tokio::test]
async fn a_client_hears_that_a_function_failed() {
    let live = Live::start(Limits { patience: Duration::from_millis(100), ..Limits::default() }).await;
    let (mut socket, id) = live.open().await;
    for (said, heard) in [("panic", "Internal server error"), ("slow", "Endpoint request timed out")] {
        say(&mut socket, said).await;
        let event = live.event("MESSAGE").await;
        let told: Value = serde_json::from_str(&next_text(&mut socket).await).unwrap();
        assert_eq!(told["message"], heard);
        assert_eq!(told["connectionId"], id);
        assert_eq!(told["requestId"], event["requestContext"]["requestId"]);
    }
}

#[tokio::test]
async fn a_binary_frame_closes_the_socket() {
    let live = Live::start(Limits::default()).await;
    let (mut socket, _) = live.open().await;
    socket.send(Message::Binary(Bytes::from_static(b"1"))).await.unwrap();
    assert_eq!(closed(&mut socket).await, 1003);
    let event = live.event("DISCONNECT").await;
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1003);
}
