//! The connections API, by the genuine SDK.

use std::time::Duration;

use aws_sdk_apigatewaymanagement::primitives::Blob;
use tokio_tungstenite::tungstenite::Message;
use tunelink_local::live::Limits;

use super::harness::{Live, closed, next, next_text};

const KIB: usize = 1024;

#[tokio::test]
async fn what_is_posted_arrives_in_order() {
    let live = Live::start(Limits::default()).await;
    let (mut socket, id) = live.open().await;
    for text in ["one", "zwei", "três"] {
        live.post(&id, text).await.unwrap();
    }
    for text in ["one", "zwei", "três"] {
        assert_eq!(next(&mut socket).await, Message::text(text));
    }
}

#[tokio::test]
async fn the_longest_message_arrives_and_a_longer_one_is_refused() {
    let live = Live::start(Limits::default()).await;
    let (mut socket, id) = live.open().await;
    let longest = "é".repeat(64 * KIB);
    live.post(&id, longest.as_str()).await.unwrap();
    assert_eq!(next_text(&mut socket).await, longest);
    let call = live.management.post_to_connection().connection_id(&id);
    let refused = call.data(Blob::new(vec![b'a'; 128 * KIB + 1])).send().await.unwrap_err();
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 413);
    assert!(refused.into_service_error().is_payload_too_large_exception());
    live.post(&id, "still open").await.unwrap();
    assert_eq!(next_text(&mut socket).await, "still open");
}

#[tokio::test]
async fn a_socket_is_described() {
    let live = Live::start(Limits::default()).await;
    let (mut socket, id) = live.open().await;
    let describe = || live.management.get_connection().connection_id(&id).send();
    let before = describe().await.unwrap();
    assert_eq!(before.identity().unwrap().source_ip(), Some("127.0.0.1"));
    assert_eq!(before.connected_at(), before.last_active_at());
    tokio::time::sleep(Duration::from_millis(20)).await;
    live.post(&id, "hello").await.unwrap();
    next(&mut socket).await;
    let after = describe().await.unwrap();
    assert_eq!(after.connected_at(), before.connected_at());
    assert!(after.last_active_at().unwrap().as_nanos() > before.last_active_at().unwrap().as_nanos());
}

#[tokio::test]
async fn a_deleted_socket_gets_what_was_posted_before_and_is_gone() {
    let live = Live::start(Limits::default()).await;
    let (mut socket, id) = live.open().await;
    live.post(&id, "goodbye").await.unwrap();
    live.management.delete_connection().connection_id(&id).send().await.unwrap();
    let again = live.management.delete_connection().connection_id(&id).send().await.unwrap_err();
    assert!(again.into_service_error().is_gone_exception());
    assert_eq!(next_text(&mut socket).await, "goodbye");
    assert_eq!(closed(&mut socket).await, 1000);
    let event = live.event("DISCONNECT").await;
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1000);
    assert!(live.is_quiet().await);
}

#[tokio::test]
async fn a_socket_that_is_not_there_is_gone() {
    let live = Live::start(Limits::default()).await;
    let (socket, id) = live.open().await;
    drop(socket);
    live.event("DISCONNECT").await;
    for id in [id.as_str(), "L0SM9cOFvHcCIhw=", "a/b c"] {
        let call = live.management.post_to_connection().connection_id(id).data(Blob::new("hello"));
        let gone = call.send().await.unwrap_err();
        assert_eq!(gone.raw_response().unwrap().status().as_u16(), 410, "{id}");
        assert!(gone.into_service_error().is_gone_exception(), "{id}");
        let gone = live.management.get_connection().connection_id(id).send().await.unwrap_err();
        assert!(gone.into_service_error().is_gone_exception(), "{id}");
    }
}

#[tokio::test]
async fn the_at_sign_may_be_escaped() {
    let live = Live::start(Limits::default()).await;
    let (mut socket, id) = live.open().await;
    let url = format!("http://{}/live/%40connections/{}", live.address, id.replace('=', "%3D"));
    let reply = reqwest::Client::new().post(url).body("hello").send().await.unwrap();
    assert_eq!(reply.status(), 200);
    assert_eq!(next_text(&mut socket).await, "hello");
}
