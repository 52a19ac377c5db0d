use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::Door;
use crate::harness::{Person, Reply, World};

async fn refresh(world: &World, token: &str) -> Reply {
    world.post("/v1/auth/refresh", json!({ "refresh_token": token })).await
}

fn token(reply: Reply) -> String {
    reply.ok()["refresh_token"].as_str().unwrap().to_owned()
}

async fn is_in(person: &Person) -> bool {
    let reply = person.get("/v1/users/me").await;
    if reply.status != 200 {
        reply.refused(401, "session_ended");
    }
    reply.status == 200
}

#[tokio::test]
async fn after_logout_the_very_next_call_is_refused() {
    let world = World::new().await;
    let person = world.person().await;
    let other = world.log_in(&person.name).await;
    assert!(is_in(&person).await);
    person.call(Method::POST, "/v1/auth/logout").await.ok();
    assert!(!is_in(&person).await);
    refresh(&world, &person.refresh_token).await.refused(401, "invalid_refresh_token");
    person.call(Method::POST, "/v1/auth/logout").await.refused(401, "session_ended");
    assert!(is_in(&other).await);
}

#[tokio::test]
async fn logout_reaches_the_sessions_it_was_asked_to() {
    let world = World::new().await;
    let a = world.person().await;
    let (b, c) = (world.log_in(&a.name).await, world.log_in(&a.name).await);
    a.post("/v1/auth/logout", json!({ "scope": "others" })).await.ok();
    assert_eq!((is_in(&a).await, is_in(&b).await, is_in(&c).await), (true, false, false));
    let d = world.log_in(&a.name).await;
    d.post("/v1/auth/logout", json!({ "scope": "all" })).await.ok();
    assert_eq!((is_in(&a).await, is_in(&d).await), (false, false));
    world
        .log_in(&a.name)
        .await
        .post("/v1/auth/logout", json!({ "scope": "mine" }))
        .await
        .refused(422, "invalid_value");
}

#[tokio::test]
async fn a_session_can_be_seen_and_ended_from_another() {
    let world = World::new().await;
    let person = world.person().await;
    let request =
        json!({ "identifier": person.name, "password": crate::harness::PASSWORD, "device_name": "Tablet" });
    let tablet = world.post("/v1/auth/login", request).await.ok();
    let sessions = person.get("/v1/auth/sessions").await.ok();
    let seen: Vec<_> = sessions
        .as_array()
        .unwrap()
        .iter()
        .map(|s| (s["device_name"].clone(), s["current"].clone()))
        .collect();
    assert_eq!(seen, [(json!(null), json!(true)), (json!("Tablet"), json!(false))]);
    let path = format!("/v1/auth/sessions/{}", tablet["session_id"].as_str().unwrap());
    let stranger = world.person().await;
    stranger.delete(&path).await.refused(404, "not_found");
    person.delete(&path).await.ok();
    person.delete(&path).await.refused(404, "not_found");
    let reply = world.get("/v1/users/me").bearer(tablet["access_token"].as_str().unwrap()).await;
    reply.refused(401, "session_ended");
}

#[tokio::test]
async fn sessions_come_in_pages() {
    let world = World::new().await;
    let person = world.person().await;
    for _ in 0..4 {
        world.log_in(&person.name).await;
    }
    let mut seen = Vec::new();
    let mut path = "/v1/auth/sessions?limit=2".to_owned();
    loop {
        let reply = person.get(&path).await;
        let next = reply.body["page"]["next"].as_str().map(str::to_owned);
        let page = reply.ok();
        seen.extend(page.as_array().unwrap().iter().map(|s| s["session_id"].as_str().unwrap().to_owned()));
        let Some(next) = next else { break };
        assert_eq!(page.as_array().unwrap().len(), 2);
        path = format!("/v1/auth/sessions?limit=2&cursor={next}");
    }
    let mut expected = seen.clone();
    expected.sort();
    expected.dedup();
    assert_eq!((seen.len(), &seen), (5, &expected));
    let stranger = world.person().await;
    stranger.get(&path).await.refused(400, "invalid_cursor");
    person.get("/v1/auth/sessions?limit=0").await.refused(422, "too_small");
    person.get("/v1/auth/sessions?limit=101").await.refused(422, "too_large");
    person.get("/v1/auth/sessions?limit=x").await.refused(422, "wrong_type");
    person.get("/v1/auth/sessions?limit=1&limit=2").await.refused(422, "duplicate_field");
    person.get("/v1/auth/sessions?page=2").await.refused(422, "unknown_field");
}

#[tokio::test]
async fn at_most_fifty_sessions_the_idlest_give_way() {
    let Some(world) = World::local().await else { return };
    let first = world.person().await;
    let idle = [world.log_in(&first.name).await, world.log_in(&first.name).await];
    world.pass(Duration::from_secs(1)).await;
    token(refresh(&world, &first.refresh_token).await);
    for _ in 0..47 {
        world.log_in(&first.name).await;
    }
    let mut gone = 0;
    for door in Door::ALL {
        door.enter(&world, &first.name).await;
        let left = [is_in(&idle[0]).await, is_in(&idle[1]).await];
        gone += 1;
        assert_eq!(left.iter().filter(|is_in| !**is_in).count(), gone, "{door:?}");
        assert!(is_in(&first).await);
        let sessions = first.get("/v1/auth/sessions?limit=100").await.ok();
        assert_eq!(sessions.as_array().unwrap().len(), 50);
    }
}

#[tokio::test]
async fn log_ins_in_parallel_do_not_pass_the_limit() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    for _ in 0..46 {
        world.log_in(&person.name).await;
    }
    let request = json!({ "identifier": person.name, "password": crate::harness::PASSWORD });
    let call =
        || tokio::spawn(std::future::IntoFuture::into_future(world.post("/v1/auth/login", request.clone())));
    let calls: Vec<_> = (0..8).map(|_| call()).collect();
    for call in calls {
        call.await.unwrap().ok();
    }
    let person = world.log_in(&person.name).await;
    let sessions = person.get("/v1/auth/sessions?limit=100").await.ok();
    assert_eq!(sessions.as_array().unwrap().len(), 50);
    let kept = world.items().await.into_keys().filter(|(_, sk)| sk.starts_with("SESSION#")).count();
    assert_eq!(kept, 50);
}

#[tokio::test]
async fn a_refresh_token_is_good_once() {
    let world = World::new().await;
    let person = world.person().await;
    let second = token(refresh(&world, &person.refresh_token).await);
    let third = token(refresh(&world, &second).await);
    assert!(is_in(&person).await);
    // The first is in wrong hands: its child was used.
    refresh(&world, &person.refresh_token).await.refused(401, "invalid_refresh_token");
    refresh(&world, &third).await.refused(401, "invalid_refresh_token");
    assert!(!is_in(&person).await);
}

#[tokio::test]
async fn a_lost_reply_is_repeated_for_a_minute() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    let second = token(refresh(&world, &person.refresh_token).await);
    world.pass(Duration::from_secs(59)).await;
    assert_eq!(token(refresh(&world, &person.refresh_token).await), second);
    world.pass(Duration::from_secs(2)).await;
    refresh(&world, &person.refresh_token).await.refused(401, "invalid_refresh_token");
    assert!(!is_in(&person).await);
}

#[tokio::test]
async fn refreshes_in_parallel_all_get_the_same_child() {
    let world = World::new().await;
    for _ in 0..20 {
        let person = world.person().await;
        let call = || {
            tokio::spawn(std::future::IntoFuture::into_future(
                world.post("/v1/auth/refresh", json!({ "refresh_token": person.refresh_token })),
            ))
        };
        let calls: Vec<_> = (0..6).map(|_| call()).collect();
        let mut children = Vec::new();
        for call in calls {
            children.push(token(call.await.unwrap()));
        }
        children.dedup();
        assert_eq!(children.len(), 1);
        token(refresh(&world, &children[0]).await);
    }
}

#[tokio::test]
async fn tokens_end_in_time() {
    let Some(world) = World::local().await else { return };
    let mut person = world.person().await;
    world.pass(Duration::from_secs(15 * 60 - 5)).await;
    assert!(is_in(&person).await);
    world.pass(Duration::from_secs(5)).await;
    let expired = person.get("/v1/users/me").await;
    expired.refused(401, "token_expired");
    assert_eq!(expired.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    let tokens = refresh(&world, &person.refresh_token).await.ok();
    person.access_token = tokens["access_token"].as_str().unwrap().to_owned();
    assert!(is_in(&person).await);
    // Refreshed within sixty days it goes on, otherwise not.
    world.pass(Duration::from_hours(59 * 24)).await;
    let token = token(refresh(&world, tokens["refresh_token"].as_str().unwrap()).await);
    world.pass(Duration::from_hours(60 * 24)).await;
    refresh(&world, &token).await.refused(401, "invalid_refresh_token");
}

#[tokio::test]
async fn no_other_token_refreshes() {
    let world = World::new().await;
    let person = world.person().await;
    for token in [&person.access_token, &person.device_proof, "nonsense", "AAAA"] {
        let reply = refresh(&world, &token.chars().take(200).collect::<String>()).await;
        reply.refused(401, "invalid_refresh_token");
    }
    assert!(is_in(&person).await);
}

#[tokio::test]
async fn a_call_in_flight_and_a_logout_come_in_one_order_or_the_other() {
    let world = World::new().await;
    for _ in 0..40 {
        let person = world.person().await;
        let call = tokio::spawn(std::future::IntoFuture::into_future(
            person.patch("/v1/users/me", json!({ "bio": "written" })),
        ));
        let logout =
            tokio::spawn(std::future::IntoFuture::into_future(person.call(Method::POST, "/v1/auth/logout")));
        let (call, logout) = (call.await.unwrap(), logout.await.unwrap());
        logout.ok();
        let again = world.log_in(&person.name).await;
        let bio = again.get("/v1/users/me").await.ok()["bio"].clone();
        if call.status == 200 {
            assert_eq!(bio, "written");
        } else {
            call.refused(401, "session_ended");
            assert!(bio.is_null(), "a refused call left something behind");
        }
    }
}
