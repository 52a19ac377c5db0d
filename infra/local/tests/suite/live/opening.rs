use std::time::Duration;

use serde_json::json;

use crate::harness::{Socket, World};

#[tokio::test]
async fn a_socket_opens_with_a_token_or_with_a_ticket_once_and_soon() {
    let Some(world) = World::local().await else { return };
    let ann = world.person().await;
    let mut socket = world.socket(&ann).await;
    socket.send("ping", json!({})).await;
    assert_eq!(socket.next_of("pong").await["request_id"], "1");
    let ticket =
        async || ann.post("/v1/live/tickets", json!({})).await.ok()["ticket"].as_str().unwrap().to_owned();
    let good = ticket().await;
    assert!(Socket::open_with_ticket(world.url(), &good).await.is_ok());
    assert_eq!(Socket::open_with_ticket(world.url(), &good).await.err(), Some(401));
    let late = ticket().await;
    world.pass(Duration::from_secs(31)).await;
    assert_eq!(Socket::open_with_ticket(world.url(), &late).await.err(), Some(401));
    assert_eq!(Socket::open_with_ticket(world.url(), "nonsense").await.err(), Some(401));
    assert_eq!(Socket::open(world.url(), "nonsense").await.err(), Some(401));
    let unused = ticket().await;
    ann.post("/v1/auth/logout", json!({})).await.ok();
    assert_eq!(Socket::open(world.url(), &ann.access_token).await.err(), Some(401));
    assert_eq!(Socket::open_with_ticket(world.url(), &unused).await.err(), Some(401));
}

#[tokio::test]
async fn of_many_who_use_one_ticket_one_gets_in() {
    let Some(world) = World::local().await else { return };
    let ann = world.person().await;
    for _ in 0..10 {
        let ticket =
            ann.post("/v1/live/tickets", json!({})).await.ok()["ticket"].as_str().unwrap().to_owned();
        let opening = (0..8).map(|_| Socket::open_with_ticket(world.url(), &ticket));
        let opened = futures_util::future::join_all(opening).await;
        assert_eq!(opened.iter().filter(|socket| socket.is_ok()).count(), 1);
    }
    world.audit().await;
}

#[tokio::test]
async fn the_oldest_of_too_many_sockets_gives_way() {
    let Some(world) = World::local().await else { return };
    let ann = world.person().await;
    let mut first = world.socket(&ann).await;
    let mut others = Vec::new();
    for _ in 0..20 {
        world.pass(Duration::from_millis(10)).await;
        others.push(world.socket(&ann).await);
    }
    assert!(first.is_closed().await);
    for socket in &mut others {
        assert_eq!(socket.rest().await, [] as [serde_json::Value; 0]);
    }
}

#[tokio::test]
async fn a_bad_frame_is_answered_and_the_socket_stays_open() {
    let Some(world) = World::local().await else { return };
    let ann = world.person().await;
    let mut socket = world.socket(&ann).await;
    let long = "x".repeat(32 * 1024 - 100);
    for (frame, code) in [
        ("nonsense".to_owned(), "malformed_json"),
        ("{}".to_owned(), "invalid"),
        (json!({ "action": "dance" }).to_string(), "invalid"),
        (json!({ "action": "ping", "volume": 11 }).to_string(), "invalid"),
        (json!({ "action": "send_message", "data": { "text": "" } }).to_string(), "invalid"),
        (json!({ "action": "ping", "request_id": "x".repeat(65) }).to_string(), "invalid"),
        (long, "malformed_json"),
    ] {
        socket.send_raw(&frame).await;
        assert_eq!(socket.next_of("error").await["code"], code, "{frame:.60}");
    }
    let request = json!({ "action": "mark_read", "request_id": "7", "data": { "seq": "one" } });
    socket.send_raw(&request.to_string()).await;
    let refusal = socket.next_of("error").await;
    assert_eq!(refusal["request_id"], "7");
    let mut fields: Vec<_> =
        refusal["errors"].as_array().unwrap().iter().map(|fault| fault["field"].clone()).collect();
    fields.sort_by_key(ToString::to_string);
    assert_eq!(fields, ["data.conversation_id", "data.seq"]);
    assert_eq!(socket.rest().await, [] as [serde_json::Value; 0]);
}

#[tokio::test]
async fn who_sends_too_much_is_told_to_wait() {
    let Some(world) = World::local().await else { return };
    let ann = world.person().await;
    let mut socket = world.socket(&ann).await;
    for _ in 0..101 {
        socket.send("ping", json!({})).await;
    }
    let refusal = socket.next_of("error").await;
    assert_eq!(refusal["code"], "too_many_requests");
    assert!(refusal["retry_after"].as_u64().is_some_and(|wait| (1..=10).contains(&wait)), "{refusal}");
    world.pass(Duration::from_secs(10)).await;
    socket.send("ping", json!({})).await;
    socket.next_of("pong").await;
}
