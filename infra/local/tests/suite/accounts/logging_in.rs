use std::time::Duration;

use serde_json::{Value, json};

use super::Door;
use crate::harness::{PASSWORD, Reply, World, account};

const HOUR: Duration = Duration::from_hours(1);

async fn log_in(world: &World, identifier: &str, password: &str, proof: Option<&str>) -> Reply {
    let mut request = json!({ "identifier": identifier, "password": password });
    if let Some(proof) = proof {
        request["device_proof"] = json!(proof);
    }
    world.post("/v1/auth/login", request).await
}

#[tokio::test]
async fn username_and_address_both_do_in_any_case() {
    let world = World::new().await;
    let person = world.person().await;
    let name = &person.name;
    for door in Door::ALL {
        for identifier in
            [name.clone(), name.to_uppercase(), format!("{name}@example.org"), format!("{name}@EXAMPLE.ORG")]
        {
            let token = door.enter(&world, &identifier).await;
            assert_eq!(world.get("/v1/users/me").bearer(&token).await.ok()["user_id"], person.id.as_str());
        }
    }
    let sessions = person.get("/v1/auth/sessions").await.ok();
    let sessions = sessions.as_array().unwrap();
    assert_eq!(sessions.len(), 9, "each has its own");
    assert_eq!(
        sessions.iter().filter(|session| session["session_id"] == person.session_id.as_str()).count(),
        1
    );
}

#[tokio::test]
async fn an_unknown_account_and_a_wrong_password_get_the_same_answer() {
    let world = World::new().await;
    let person = world.person().await;
    let wrong = log_in(&world, &person.name, "wrong-password", None).await;
    let unknown = log_in(&world, "nobody-of-that-name", "wrong-password", None).await;
    wrong.refused(401, "wrong_credentials");
    assert_eq!(wrong.body, unknown.body);
    let names = |reply: &Reply| reply.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&wrong), names(&unknown));
    log_in(&world, &"x".repeat(255), PASSWORD, None).await.refused(422, "too_long");
}

#[tokio::test]
async fn the_tenth_wrong_guess_of_an_hour_is_the_last_that_is_looked_at() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    for _ in 0..10 {
        log_in(&world, &person.name, "wrong-password", None).await.refused(401, "wrong_credentials");
    }
    let refused = log_in(&world, &person.name, PASSWORD, None).await;
    refused.refused(429, "too_many_requests");
    assert!((1..=3600).contains(&refused.header("retry-after").parse::<u32>().unwrap()));
    log_in(&world, &format!("{}@example.org", person.name), PASSWORD, None)
        .await
        .refused(429, "too_many_requests");
    // The owner's own device is not locked out, another's proof opens nothing, and others are not concerned.
    log_in(&world, &person.name, PASSWORD, Some(&person.device_proof)).await.ok();
    let other = world.person().await;
    log_in(&world, &person.name, PASSWORD, Some(&other.device_proof)).await.refused(429, "too_many_requests");
    log_in(&world, &person.name, PASSWORD, Some("forged")).await.refused(429, "too_many_requests");
    log_in(&world, &other.name, PASSWORD, None).await.ok();
    world.pass(HOUR).await;
    log_in(&world, &person.name, PASSWORD, None).await.ok();
}

#[tokio::test]
async fn a_known_device_has_its_own_limit() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    let proof = Some(person.device_proof.as_str());
    for _ in 0..10 {
        log_in(&world, &person.name, "wrong-password", proof).await.refused(401, "wrong_credentials");
    }
    log_in(&world, &person.name, PASSWORD, proof).await.refused(429, "too_many_requests");
    log_in(&world, &person.name, PASSWORD, None).await.ok();
}

#[tokio::test]
async fn right_passwords_do_not_count() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    for _ in 0..12 {
        log_in(&world, &person.name, PASSWORD, None).await.ok();
    }
    for _ in 0..10 {
        log_in(&world, &person.name, "wrong-password", None).await.refused(401, "wrong_credentials");
    }
    log_in(&world, &person.name, PASSWORD, None).await.refused(429, "too_many_requests");
}

#[tokio::test]
async fn parallel_guesses_do_not_slip_through() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    let guess =
        || world.post("/v1/auth/login", json!({ "identifier": person.name, "password": "wrong-password" }));
    let guesses: Vec<_> =
        (0..40).map(|_| tokio::spawn(std::future::IntoFuture::into_future(guess()))).collect();
    let mut looked_at = 0;
    for guess in guesses {
        let reply = guess.await.unwrap();
        looked_at += i32::from(reply.status == 401);
        assert!([401, 429].contains(&reply.status), "{}", reply.text);
    }
    assert_eq!(looked_at, 10);
}

#[tokio::test]
async fn one_address_cannot_try_many_accounts() {
    let Some(world) = World::local().await else { return };
    let limit = world.app().config().limits.attempts_per_address;
    for n in 0..limit {
        log_in(&world, &format!("nobody{n}"), "wrong-password", None).await.refused(401, "wrong_credentials");
    }
    log_in(&world, "nobody-else", "wrong-password", None).await.refused(429, "too_many_requests");
    world.post("/v1/auth/register", account("latecomer")).await.refused(429, "too_many_requests");
    world.pass(HOUR).await;
    log_in(&world, "nobody-else", "wrong-password", None).await.refused(401, "wrong_credentials");
}

#[tokio::test]
async fn a_log_in_goes_through_beside_others_of_the_same_account() {
    let world = World::new().await;
    let person = world.person().await;
    let request = || world.post("/v1/auth/login", json!({ "identifier": person.name, "password": PASSWORD }));
    let calls: Vec<_> =
        (0..8).map(|_| tokio::spawn(std::future::IntoFuture::into_future(request()))).collect();
    for call in calls {
        call.await.unwrap().ok();
    }
    let sessions: Value = person.get("/v1/auth/sessions").await.ok();
    assert_eq!(sessions.as_array().unwrap().len(), 9);
}
