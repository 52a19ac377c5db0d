//! What a client can rely on in any request: ids, languages, idempotency, conflicts.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tunelink::{
    Result,
    app::App,
    auth::Anyone,
    operation::{Function, Operation, Route},
    output::Done,
    text::Text,
};

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
    world.pass(std::time::Duration::from_secs(24 * 3600 + 1)).await;
    let admin = world.log_in(&admin.name).await;
    let reply = admin.post(INSTRUMENTS, instrument(&id)).header("idempotency-key", "key").await;
    reply.refused(409, "already_exists");
}

#[tokio::test]
async fn twins_in_parallel_get_the_same_reply() {
    let Some(world) = World::with_admins().await else { return };
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
    let Some(world) = World::with_admins().await else { return };
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
async fn a_write_whose_reply_got_lost_is_not_refused_for_its_own_effect() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    let session = format!("/v1/auth/sessions/{}", world.log_in(&person.name).await.session_id);
    // A single write is sent once: sent again it would find nothing to delete, and say so.
    world.faults.lose_reply_when(|operation, _| operation == "DeleteItem");
    person.delete(&session).await.refused(503, "unavailable");
    world.faults.stop();
    person.delete(&session).await.refused(404, "not_found");
    // A transaction is sent again under the same token, and has its effect once.
    let mut left = 1;
    world.faults.lose_reply_when(move |operation, _| {
        let lose = operation == "TransactWriteItems" && left > 0;
        left -= i32::from(lose);
        lose
    });
    let name = unique("p");
    world.post("/v1/auth/register", account(&name)).await.created();
}

#[tokio::test]
async fn a_table_that_cannot_be_read_lets_nobody_in() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    world.faults.conflict_when(|operation, body| operation.ends_with("GetItem") && body.contains("SESSION#"));
    person.get("/v1/users/me").await.refused(503, "unavailable");
    person.patch("/v1/users/me", json!({ "bio": "must not stay" })).await.refused(503, "unavailable");
    world.faults.stop();
    assert!(person.get("/v1/users/me").await.ok()["bio"].is_null());
}

#[tokio::test]
async fn what_cannot_be_read_is_not_taken_for_absent() {
    let world = World::new().await;
    let person = world.person().await;
    let unreadable = || reqwest::header::HeaderValue::from_bytes("\"é\"".as_bytes()).unwrap();
    let call = || person.patch("/v1/users/me", json!({ "bio": "must not stay" }));
    let reply = call().header_value("if-match", unreadable()).await;
    assert_eq!(reply.errors(), (422, vec![("invalid_format", "If-Match")]));
    let reply = world.get("/v1/users/me").header_value("authorization", unreadable()).await;
    reply.refused(401, "invalid_token");
    assert!(person.get("/v1/users/me").await.ok()["bio"].is_null());
    for query in ["limit=%2B5", "limit=%20", "limit=5.0", "cursor=%FF", "cursor=x"] {
        let status = person.get(&format!("/v1/auth/sessions?{query}")).await.status;
        assert!([400, 422].contains(&status), "{query}: {status}");
    }
}

#[tokio::test]
async fn no_call_may_carry_more_than_64_kilobytes() {
    let world = World::new().await;
    let person = world.person().await;
    for (method, path) in [(Method::GET, "/v1/users/me"), (Method::DELETE, "/v1/users/me/genres/swing")] {
        let reply = person.call(method, path).raw("application/json", "x".repeat(64 * 1024 + 1)).await;
        reply.refused(413, "body_too_large");
    }
}

#[tokio::test]
async fn a_merge_patch_may_say_what_it_is() {
    let world = World::new().await;
    let person = world.person().await;
    let call = |method: Method, path: &str| {
        person.call(method, path).raw("application/merge-patch+json", "{\"bio\":\"new\"}")
    };
    assert_eq!(call(Method::PATCH, "/v1/users/me").await.ok()["bio"], "new");
    call(Method::PUT, "/v1/users/me/password").await.refused(415, "unsupported_media_type");
}

#[tokio::test]
async fn a_reply_names_no_more_faults_than_anybody_reads() {
    let world = World::new().await;
    let fields = (0..2000).map(|n| (format!("field{n}"), json!(1))).collect();
    let reply = world.post("/v1/auth/login", serde_json::Value::Object(fields)).await;
    assert_eq!((reply.status, reply.body["errors"].as_array().unwrap().len()), (422, 100));
    let reply = world.post("/v1/auth/login", json!({ "x".repeat(5000): 1 })).await;
    assert!(reply.text.len() < 2000);
}

struct Panics;

impl Operation for Panics {
    const ROUTE: Route = Route::get("/panics", "Panics");
    const DONE: Text = Text::new("Never", "Jamais");
    type Caller = Anyone;
    type Input = ();
    type Output = Done;

    async fn run(_: &App, _: Anyone, (): ()) -> Result<Done> {
        panic!("on purpose");
    }
}

struct NeverEnds;

impl Operation for NeverEnds {
    const ROUTE: Route = Route::get("/never-ends", "Never ends");
    const DONE: Text = Text::new("Never", "Jamais");
    type Caller = Anyone;
    type Input = ();
    type Output = Done;

    async fn run(_: &App, _: Anyone, (): ()) -> Result<Done> {
        tokio::time::sleep(Duration::from_hours(1)).await;
        Ok(Done)
    }
}

#[tokio::test]
async fn whatever_happens_the_reply_is_ours() {
    static PANICS: Function = Function::of::<Panics>("panics");
    static NEVER_ENDS: Function = Function::of::<NeverEnds>("never_ends");
    let Some(world) = World::local().await else { return };
    // An hour passes at once when nothing else is left to wait for.
    tokio::time::pause();
    for (function, status, code) in [(&PANICS, 500, "internal"), (&NEVER_ENDS, 503, "unavailable")] {
        let began = tokio::time::Instant::now();
        let response = function.call(world.app(), lambda_http::Request::default()).await;
        let lambda_http::Body::Text(body) = response.body() else { panic!("{:?}", response.body()) };
        assert!(response.status() == status && body.contains(code) && !body.contains("on purpose"), "{body}");
        assert!(began.elapsed() < Duration::from_secs(29));
    }
}
