use argon2::{Argon2, Params, password_hash::PasswordHasher};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::Door;
use crate::harness::{PASSWORD, Person, World};

const NEW: &str = "manoir-de-mes-reves-1942";

fn change(old: &str, new: &str) -> Value {
    json!({ "old_password": old, "new_password": new })
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let world = World::new().await;
    let person = world.person().await;
    let other = world.log_in(&person.name).await;
    person.put("/v1/users/me/password", change(PASSWORD, NEW)).await.ok();
    person.get("/v1/users/me").await.ok();
    other.get("/v1/users/me").await.refused(401, "session_ended");
    let log_in =
        |password| world.post("/v1/auth/login", json!({ "identifier": person.name, "password": password }));
    log_in(PASSWORD).await.refused(401, "wrong_credentials");
    log_in(NEW).await.ok();
}

#[tokio::test]
async fn a_change_that_breaks_a_rule_changes_nothing() {
    let world = World::new().await;
    let person = world.person().await;
    let email = format!("{}@example.org", person.name);
    person.put("/v1/users/me/password", change("wrong-password", NEW)).await.refused(403, "wrong_password");
    for (new, code) in
        [("short", "too_short"), ("1234567890", "password_too_common"), (&*email, "password_is_identity")]
    {
        let reply = person.put("/v1/users/me/password", change(PASSWORD, new)).await;
        assert_eq!(reply.errors(), (422, vec![(code, "new_password")]));
    }
    world.log_in(&person.name).await;
}

#[tokio::test]
async fn a_stolen_token_cannot_guess_the_password_for_long() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    for _ in 0..10 {
        person
            .put("/v1/users/me/password", change("wrong-password", NEW))
            .await
            .refused(403, "wrong_password");
    }
    person.put("/v1/users/me/password", change(PASSWORD, NEW)).await.refused(429, "too_many_requests");
    let deletion = json!({ "mode": "erase", "password": PASSWORD });
    person.post("/v1/users/me/deletion", deletion).await.refused(429, "too_many_requests");
}

#[tokio::test]
async fn no_session_of_the_old_password_survives_a_change() {
    let world = World::new().await;
    for _ in 0..10 {
        let person = world.person().await;
        let log_in = || {
            tokio::spawn(std::future::IntoFuture::into_future(
                world.post("/v1/auth/login", json!({ "identifier": person.name, "password": PASSWORD })),
            ))
        };
        let (a, b) = (log_in(), log_in());
        let changed = person.put("/v1/users/me/password", change(PASSWORD, NEW)).await;
        let c = log_in();
        changed.ok();
        for login in [a, b, c] {
            let reply = login.await.unwrap();
            if reply.status == 200 {
                let token = reply.body["data"]["access_token"].as_str().unwrap();
                world.get("/v1/users/me").bearer(token).await.refused(401, "session_ended");
            } else {
                reply.refused(401, "wrong_credentials");
            }
        }
        person.get("/v1/users/me").await.ok();
    }
}

fn credential(person: &Person) -> (String, String) {
    let key = format!("CREDENTIAL#{}", person.id);
    (key.clone(), key)
}

/// Gives somebody a hash that was made when less was asked of one.
pub(crate) async fn weaken(world: &World, person: &Person) {
    let weak = Argon2::from(Params::new(1024, 1, 1, None).unwrap());
    let weak = weak.hash_password_with_salt(PASSWORD.as_bytes(), b"sixteen bytes ok").unwrap().to_string();
    let mut credential = world.items().await[&credential(person)].clone();
    credential.insert("hash".to_owned(), AttributeValue::S(weak));
    let backend = world.backend();
    let put = backend.client().put_item().table_name(backend.table()).set_item(Some(credential));
    put.send().await.unwrap();
}

#[tokio::test]
async fn a_hash_of_weaker_parameters_is_renewed_at_the_next_log_in() {
    for door in Door::ALL {
        let Some(world) = World::local().await else { return };
        let person = world.person().await;
        weaken(&world, &person).await;
        let hash = async || world.items().await[&credential(&person)]["hash"].as_s().unwrap().clone();
        door.stays_shut(&world, &person.name, "wrong-password").await;
        assert!(hash().await.contains("m=1024"));
        door.enter(&world, &person.name).await;
        assert!(hash().await.contains("$m=19456,t=2,p=1$"), "{door:?}");
        door.enter(&world, &person.name).await;
    }
}
