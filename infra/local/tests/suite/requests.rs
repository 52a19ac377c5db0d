//! What a client can rely on in any request: ids, languages, idempotency, conflicts.

use serde_json::json;

use crate::harness::{World, account, unique};

const INSTRUMENTS: &str = "/v1/instruments";

fn instrument(id: &str) -> serde_json::Value {
    json!({ "id": id, "category": "strings", "icon": "🎸", "name": { "en": id, "fr": id } })
}

#[tokio::test]
async fn every_reply_can_be_named_in_a_report() {
    let world = World::new().await;
    let (a, b) = (world.get("/v1/health").await, world.get("/v1/health").await);
    assert!(!a.header("x-request-id").is_empty());
    assert_ne!(a.header("x-request-id"), b.header("x-request-id"));
}

#[tokio::test]
async fn errors_are_in_the_language_of_the_caller() {
    let world = World::new().await;
    let call = |accept: &str| world.post("/v1/auth/login", json!({})).header("accept-language", accept);
    for (accept, message) in [
        ("fr-CH, de;q=0.5", "Ce champ est obligatoire"),
        ("de, en;q=0.1", "This field is required"),
        ("tlh", "This field is required"),
    ] {
        let reply = call(accept).await;
        assert_eq!(reply.body["errors"][0]["message"], message, "{accept}");
        assert!(reply.header("vary").contains("Accept-Language"));
    }
}

#[tokio::test]
async fn a_request_that_is_sent_twice_has_its_effect_once() {
    let Some(world) = World::local().await else { return };
    let admin = world.admin().await;
    let id = unique("i");
    let create =
        |body: serde_json::Value, key: &str| admin.post(INSTRUMENTS, body).header("idempotency-key", key);
    let first = create(instrument(&id), "key").await;
    let again = create(instrument(&id), "key").await;
    assert_eq!(
        (first.status, &first.body, first.header("location")),
        (201, &again.body, again.header("location"))
    );
    // Another request under the same key, the same request without one, and another person's key.
    let reply = create(instrument(&unique("i")), "key").await;
    assert_eq!(reply.errors(), (422, vec![("idempotency_key_reused", "Idempotency-Key")]));
    admin.post(INSTRUMENTS, instrument(&id)).await.refused(409, "already_exists");
    create(instrument(&id), "other-key").await.refused(409, "already_exists");
    let other = world.admin().await;
    let reply = other.post(INSTRUMENTS, instrument(&id)).header("idempotency-key", "key").await;
    reply.refused(409, "already_exists");
    create(instrument(&id), &"k".repeat(256)).await.refused(422, "invalid_format");
    // A day later the key is free.
    world.pass(std::time::Duration::from_secs(24 * 3600 + 1));
    let admin = world.log_in(&admin.name).await;
    let reply = admin.post(INSTRUMENTS, instrument(&id)).header("idempotency-key", "key").await;
    reply.refused(409, "already_exists");
}

#[tokio::test]
async fn twins_in_parallel_get_the_same_reply() {
    let Some(world) = World::local().await else { return };
    let admin = world.admin().await;
    for round in 0..20 {
        let id = unique("i");
        let call = || {
            let call =
                admin.post(INSTRUMENTS, instrument(&id)).header("idempotency-key", &format!("key-{round}"));
            tokio::spawn(std::future::IntoFuture::into_future(call))
        };
        let calls: Vec<_> = (0..6).map(|_| call()).collect();
        for call in calls {
            assert_eq!(call.await.unwrap().created()["id"], id.as_str());
        }
    }
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    let Some(world) = World::local().await else { return };
    let admin = world.admin().await;
    let id = unique("i");
    let mut bad = instrument(&id);
    bad["icon"] = json!("");
    admin.post(INSTRUMENTS, bad).header("idempotency-key", "key").await.refused(422, "too_short");
    admin.post(INSTRUMENTS, instrument(&id)).header("idempotency-key", "key").await.created();
}

#[tokio::test]
async fn conflicts_that_do_not_end_are_told_as_busy() {
    let Some(world) = World::local().await else { return };
    world.faults.conflict_when(|operation, _| operation == "TransactWriteItems");
    let reply = world.post("/v1/auth/register", account(&unique("p"))).await;
    reply.refused(503, "unavailable");
    assert!(reply.header("retry-after").parse::<u32>().unwrap() >= 1);
    world.faults.stop();
    assert_eq!(world.own_items().await, []);
}

#[tokio::test]
async fn single_writes_that_meet_a_transaction_are_tried_again() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    let mut left = 4;
    world.faults.conflict_when(move |operation, body| {
        let conflict = operation == "UpdateItem" && body.contains("PROFILE") && left > 0;
        left -= i32::from(conflict);
        conflict
    });
    let profile = person.patch("/v1/users/me", json!({ "bio": "after all" })).await.ok();
    assert_eq!(profile["bio"], "after all");
}

#[tokio::test]
async fn a_table_that_cannot_be_read_lets_nobody_in() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    world.faults.conflict_when(|operation, body| operation == "GetItem" && body.contains("SESSION#"));
    person.get("/v1/users/me").await.refused(503, "unavailable");
    person.patch("/v1/users/me", json!({ "bio": "must not stay" })).await.refused(503, "unavailable");
    world.faults.stop();
    assert!(person.get("/v1/users/me").await.ok()["bio"].is_null());
}
