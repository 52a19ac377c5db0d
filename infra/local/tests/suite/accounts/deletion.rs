use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tunelink::{domain::UserId, store::erasure};

use super::Door;
use crate::{
    conversations::{direct, group, say},
    harness::{PASSWORD, Person, World, account},
};

const DAY: Duration = Duration::from_hours(24);

async fn leave(person: &Person, mode: &str) {
    person.post("/v1/users/me/deletion", deletion(mode, PASSWORD)).await.ok();
}

fn deletion(mode: &str, password: &str) -> Value {
    json!({ "mode": mode, "password": password })
}

/// Somebody with something in every kind of item.
async fn settled(world: &World) -> (Person, Person) {
    let (person, other) = (world.person().await, world.person().await);
    person.patch("/v1/users/me", json!({ "display_name": "Canary", "bio": "Canary" })).await.ok();
    person.put("/v1/users/me/instruments/violin", json!({ "level": "advanced" })).await.ok();
    person.call(Method::PUT, "/v1/users/me/genres/swing").await.ok();
    person.call(Method::PUT, &format!("/v1/users/me/blocks/{}", other.id)).await.ok();
    other.call(Method::PUT, &format!("/v1/users/me/blocks/{}", person.id)).await.ok();
    world.log_in(&person.name).await;
    (person, other)
}

async fn traces(world: &World, person: &Person) -> Vec<String> {
    let items = world.items().await;
    let texts = items.into_iter().map(|(key, item)| format!("{key:?} {item:?}"));
    texts
        .filter(|text| [&*person.id, &person.name, "Canary"].iter().any(|trace| text.contains(trace)))
        .collect()
}

#[tokio::test]
async fn an_erased_person_leaves_nothing_and_the_name_is_free() {
    let Some(world) = World::local().await else { return };
    let (person, other) = settled(&world).await;
    assert!(traces(&world, &person).await.len() > 8);
    leave(&person, "erase").await;
    assert_eq!(traces(&world, &person).await, [""; 0]);
    person.get("/v1/users/me").await.refused(401, "session_ended");
    other.get(&format!("/v1/users/{}", person.id)).await.refused(404, "not_found");
    let login = json!({ "identifier": person.name, "password": PASSWORD });
    world.post("/v1/auth/login", login).await.refused(401, "wrong_credentials");
    world
        .post("/v1/auth/refresh", json!({ "refresh_token": person.refresh_token }))
        .await
        .refused(401, "invalid_refresh_token");
    assert_eq!(other.get("/v1/users/me/blocks").await.ok(), json!([]));
    world.post("/v1/auth/register", account(&person.name)).await.created();
}

#[tokio::test]
async fn an_interrupted_erasure_is_taken_up() {
    let Some(world) = World::local().await else { return };
    // Stop it at each of its later calls in turn: what conflicts for good is as good as a killed process.
    for at in 0..3 {
        let (person, other) = settled(&world).await;
        let mut calls = 0;
        world.faults.conflict_when(move |operation, body| {
            let late = operation == "BatchWriteItem"
                || (operation == "TransactWriteItems" && body.contains("USERNAME#"));
            calls += i32::from(late);
            late && calls > at
        });
        person.post("/v1/users/me/deletion", deletion("erase", PASSWORD)).await.ok();
        world.faults.stop();
        // Whatever is left, the person is gone for everybody.
        person.get("/v1/users/me").await.refused(401, "session_ended");
        other.get(&format!("/v1/users/{}", person.id)).await.refused(404, "not_found");
        world.settled().await;
        assert_eq!(traces(&world, &person).await, [""; 0]);
        assert_eq!(world.erase_due().await.unwrap(), 0);
    }
    world.audit().await;
}

#[tokio::test]
async fn someone_who_left_comes_back_within_thirty_days() {
    for door in Door::ALL {
        let Some(world) = World::local().await else { return };
        let (person, other) = settled(&world).await;
        let before = person.get("/v1/users/me").await.ok();
        leave(&person, "deactivate").await;
        person.get("/v1/users/me").await.refused(401, "session_ended");
        other.get(&format!("/v1/users/{}", person.id)).await.refused(404, "not_found");
        world.post("/v1/auth/register", account(&person.name)).await.refused(409, "username_taken");
        world.pass(29 * DAY).await;
        assert_eq!(world.erase_due().await.unwrap(), 0);
        let back = door.enter(&world, &person.name).await;
        assert_eq!(world.get("/v1/users/me").bearer(&back).await.ok(), before, "{door:?}");
        let other = world.log_in(&other.name).await;
        other.get(&format!("/v1/users/{}", person.id)).await.ok();
        world.pass(60 * DAY).await;
        assert_eq!(world.erase_due().await.unwrap(), 0);
        door.enter(&world, &person.name).await;
    }
}

#[tokio::test]
async fn after_thirty_days_there_is_no_way_back() {
    let Some(world) = World::local().await else { return };
    let (person, _) = settled(&world).await;
    leave(&person, "deactivate").await;
    world.pass(30 * DAY).await;
    for door in Door::ALL {
        door.stays_shut(&world, &person.name, PASSWORD).await;
    }
    assert_eq!(world.erase_due().await.unwrap(), 1);
    assert_eq!(traces(&world, &person).await, [""; 0]);
    world.post("/v1/auth/register", account(&person.name)).await.created();
}

#[tokio::test]
async fn whoever_came_back_is_not_erased_by_a_list_that_was_read_before() {
    let Some(world) = World::local().await else { return };
    let (person, _) = settled(&world).await;
    let before = world.own_items().await;
    let id = UserId(person.id.parse().unwrap());
    erasure::run(world.app().store(), id, world.app().now()).await.unwrap();
    assert_eq!(world.own_items().await, before);
    person.get("/v1/users/me").await.ok();
}

#[tokio::test]
async fn an_erasure_that_fails_keeps_no_other_waiting() {
    let Some(world) = World::local().await else { return };
    let (a, b, c) = (world.person().await, world.person().await, world.person().await);
    for person in [&a, &b, &c] {
        person.put("/v1/users/me/instruments/violin", json!({ "level": "advanced" })).await.ok();
        leave(person, "deactivate").await;
    }
    world.pass(30 * DAY).await;
    let stuck = b.id.clone();
    world.faults.conflict_when(move |operation, body| operation == "BatchWriteItem" && body.contains(&stuck));
    assert!(world.erase_due().await.is_err());
    assert_eq!(traces(&world, &a).await.len() + traces(&world, &c).await.len(), 0);
    world.faults.stop();
    assert_eq!(world.erase_due().await.unwrap(), 1);
    assert_eq!(traces(&world, &b).await, [""; 0]);
}

#[tokio::test]
async fn leaving_takes_the_password() {
    let world = World::new().await;
    let person = world.person().await;
    person
        .post("/v1/users/me/deletion", deletion("erase", "wrong-password"))
        .await
        .refused(403, "wrong_password");
    person.post("/v1/users/me/deletion", deletion("vanish", PASSWORD)).await.refused(422, "invalid_value");
    person.post("/v1/users/me/deletion", json!({ "mode": "erase" })).await.refused(422, "missing");
    person.get("/v1/users/me").await.ok();
}

#[tokio::test]
async fn what_an_erased_person_wrote_becomes_tombstones() {
    let Some(world) = World::local().await else { return };
    let (person, other) = settled(&world).await;
    let third = world.person().await;
    other.delete(&format!("/v1/users/me/blocks/{}", person.id)).await.ok();
    person.delete(&format!("/v1/users/me/blocks/{}", other.id)).await.ok();
    let (talk, quartet) = (direct(&person, &other).await, group(&person, &[&other, &third]).await);
    let left = group(&other, &[&person]).await;
    for path in [&talk, &quartet, &left] {
        say(&person, path, "Canary").await;
        say(&other, path, "Mine").await;
    }
    person.delete(&format!("{left}/participants/{}", person.id)).await.ok();
    leave(&person, "erase").await;
    world.settled().await;
    for path in [&talk, &quartet, &left] {
        let messages = other.get(&format!("{path}/messages")).await.ok();
        assert_eq!(messages[0]["text"], "Mine", "{path}");
        assert!(messages[1]["text"].is_null() && messages[1]["deleted_at"].is_string(), "{path}");
        let people = other.get(&format!("{path}/participants")).await.ok();
        assert!(
            people.as_array().unwrap().iter().all(|part| part["user_id"] != person.id.as_str()),
            "{people}"
        );
    }
    assert!(other.get(&talk).await.ok()["with"].is_null());
    assert_eq!(other.get(&quartet).await.ok()["role"], "admin");
    let traces = traces(&world, &person).await;
    assert!(
        traces.iter().all(|trace| !trace.contains("Canary") && !trace.contains(&person.name)),
        "{traces:#?}"
    );
}
