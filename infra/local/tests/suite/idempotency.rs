//! What every operation has in common that takes an `Idempotency-Key`.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tunelink_local::examples::entry;

use crate::{
    catalogue,
    events::{announce, jam_with},
    harness::{World, unique},
};

#[tokio::test]
async fn whatever_is_created_under_a_key_is_created_once() {
    let Some(world) = World::still().await else { return };
    let (admin, other) = (world.admin().await, world.person().await);
    admin.put("/v1/users/me/instruments/cello", json!({ "level": "beginner" })).await.ok();
    let event = announce(&other, jam_with(json!({}))).await;
    let words = json!({ "title": "Doors at eight", "body": "Come in." });
    let requests: [(&str, String, Value); 6] = [
        (
            "create_conversation",
            "/v1/conversations".to_owned(),
            json!({ "kind": "group", "participant_ids": [other.id] }),
        ),
        ("create_event", "/v1/events".to_owned(), jam_with(json!({}))),
        ("create_genre", "/v1/genres".to_owned(), catalogue::entry("/v1/genres", &unique("g"))),
        (
            "create_instrument",
            "/v1/instruments".to_owned(),
            catalogue::entry("/v1/instruments", &unique("i")),
        ),
        (
            "create_notification",
            "/v1/notifications".to_owned(),
            json!({ "user_id": other.id, "text": { "en": words, "fr": words } }),
        ),
        ("join_event", format!("{event}/participations"), json!({ "instrument_id": "cello" })),
    ];
    let takes_a_key = |function: &&&tunelink::operation::Function| {
        let parameters = entry(function)["parameters"].as_array();
        parameters.is_some_and(|all| all.iter().any(|parameter| parameter["name"] == "Idempotency-Key"))
    };
    let operations: BTreeSet<&str> =
        functions::ALL.iter().filter(takes_a_key).map(|function| function.name).collect();
    assert_eq!(operations, requests.iter().map(|(name, ..)| *name).collect());

    for (name, path, body) in requests {
        let create = async || admin.post(&path, body.clone()).header("idempotency-key", name).await;
        let first = create().await;
        let written = world.items().await.into_keys().collect::<Vec<_>>();
        let again = create().await;
        assert_eq!(
            (first.status, &first.body["data"], first.header("location")),
            (201, &again.body["data"], again.header("location")),
            "{name}"
        );
        assert_eq!(world.items().await.into_keys().collect::<Vec<_>>(), written, "{name}");
    }
}
