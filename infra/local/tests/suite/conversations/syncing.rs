use std::time::Duration;

use serde_json::{Value, json};

use super::{direct, group, member, numbers, say};
use crate::harness::{Person, World};

/// Where somebody is, as their client would say it.
fn at(path: &str, seq: u64, change: u64) -> Value {
    let id = path.rsplit('/').next().expect("an id");
    json!({ "conversation_id": id, "seq": seq, "change": change })
}

async fn sync(person: &Person, positions: &[Value], since: Option<&Value>) -> Value {
    let mut body = json!({ "conversations": positions });
    if let Some(since) = since {
        body["since"] = since.clone();
    }
    person.post("/v1/sync", body).await.ok()
}

#[tokio::test]
async fn who_was_away_gets_what_they_missed_and_nothing_else() {
    let Some(world) = World::local().await else { return };
    let (ann, bob, carol) = (world.person().await, world.person().await, world.person().await);
    let (talk, quartet) = (direct(&ann, &bob).await, group(&ann, &[&bob]).await);
    say(&ann, &talk, "One").await;
    let known = [at(&talk, 1, 0), at(&quartet, 0, 0)];
    let first = sync(&bob, &known, None).await;
    assert_eq!(first["conversations"].as_array().unwrap().len(), 1, "{first:#}");
    let since = first["synced_at"].clone();

    say(&ann, &talk, "Two").await;
    say(&ann, &talk, "Three").await;
    ann.patch(&format!("{talk}/messages/1"), json!({ "text": "Uno" })).await.ok();
    ann.delete(&format!("{talk}/messages/2")).await.ok();
    ann.put(&member(&quartet, &carol), json!({})).await.ok();
    ann.patch(&quartet, json!({ "title": "Quintet" })).await.ok();
    world.pass(Duration::from_secs(31)).await;
    let missed = sync(&bob, &known, Some(&since)).await;
    let of = |path: &str| {
        let id = path.rsplit('/').next().unwrap();
        let all = missed["conversations"].as_array().unwrap();
        all.iter().find(|part| part["conversation"]["conversation_id"] == id).unwrap().clone()
    };
    let (in_talk, in_quartet) = (of(&talk), of(&quartet));
    assert_eq!(numbers(&in_talk["messages"]), [2, 3]);
    assert_eq!(in_talk["gap"], false);
    let kinds = |part: &Value| -> Vec<Value> {
        part["changes"].as_array().unwrap().iter().map(|change| change["what"]["kind"].clone()).collect()
    };
    assert_eq!(kinds(&in_talk), ["message_edited", "message_deleted"]);
    assert_eq!(in_talk["changes"][0]["message"]["text"], "Uno");
    assert!(in_talk["messages"][0]["text"].is_null());
    assert_eq!(kinds(&in_quartet), ["member_added", "renamed"]);
    assert_eq!(in_quartet["conversation"]["title"], "Quintet");

    let known = [at(&talk, 3, 2), at(&quartet, 0, 2)];
    let nothing = sync(&bob, &known, Some(&missed["synced_at"])).await;
    assert_eq!(nothing["conversations"], json!([]));
    bob.put(&format!("{talk}/read"), json!({ "seq": 3 })).await.ok();
    let known = [at(&talk, 3, 2), at(&quartet, 0, 2)];
    let reads = sync(&ann, &known, Some(&missed["synced_at"])).await;
    assert_eq!(reads["conversations"][0]["reads"][0]["read_seq"], 3, "{reads:#}");
}

#[tokio::test]
async fn what_is_new_comes_whole_and_what_was_left_is_named() {
    let world = World::new().await;
    let (ann, bob) = (world.person().await, world.person().await);
    let quartet = group(&ann, &[&bob]).await;
    say(&ann, &quartet, "Hello").await;
    let new = sync(&bob, &[], None).await;
    assert_eq!(numbers(&new["conversations"][0]["messages"]), [1]);
    ann.delete(&member(&quartet, &bob)).await.ok();
    let gone = sync(&bob, &[at(&quartet, 1, 0)], None).await;
    assert_eq!(gone["conversations"], json!([]));
    assert_eq!(gone["left"][0], at(&quartet, 0, 0)["conversation_id"]);
    let (nobody, stranger) = ("01900000-0000-7000-8000-000000000000", world.person().await);
    let position = json!({ "conversation_id": nobody, "seq": 0, "change": 0 });
    assert_eq!(sync(&stranger, &[position], None).await["left"], json!([nobody]));
}

#[tokio::test]
async fn who_was_away_for_too_long_is_told_that_there_is_a_gap() {
    let world = World::new().await;
    let (ann, bob) = (world.person().await, world.person().await);
    let talk = direct(&ann, &bob).await;
    for number in 1..=101 {
        say(&ann, &talk, &number.to_string()).await;
    }
    let missed = sync(&bob, &[at(&talk, 1, 0)], None).await;
    assert_eq!(missed["conversations"][0]["gap"], false);
    assert_eq!(numbers(&missed["conversations"][0]["messages"]), (2..=101).collect::<Vec<_>>());
    let missed = sync(&bob, &[at(&talk, 0, 0)], None).await;
    assert_eq!(missed["conversations"][0]["gap"], true);
    assert_eq!(numbers(&missed["conversations"][0]["messages"]), (2..=101).collect::<Vec<_>>());
}

#[tokio::test]
async fn who_comes_later_learns_nothing_of_what_was_changed_before() {
    let world = World::new().await;
    let (ann, bob, carol) = (world.person().await, world.person().await, world.person().await);
    let quartet = group(&ann, &[&bob]).await;
    ann.patch(&quartet, json!({ "title": "Secret" })).await.ok();
    say(&ann, &quartet, "Before").await;
    ann.delete(&format!("{quartet}/messages/1")).await.ok();
    ann.put(&member(&quartet, &carol), json!({})).await.ok();
    let kinds = async || -> Vec<Value> {
        let missed = sync(&carol, &[at(&quartet, 0, 0)], None).await;
        let changes = missed["conversations"][0]["changes"].as_array().unwrap().iter();
        changes.map(|change| change["what"]["kind"].clone()).collect()
    };
    assert_eq!(kinds().await, ["member_added"]);
    ann.delete(&member(&quartet, &carol)).await.ok();
    ann.patch(&quartet, json!({ "title": "Secret again" })).await.ok();
    ann.put(&member(&quartet, &carol), json!({})).await.ok();
    assert_eq!(kinds().await, ["member_added"], "from her second arrival on");
}

#[tokio::test]
async fn positions_that_cannot_be_are_taken_for_the_present() {
    let world = World::new().await;
    let (ann, bob) = (world.person().await, world.person().await);
    let talk = direct(&ann, &bob).await;
    say(&ann, &talk, "One").await;
    // The largest that the document allows: 2^53 - 1.
    let largest = (1 << 53) - 1;
    let missed = sync(&bob, &[at(&talk, largest, largest)], None).await;
    assert_eq!(missed["conversations"][0]["messages"], json!([]));
    assert_eq!(missed["conversations"][0]["gap"], false);
}
