//! What a socket may not do.

use std::time::{Duration, Instant};

use futures_util::SinkExt;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tunelink_local::live::Limits;

use super::harness::{Live, Socket, closed, next, say};

const KIB: usize = 1024;

/// Sends a message in frames of so many bytes, as far as the gateway takes it.
async fn say_in_frames(socket: &mut Socket, frames: &[usize]) {
    for (index, length) in frames.iter().enumerate() {
        let kind = if index == 0 { Data::Text } else { Data::Continue };
        let is_last = index + 1 == frames.len();
        let frame = Frame::message(vec![b'a'; *length], OpCode::Data(kind), is_last);
        if socket.send(Message::Frame(frame)).await.is_err() {
            break;
        }
    }
}

#[tokio::test]
async fn the_default_is_what_aws_grants() {
    let limits = Limits::default();
    assert_eq!((limits.frame, limits.message), (32_768, 131_072));
    assert_eq!(
        (limits.idle.as_secs(), limits.duration.as_secs(), limits.patience.as_secs()),
        (600, 7200, 29)
    );
}

#[tokio::test]
async fn the_longest_frame_is_taken_and_a_longer_one_closes_the_socket() {
    let live = Live::start(Limits::default()).await;
    let (mut socket, _) = live.open().await;
    say(&mut socket, "a".repeat(32 * KIB)).await;
    assert_eq!(live.event("MESSAGE").await["body"].as_str().unwrap().len(), 32 * KIB);
    say(&mut socket, "a".repeat(32 * KIB + 1)).await;
    assert_eq!(closed(&mut socket).await, 1009);
    let event = live.event("DISCONNECT").await;
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1009);
}

#[tokio::test]
async fn the_longest_message_is_taken_and_a_longer_one_closes_the_socket() {
    let live = Live::start(Limits::default()).await;
    let (mut socket, _) = live.open().await;
    say_in_frames(&mut socket, &[32 * KIB; 4]).await;
    assert_eq!(live.event("MESSAGE").await["body"].as_str().unwrap().len(), 128 * KIB);
    say_in_frames(&mut socket, &[32 * KIB, 32 * KIB, 32 * KIB, 32 * KIB, 1]).await;
    assert_eq!(closed(&mut socket).await, 1009);
}

#[tokio::test]
async fn a_client_that_goes_on_talking_still_hears_why_it_is_closed() {
    let live = Live::start(Limits::default()).await;
    let (mut socket, _) = live.open().await;
    say(&mut socket, "a".repeat(8 * KIB * KIB)).await;
    assert_eq!(closed(&mut socket).await, 1009);
}

#[tokio::test]
async fn a_silent_socket_is_closed() {
    let live = Live::start(Limits { idle: Duration::from_millis(200), ..Limits::default() }).await;
    let started = Instant::now();
    let (mut socket, _) = live.open().await;
    assert_eq!(closed(&mut socket).await, 1001);
    assert!(started.elapsed() >= Duration::from_millis(200));
    assert_eq!(live.event("DISCONNECT").await["requestContext"]["disconnectStatusCode"], 1001);
}

#[tokio::test]
async fn a_ping_or_a_post_keeps_a_socket_open() {
    let live = Live::start(Limits { idle: Duration::from_millis(600), ..Limits::default() }).await;
    let started = Instant::now();
    let (mut socket, id) = live.open().await;
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        socket.send(Message::Ping(Bytes::new())).await.unwrap();
        assert_eq!(next(&mut socket).await, Message::Pong(Bytes::new()));
        tokio::time::sleep(Duration::from_millis(200)).await;
        live.post(&id, "hello").await.unwrap();
        assert_eq!(next(&mut socket).await, Message::text("hello"));
    }
    assert_eq!(closed(&mut socket).await, 1001);
    assert!(started.elapsed() >= Duration::from_millis(1800));
}

#[tokio::test]
async fn a_busy_socket_is_closed_when_its_time_is_up() {
    let live = Live::start(Limits { duration: Duration::from_millis(500), ..Limits::default() }).await;
    let started = Instant::now();
    let (mut socket, _) = live.open().await;
    let code = loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        // Fails once the socket is closed; what the gateway said is still there to read.
        let _ = socket.send(Message::Ping(Bytes::new())).await;
        match next(&mut socket).await {
            Message::Close(frame) => break u16::from(frame.unwrap().code),
            other => assert_eq!(other, Message::Pong(Bytes::new())),
        }
    };
    assert_eq!(code, 1001);
    assert!(started.elapsed() >= Duration::from_millis(500));
}
