use std::time::Duration;

use serde_json::{Value, json};

use super::{direct, group, numbers, say, texts};
use crate::harness::World;

#[tokio::test]
async fn a_message_that_is_sent_again_is_the_same_message() {
    let world = World::new().await;
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    let send = async |text: &str, id: &str| {
        ann.post(&format!("{path}/messages"), json!({ "text": text, "client_message_id": id }))
            .await
            .created()
    };
    let first = send("One", "a").await;
    assert_eq!(send("Another", "a").await, first);
    assert_eq!(send("Two", "b").await["seq"], 2);
    let bobs = json!({ "text": "Mine", "client_message_id": "a" });
    assert_eq!(bob.post(&format!("{path}/messages"), bobs).await.created()["seq"], 3);
    assert_eq!(texts(&bob, &path).await, [json!("One"), json!("Two"), json!("Mine")]);
}

#[tokio::test]
async fn pages_go_back_forward_and_around_a_message() {
    let world = World::new().await;
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    for number in 1..=9 {
        say(&ann, &path, &number.to_string()).await;
    }
    let list = async |query: &str| bob.get(&format!("{path}/messages?{query}")).await;
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let reply = list(&format!("limit=4{cursor}")).await;
        let next = reply.body["page"]["next"].as_str().map(|next| format!("&cursor={next}"));
        seen.extend(numbers(&reply.ok()));
        let Some(next) = next else { break };
        cursor = next;
    }
    assert_eq!(seen, (1..=9).rev().collect::<Vec<_>>());
    assert_eq!(numbers(&list("before=4").await.ok()), [3, 2, 1]);
    let after = list("after=3&limit=4").await;
    let next = after.body["page"]["next"].as_str().unwrap().to_owned();
    assert_eq!(numbers(&after.ok()), [7, 6, 5, 4]);
    let rest = list(&format!("after=3&limit=4&cursor={next}")).await;
    assert!(rest.body["page"]["next"].is_null());
    assert_eq!(numbers(&rest.ok()), [9, 8]);
    assert_eq!(numbers(&list("around=5&limit=4").await.ok()), [7, 6, 5, 4]);
    list("before=4&after=2").await.refused(422, "only_one");
    assert_eq!(numbers(&list("before=0").await.ok()), [0; 0]);
    assert_eq!(numbers(&list("before=9007199254740991&limit=1").await.ok()), [9]);
    assert_eq!(list("before=9007199254740992").await.errors(), (422, vec![("too_large", "before")]));
    assert_eq!(numbers(&list("after=100").await.ok()), [0; 0]);
}

#[tokio::test]
async fn an_author_edits_for_a_day_and_deletes_for_good() {
    let Some(world) = World::local().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    let first = format!("{path}/messages/{}", say(&ann, &path, "Onee").await["seq"]);
    let edited = ann.patch(&first, json!({ "text": "One" })).await.ok();
    assert!(edited["edited_at"].is_string());
    bob.patch(&first, json!({ "text": "Mine" })).await.refused(403, "forbidden");
    bob.delete(&first).await.refused(403, "forbidden");
    assert_eq!(bob.get(&first).await.ok()["text"], "One");
    let second = format!("{path}/messages/{}", say(&ann, &path, "Two").await["seq"]);
    ann.delete(&second).await.ok();
    let gone = bob.get(&second).await.ok();
    assert!(gone["text"].is_null() && gone["deleted_at"].is_string(), "{gone}");
    ann.patch(&second, json!({ "text": "Back" })).await.refused(409, "message_deleted");
    assert_eq!(ann.delete(&second).await.ok(), gone);
    world.pass(Duration::from_secs(24 * 3600 + 1)).await;
    let ann = world.log_in(&ann.name).await;
    ann.patch(&first, json!({ "text": "Late" })).await.refused(409, "too_late");
    assert_eq!(ann.get(&path).await.ok()["last_change"], 2);
}

#[tokio::test]
async fn an_admin_deletes_what_others_wrote() {
    let world = World::new().await;
    let (ann, bob) = (world.person().await, world.person().await);
    let path = group(&ann, &[&bob]).await;
    say(&bob, &path, "Spam").await;
    ann.patch(&format!("{path}/messages/1"), json!({ "text": "Ham" })).await.refused(403, "forbidden");
    ann.delete(&format!("{path}/messages/1")).await.ok();
    assert_eq!(texts(&bob, &path).await, [Value::Null]);
}

#[tokio::test]
async fn reading_goes_forward_only() {
    let world = World::new().await;
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    for text in ["One", "Two", "Three"] {
        say(&ann, &path, text).await;
    }
    let read = async |seq: u64| bob.put(&format!("{path}/read"), json!({ "seq": seq })).await;
    assert_eq!(read(2).await.ok()["read_seq"], 2);
    assert_eq!(read(1).await.ok()["read_seq"], 2);
    read(4).await.refused(422, "unknown_message");
    assert_eq!(bob.get(&path).await.ok()["unread"], 1);
    let list = bob.get("/v1/conversations").await.ok();
    assert_eq!(list[0]["unread"], 1);
    say(&bob, &path, "Four").await;
    assert_eq!(bob.get(&path).await.ok()["unread"], 0);
}

#[tokio::test]
async fn a_text_has_its_limits() {
    let world = World::new().await;
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    let send = async |text: &str, id: &str| {
        ann.post(&format!("{path}/messages"), json!({ "text": text, "client_message_id": id })).await
    };
    send("", "a").await.refused(422, "too_short");
    send(&"é".repeat(4001), "a").await.refused(422, "too_long");
    send(" \n ", "a").await.refused(422, "invalid_format");
    send("One", "a b").await.refused(422, "invalid_format");
    assert_eq!(send(&"🎷".repeat(4000), "a").await.created()["seq"], 1);
    assert_eq!(send("One\r\nTwo", "b").await.created()["text"], "One\nTwo");
    let reply = json!({ "text": "To what?", "client_message_id": "c", "reply_to": 3 });
    ann.post(&format!("{path}/messages"), reply).await.refused(422, "unknown_message");
}
