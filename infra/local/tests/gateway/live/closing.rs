//! How a socket ends, and what the function hears of it.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tunelink_local::live::Limits;

use super::harness::{Live, closed, say};

#[tokio::test]
async fn a_client_that_says_goodbye_is_answered_and_told_of_once() {
    let live = Live::start(Limits::default()).await;
    let (mut socket, id) = live.open().await;
    let frame = CloseFrame { code: 4000.into(), reason: "lunch".into() };
    socket.close(Some(frame)).await.unwrap();
    assert_eq!(closed(&mut socket).await, 4000);
    assert!(socket.next().await.is_none());
    let event = live.event("DISCONNECT").await;
    let context = &event["requestContext"];
    assert_eq!(context["routeKey"], "$disconnect");
    assert_eq!(context["connectionId"], id);
    assert_eq!(context["disconnectStatusCode"], 4000);
    assert_eq!(context["disconnectReason"], "lunch");
    assert!(live.is_quiet().await);
    assert_eq!(live.gateway.open_sockets(), 0);
}

#[tokio::test]
async fn a_goodbye_without_a_status_is_1005() {
    let live = Live::start(Limits::default()).await;
    let (mut socket, _) = live.open().await;
    socket.close(None).await.unwrap();
    assert_eq!(live.event("DISCONNECT").await["requestContext"]["disconnectStatusCode"], 1005);
    assert!(live.is_quiet().await);
}

#[tokio::test]
async fn a_connection_that_breaks_is_1006() {
    let live = Live::start(Limits::default()).await;
    let (socket, _) = live.open().await;
    drop(socket);
    assert_eq!(live.event("DISCONNECT").await["requestContext"]["disconnectStatusCode"], 1006);
    assert!(live.is_quiet().await);
}

#[tokio::test]
async fn the_end_of_the_gateway_closes_all_sockets_and_waits_for_the_functions() {
    let live = Live::start(Limits { closing: Duration::from_millis(300), ..Limits::default() }).await;
    let (mut attentive, _) = live.open().await;
    let (_deaf, _) = live.open().await;
    say(&mut attentive, "slow").await;
    live.event("MESSAGE").await;
    let started = Instant::now();
    let heard = tokio::spawn(async move { closed(&mut attentive).await });
    live.http.idle().await;
    assert!(started.elapsed() >= Duration::from_millis(700), "the function takes a second");
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(heard.await.unwrap(), 1001);
    assert_eq!(live.gateway.open_sockets(), 0);
    for _ in 0..2 {
        assert_eq!(live.event("DISCONNECT").await["requestContext"]["disconnectStatusCode"], 1001);
    }
}

#[tokio::test]
async fn sockets_that_close_together_are_told_of_by_turns_until_nobody_waits() {
    let live = Live::start(Limits { disconnecting: 1, ..Limits::default() }).await;
    let mut sockets = [live.open().await.0, live.open().await.0, live.open().await.0];
    for socket in &mut sockets {
        socket.close(Some(CloseFrame { code: 1000.into(), reason: "slow".into() })).await.unwrap();
    }
    live.event("DISCONNECT").await;
    assert!(live.is_quiet().await, "the first is still being told of");
    live.event("DISCONNECT").await;
    tokio::time::timeout(Duration::from_millis(100), live.http.idle()).await.unwrap_err();
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert!(live.is_quiet().await);
    live.http.idle().await;
}
