use std::time::Duration;

use serde_json::json;
use tunelink::{error::Code, store::throttle::Bucket};

use super::write;
use crate::{
    accounts::passwords::weaken,
    events::jam_with,
    harness::{PASSWORD, World, account, stage::NEXT_PASSWORD, unique},
};

#[tokio::test]
async fn a_renewed_hash_of_the_old_password_does_not_replace_the_new_one() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    weaken(&world, &person).await;
    let log_in = |password: &str| {
        world.post("/v1/auth/login", json!({ "identifier": person.name, "password": password }))
    };
    let change = json!({ "old_password": PASSWORD, "new_password": NEXT_PASSWORD });
    let change = async { person.put("/v1/users/me/password", change).await.ok() };
    let renewal = |operation: &str, body: &str| {
        let is_it = operation == "UpdateItem" && body.contains("CREDENTIAL#") && body.contains("argon2id");
        is_it.then_some(crate::harness::Fault::Hold)
    };
    world.in_between(log_in(PASSWORD), renewal, change).await;
    log_in(NEXT_PASSWORD).await.ok();
    log_in(PASSWORD).await.refused(401, "wrong_credentials");
}

/// What is given back belongs to an hour that is over.
#[tokio::test]
async fn no_hour_begins_with_more_attempts_than_any_other() {
    let Some(world) = World::still().await else { return };
    let (store, now) = (world.app().store(), world.app().now());
    let bucket = Bucket::new("a test".to_owned(), 2);
    bucket.take(store, now).await.unwrap();
    let later = now + Duration::from_hours(1);
    bucket.give_back(store, later).await.unwrap();
    for _ in 0..2 {
        bucket.take(store, later).await.unwrap();
    }
    assert_eq!(bucket.take(store, later).await.unwrap_err().code, Code::TooManyRequests);
}

#[tokio::test]
async fn nobody_is_erased_with_a_password_that_is_not_theirs_any_more() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    let erase = json!({ "mode": "erase", "password": PASSWORD });
    let erase = world.log_in(&person.name).await.post("/v1/users/me/deletion", erase);
    let change = json!({ "old_password": PASSWORD, "new_password": NEXT_PASSWORD });
    let change = async { person.put("/v1/users/me/password", change).await.ok() };
    let (erased, _) = world.in_between(erase, write("CREDENTIAL#"), change).await;
    assert!(erased.status >= 400, "{}", erased.text);
    person.get("/v1/users/me").await.ok();
    world.audit().await;
}

/// Two of them erase somebody at once; the one name or the other has come free, and is another's, before the one frees it.
#[tokio::test]
async fn a_name_that_another_has_taken_is_not_freed_again() {
    let Some(world) = World::local().await else { return };
    for field in ["username", "email"] {
        let person = world.person().await;
        let mut new = account(&unique("p"));
        new[field] = account(&person.name)[field].clone();
        let erase = json!({ "mode": "erase", "password": PASSWORD });
        let erase = person.post("/v1/users/me/deletion", erase);
        let again = async {
            world.erase_due().await.unwrap();
            world.post("/v1/auth/register", new.clone()).await.created()
        };
        let (erased, _) = world.in_between(erase, write("USERNAME#"), again).await;
        erased.ok();
        world.log_in(new[field].as_str().unwrap()).await;
    }
    world.audit().await;
}

#[tokio::test]
async fn whoever_has_left_meanwhile_changes_nothing_any_more() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    let leave = json!({ "mode": "deactivate", "password": PASSWORD });
    let leave = async { person.post("/v1/users/me/deletion", leave).await.ok() };
    let change = person.patch("/v1/users/me", json!({ "bio": "Still here" }));
    let (changed, _) = world.in_between(change, write("Still here"), leave).await;
    changed.refused(401, "session_ended");
    let back = world.log_in(&person.name).await;
    assert_eq!(back.get("/v1/users/me").await.ok()["bio"], json!(null));
}

#[tokio::test]
async fn whoever_has_left_meanwhile_announces_nothing() {
    let Some(world) = World::still().await else { return };
    let person = world.person().await;
    let leave = json!({ "mode": "deactivate", "password": PASSWORD });
    let leave = async { person.post("/v1/users/me/deletion", leave).await.ok() };
    let event = person.post("/v1/events", jam_with(json!({})));
    let (announced, _) = world.in_between(event, write("EVENT#SEATS"), leave).await;
    announced.refused(401, "session_ended");
    world.audit().await;
}

#[tokio::test]
async fn nothing_is_written_for_somebody_who_was_erased_meanwhile() {
    let Some(world) = World::still().await else { return };
    let (admin, person) = (world.admin().await, world.person().await);
    let words = json!({ "title": "Hello", "body": "Read me." });
    let new = json!({ "user_id": person.id, "text": { "en": words, "fr": words } });
    let erase = json!({ "mode": "erase", "password": PASSWORD });
    let erase = async { person.post("/v1/users/me/deletion", erase).await.ok() };
    let (sent, _) = world.in_between(admin.post("/v1/notifications", new), write("N#"), erase).await;
    sent.refused(404, "not_found");
    let left = world.own_items().await;
    assert!(!left.iter().any(|(pk, _)| pk.contains(&person.id)), "{left:?}");
}
