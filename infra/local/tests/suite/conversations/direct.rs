use futures_util::future::join_all;
use serde_json::json;

use super::{direct, say, texts, try_say};
use crate::harness::World;

#[tokio::test]
async fn two_people_have_one_conversation_whoever_begins_it() {
    let world = World::new().await;
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    assert_eq!(direct(&bob, &ann).await, path);
    assert_eq!(direct(&ann, &bob).await, path);
    say(&ann, &path, "Hello").await;
    assert_eq!(texts(&bob, &path).await, [json!("Hello")]);
    let seen = bob.get(&path).await.ok();
    assert_eq!((&seen["kind"], &seen["with"]["username"]), (&json!("direct"), &json!(ann.name)));
    assert_eq!((&seen["unread"], &seen["last_message"]["text"]), (&json!(1), &json!("Hello")));
    assert_eq!(ann.get(&path).await.ok()["unread"], 0);
}

#[tokio::test]
async fn of_many_who_begin_it_at_once_all_get_the_same() {
    let world = World::new().await;
    for _ in 0..5 {
        let (ann, bob) = (world.person().await, world.person().await);
        let all = (0..20).map(|turn| if turn % 2 == 0 { direct(&ann, &bob) } else { direct(&bob, &ann) });
        let paths = join_all(all).await;
        assert!(paths.iter().all(|path| *path == paths[0]), "{paths:?}");
        assert_eq!(ann.get("/v1/conversations").await.ok().as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn nobody_talks_to_themselves_to_strangers_or_to_who_is_gone() {
    let world = World::new().await;
    let (ann, gone) = (world.person().await, world.person().await);
    let begin = async |body: serde_json::Value| ann.post("/v1/conversations", body).await;
    let direct = |id: &str| json!({ "kind": "direct", "participant_ids": [id] });
    begin(direct(&ann.id)).await.refused(422, "oneself");
    begin(direct("01900000-0000-7000-8000-000000000000")).await.refused(422, "unknown_user");
    begin(json!({ "kind": "direct", "participant_ids": [gone.id, gone.id] }))
        .await
        .refused(422, "duplicate_entry");
    let password = crate::harness::PASSWORD;
    let path = super::direct(&ann, &gone).await;
    gone.post("/v1/users/me/deletion", json!({ "mode": "deactivate", "password": password })).await.ok();
    try_say(&ann, &path, "Are you there?").await.refused(403, "unreachable");
    let stranger = world.person().await;
    stranger.get(&path).await.refused(404, "not_found");
    try_say(&stranger, &path, "Hello").await.refused(404, "not_found");
}

#[tokio::test]
async fn who_is_blocked_cannot_write_nor_read_what_is_new() {
    let world = World::new().await;
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    say(&bob, &path, "Before").await;
    ann.put(&format!("/v1/users/me/blocks/{}", bob.id), json!({})).await.ok();
    try_say(&bob, &path, "After").await.refused(403, "unreachable");
    try_say(&ann, &path, "After").await.refused(403, "unreachable");
    bob.patch(&format!("{path}/messages/1"), json!({ "text": "Anyway" })).await.refused(403, "unreachable");
    ann.put(&format!("{path}/read"), json!({ "seq": 1 })).await.ok();
    let participants = bob.get(&format!("{path}/participants")).await.ok();
    let hers =
        participants.as_array().unwrap().iter().find(|part| part["user_id"] == ann.id.as_str()).unwrap();
    assert!(hers["read_seq"].is_null(), "{hers}");
    let carol = world.person().await;
    carol.put(&format!("/v1/users/me/blocks/{}", bob.id), json!({})).await.ok();
    let begin = json!({ "kind": "direct", "participant_ids": [carol.id] });
    bob.post("/v1/conversations", begin).await.refused(403, "unreachable");
    ann.delete(&format!("/v1/users/me/blocks/{}", bob.id)).await.ok();
    say(&bob, &path, "Again").await;
}
