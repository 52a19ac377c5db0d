use std::future::IntoFuture;

use serde_json::{Value, json};

use super::{group, member, numbers, say, texts, try_say};
use crate::harness::{Person, World};

async fn roles(person: &Person, path: &str) -> Vec<(String, String)> {
    let participants = person.get(&format!("{path}/participants?limit=100")).await.ok();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    participants
        .as_array()
        .unwrap()
        .iter()
        .map(|part| (text(&part["user_id"]), text(&part["role"])))
        .collect()
}

#[tokio::test]
async fn who_comes_later_sees_what_is_said_from_then_on() {
    let world = World::new().await;
    let (ann, bob, carol) = (world.person().await, world.person().await, world.person().await);
    let path = group(&ann, &[&bob]).await;
    say(&ann, &path, "One").await;
    carol.get(&path).await.refused(404, "not_found");
    bob.put(&member(&path, &carol), json!({})).await.refused(403, "forbidden");
    ann.put(&member(&path, &carol), json!({})).await.ok();
    say(&bob, &path, "Two").await;
    assert_eq!(texts(&carol, &path).await, [json!("Two")]);
    assert_eq!(carol.get(&path).await.ok()["unread"], 1);
    carol.get(&format!("{path}/messages/1")).await.refused(404, "not_found");
    let reply = json!({ "text": "?", "client_message_id": "a", "reply_to": 1 });
    carol.post(&format!("{path}/messages"), reply).await.refused(422, "unknown_message");
    let found = carol.get(&format!("{path}/messages?around=1")).await.ok();
    assert_eq!(numbers(&found), [2]);
}

#[tokio::test]
async fn who_is_taken_out_reads_and_writes_no_more_and_may_come_back() {
    let world = World::new().await;
    let (ann, bob) = (world.person().await, world.person().await);
    let path = group(&ann, &[&bob]).await;
    say(&ann, &path, "One").await;
    ann.delete(&member(&path, &bob)).await.ok();
    bob.get(&format!("{path}/messages")).await.refused(404, "not_found");
    try_say(&bob, &path, "No").await.refused(404, "not_found");
    assert_eq!(bob.get("/v1/conversations").await.ok(), json!([]));
    ann.delete(&member(&path, &bob)).await.refused(404, "not_found");
    say(&ann, &path, "Two").await;
    ann.put(&member(&path, &bob), json!({ "role": "admin" })).await.ok();
    say(&ann, &path, "Three").await;
    assert_eq!(texts(&bob, &path).await, [json!("Three")]);
    assert_eq!(ann.get(&path).await.ok()["member_count"], 2);
}

#[tokio::test]
async fn without_an_admin_the_longest_member_becomes_one() {
    let world = World::new().await;
    let (ann, bob, carol) = (world.person().await, world.person().await, world.person().await);
    let path = group(&ann, &[&bob]).await;
    ann.put(&member(&path, &carol), json!({})).await.ok();
    ann.delete(&member(&path, &ann)).await.ok();
    let mut expected = vec![(bob.id.clone(), "admin".to_owned()), (carol.id.clone(), "member".to_owned())];
    expected.sort();
    let mut found = roles(&bob, &path).await;
    found.sort();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn admins_rename_and_make_admins_and_members_do_not() {
    let world = World::new().await;
    let (ann, bob) = (world.person().await, world.person().await);
    let path = group(&ann, &[&bob]).await;
    bob.patch(&path, json!({ "title": "Mine" })).await.refused(403, "forbidden");
    assert_eq!(ann.patch(&path, json!({ "title": "Hot Club" })).await.ok()["title"], "Hot Club");
    ann.put(&member(&path, &ann), json!({ "role": "member" })).await.refused(422, "oneself");
    ann.put(&member(&path, &bob), json!({ "role": "admin" })).await.ok();
    assert!(bob.patch(&path, json!({ "title": null })).await.ok()["title"].is_null());
    ann.patch(&path, json!({ "title": "" })).await.refused(422, "too_short");
    // What comes back is the whole conversation, with what others said last.
    say(&ann, &path, "Which name is it?").await;
    let renamed = bob.patch(&path, json!({ "title": "Quintet" })).await.ok();
    assert_eq!(
        (&renamed["title"], &renamed["last_message"]["text"]),
        (&json!("Quintet"), &json!("Which name is it?"))
    );
    assert_eq!(renamed, bob.get(&path).await.ok());
}

#[tokio::test]
async fn nobody_brings_in_who_has_blocked_them_and_in_a_group_texts_are_kept_from_the_two() {
    let world = World::new().await;
    let (ann, bob, carol) = (world.person().await, world.person().await, world.person().await);
    let path = group(&ann, &[&bob]).await;
    carol.put(&format!("/v1/users/me/blocks/{}", ann.id), json!({})).await.ok();
    ann.put(&member(&path, &carol), json!({})).await.refused(403, "unreachable");
    let begin = json!({ "kind": "group", "participant_ids": [bob.id, carol.id] });
    let refused = ann.post("/v1/conversations", begin).await;
    assert_eq!(refused.errors(), (403, vec![("unreachable", "participant_ids[1]")]));
    bob.put(&format!("/v1/users/me/blocks/{}", ann.id), json!({})).await.ok();
    say(&ann, &path, "From Ann").await;
    say(&bob, &path, "From Bob").await;
    assert_eq!(texts(&bob, &path).await, [Value::Null, json!("From Bob")]);
    assert_eq!(texts(&ann, &path).await, [json!("From Ann"), Value::Null]);
    let hidden = ann.get(&format!("{path}/messages/2")).await.ok();
    assert_eq!((&hidden["hidden"], &hidden["text"]), (&json!(true), &Value::Null));
    let listed = ann.get("/v1/conversations").await.ok();
    assert!(listed[0]["last_message"]["text"].is_null(), "{listed}");
}

#[tokio::test]
async fn members_of_a_direct_conversation_are_not_chosen() {
    let world = World::new().await;
    let (ann, bob, carol) = (world.person().await, world.person().await, world.person().await);
    let path = super::direct(&ann, &bob).await;
    ann.put(&member(&path, &carol), json!({})).await.refused(409, "not_a_group");
    ann.delete(&member(&path, &ann)).await.refused(409, "not_a_group");
    ann.patch(&path, json!({ "title": "Us" })).await.refused(409, "not_a_group");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_all_admins_leave_at_once_somebody_becomes_one() {
    let world = World::new().await;
    let (ann, bob, carol) = (world.person().await, world.person().await, world.person().await);
    for _ in 0..20 {
        let path = group(&ann, &[&bob, &carol]).await;
        ann.put(&member(&path, &bob), json!({ "role": "admin" })).await.ok();
        let (one, other) = tokio::join!(
            ann.delete(&member(&path, &ann)).into_future(),
            bob.delete(&member(&path, &bob)).into_future()
        );
        assert_eq!((one.status, other.status), (200, 200), "{} {}", one.text, other.text);
        assert_eq!(roles(&carol, &path).await, [(carol.id.clone(), "admin".to_owned())]);
    }
}
