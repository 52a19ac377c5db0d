//! That every message comes to whom it is for, and is told once, whatever fails and whatever comes again.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};

use super::{direct, group, member, say};
use crate::harness::{Person, Socket, World};

/// How many attempts the SDK makes.
const ATTEMPTS: usize = 3;

/// From now on the calls from number `from` on fail, as often as the SDK makes attempts, calls to sockets among them.
/// Counted are those behind the transaction that sends the message. Where the `reply` alone is lost, they have had
/// their effect.
fn fail(world: &World, from: usize, reply: bool) -> Arc<AtomicUsize> {
    let calls = Arc::new(AtomicUsize::new(0));
    let (counted, mut begun) = (calls.clone(), false);
    let decide = move |operation: &str, body: &str| {
        if !begun {
            begun = operation == "TransactWriteItems" && body.contains("CLIENT#");
            return false;
        }
        (from..from + ATTEMPTS).contains(&counted.fetch_add(1, Ordering::Relaxed))
    };
    if reply {
        world.faults.lose_reply_when(decide);
    } else {
        world.faults.fail_when(decide);
    }
    calls
}

/// The notifications of a conversation that somebody has not read.
async fn told(person: &Person, path: &str) -> Vec<Value> {
    let list = person.get("/v1/notifications?limit=100").await.ok();
    let id = path.rsplit('/').next().unwrap();
    let of = |told: &&Value| told["conversation_id"] == id && told["read_at"].is_null();
    list.as_array().unwrap().iter().filter(of).cloned().collect()
}

async fn heard(socket: &mut Socket) -> Vec<u64> {
    let frames = socket.rest().await;
    let mut seen: Vec<u64> = frames
        .iter()
        .filter(|f| f["type"] == "message")
        .map(|f| f["data"]["seq"].as_u64().unwrap())
        .collect();
    seen.dedup();
    seen
}

async fn sending(reply: bool) {
    let Some(world) = World::local().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    let mut socket = world.socket(&bob).await;
    for from in 0.. {
        let calls = fail(&world, from, reply);
        let sent = say(&ann, &path, "Hello").await["seq"].as_u64().unwrap();
        world.settled().await;
        world.faults.stop();
        assert!(world.dead_letters().await.is_empty());
        assert_eq!(heard(&mut socket).await, [sent], "{from}");
        let told = told(&bob, &path).await;
        assert_eq!(told.len(), 1, "{from}: {told:#?}");
        assert_eq!(told[0]["count"], sent, "{from}");
        if calls.load(Ordering::Relaxed) <= from {
            assert!(from > 10, "the reaction makes some calls");
            break;
        }
        world.pass(std::time::Duration::from_secs(10)).await;
    }
    bob.put(&format!("{path}/read"), json!({ "seq": 1 })).await.ok();
    world.settled().await;
    assert_eq!(told(&bob, &path).await, [] as [Value; 0], "what he has read of is told no more");
    world.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_comes_and_is_told_once_whatever_call_fails() {
    sending(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_comes_and_is_told_once_whatever_reply_is_lost() {
    sending(true).await;
}

#[tokio::test]
async fn one_notification_tells_of_all_that_is_unread_until_it_is_read() {
    let Some(world) = World::local().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    for text in ["One", "Two", "Three"] {
        say(&ann, &path, text).await;
    }
    world.settled().await;
    let unread = told(&bob, &path).await;
    assert_eq!((unread.len(), &unread[0]["count"], &unread[0]["body"]), (1, &json!(3), &json!("Three")));
    assert_eq!(told(&ann, &path).await, [] as [Value; 0]);
    bob.put(&format!("{path}/read"), json!({ "seq": 3 })).await.ok();
    world.settled().await;
    assert_eq!(told(&bob, &path).await, [] as [Value; 0]);
    say(&ann, &path, "Four").await;
    world.settled().await;
    let unread = told(&bob, &path).await;
    assert_eq!((unread.len(), &unread[0]["count"], &unread[0]["body"]), (1, &json!(1), &json!("Four")));
    say(&bob, &path, "Five").await;
    world.settled().await;
    assert_eq!(told(&bob, &path).await, [] as [Value; 0], "who answers has read");

    let before = world.items().await;
    world.repeat().await;
    world.repeat().await;
    assert!(world.items().await == before, "what comes again changes something");
}

#[tokio::test]
async fn what_was_deleted_is_quoted_no_more() {
    let Some(world) = World::local().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    say(&ann, &path, "Canary").await;
    world.settled().await;
    assert_eq!(told(&bob, &path).await[0]["body"], "Canary");
    ann.patch(&format!("{path}/messages/1"), json!({ "text": "Robin" })).await.ok();
    assert_eq!(told(&bob, &path).await[0]["body"], "Robin");
    bob.put(&format!("/v1/users/me/blocks/{}", ann.id), json!({})).await.ok();
    assert_eq!(told(&bob, &path).await[0]["body"], "New message");
    bob.delete(&format!("/v1/users/me/blocks/{}", ann.id)).await.ok();
    ann.delete(&format!("{path}/messages/1")).await.ok();
    assert_eq!(told(&bob, &path).await[0]["body"], "New message");
    let items = world.items().await;
    let traces: Vec<_> = items.iter().filter(|(_, item)| format!("{item:?}").contains("Canary")).collect();
    assert!(traces.is_empty(), "{traces:#?}");
}

#[tokio::test]
async fn what_was_long_unread_is_told_of_all_the_same() {
    let Some(world) = World::local().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    say(&ann, &path, "One").await;
    world.settled().await;
    world.pass(std::time::Duration::from_hours(24 * 91)).await;
    let (ann, bob) = (world.log_in(&ann.name).await, world.log_in(&bob.name).await);
    assert_eq!(told(&bob, &path).await, [] as [Value; 0], "nobody wants to know any more");
    let mut socket = world.socket(&bob).await;
    say(&ann, &path, "Two").await;
    world.settled().await;
    assert_eq!(told(&bob, &path).await[0]["count"], 2);
    let frame = socket.next_of("notification").await;
    assert_eq!((&frame["unread"], &frame["notification"]["body"]), (&json!(1), &json!("Two")));
    assert_eq!(bob.get("/v1/notifications?unread=true").await.body["page"]["unread"], 1);
}

#[tokio::test]
async fn who_was_taken_out_is_told_of_nothing_any_more() {
    let Some(world) = World::local().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = group(&ann, &[&bob]).await;
    say(&ann, &path, "One").await;
    world.settled().await;
    assert_eq!(told(&bob, &path).await.len(), 1);
    ann.delete(&member(&path, &bob)).await.ok();
    world.settled().await;
    assert_eq!(told(&bob, &path).await, [] as [Value; 0]);
    // What was under way comes again when they are out already.
    let mut socket = world.socket(&bob).await;
    world.repeat().await;
    let rest = socket.rest().await;
    assert!(rest.iter().all(|frame| frame["type"] == "left"), "{rest:#?}");
}
