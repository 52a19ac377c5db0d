use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::json;
use tunelink::auth::Access;

use super::{forger::Forger, forgeries};
use crate::harness::{
    Socket, World,
    stage::{self, Cast, Scene},
};

/// Every forged token against every operation that takes one: refused, and nothing is written. Who sends the same
/// request with a token of the same making, but without a flaw, is let in.
#[tokio::test(flavor = "multi_thread")]
async fn no_operation_takes_a_forged_token() {
    let Some(world) = World::still().await else { return };
    let cast = Cast::new(&world).await;
    let mut scenes = Vec::new();
    for function in stage::operations().filter(|function| function.access != Access::Anyone) {
        scenes.push(Scene::set(&world, &cast, function).await);
    }
    let ended = ended(&world, &cast).await;
    let before = world.items().await;
    let mut tried = BTreeSet::new();
    for scene in &scenes {
        let forger = Forger::new(&world, &scene.sender);
        let request = scene.request(&scene.sender);
        let forgeries = forgeries::all(&forger, &ended, &cast.member);
        let calls =
            forgeries.iter().filter(|(_, token)| token.parse::<reqwest::header::HeaderValue>().is_ok());
        let calls = calls.map(async |(what, token)| (what, request.call(&world, Some(token)).await));
        for (what, reply) in join_all(calls).await {
            let challenge = reply.header("www-authenticate");
            let is_refused = reply.status == 401 && challenge.starts_with("Bearer error=\"invalid_token\"");
            assert!(is_refused, "{}, {what}: {challenge:?}: {}", scene.function.name, reply.text);
            tried.insert(what.clone());
        }
    }
    assert!(world.items().await == before, "something was written");
    figure!("{} forgeries, each tried against {} operations", tried.len(), scenes.len());
    assert!(tried.len() >= 60, "{} are too few", tried.len());
    for scene in &scenes {
        let token = Forger::new(&world, &scene.sender).good();
        let reply = scene.request(&scene.sender).call(&world, Some(&token)).await;
        // What another scene has taken away since is not found; what counts is who was let in.
        assert_ne!(reply.status, 401, "{}: {}", scene.function.name, reply.text);
    }
}

#[tokio::test]
async fn no_socket_is_opened_with_a_forged_token() {
    let Some(world) = World::still().await else { return };
    let cast = Cast::new(&world).await;
    let ended = ended(&world, &cast).await;
    let forger = Forger::new(&world, &cast.owner);
    Socket::open(world.url(), &forger.good()).await.map(drop).expect("without a flaw it opens");
    for (what, token) in forgeries::all(&forger, &ended, &cast.member) {
        if token.parse::<reqwest::header::HeaderValue>().is_ok() {
            let opened = Socket::open(world.url(), &token).await;
            assert_eq!(opened.map(drop), Err(401), "{what}");
        }
    }
}

/// What else may be in the place of a bearer token (RFC 6750 §2).
#[tokio::test]
async fn a_token_is_taken_from_nowhere_but_the_header_and_under_its_scheme_alone() {
    let Some(world) = World::still().await else { return };
    let person = world.person().await;
    let token = Forger::new(&world, &person).good();
    let me = |value: &str| world.get("/v1/users/me").header("authorization", value);
    for good in [format!("Bearer {token}"), format!("bearer {token}"), format!("BEARER {token}")] {
        me(&good).await.ok();
    }
    for bad in [
        token.clone(),
        "Bearer".to_owned(),
        format!("Basic {token}"),
        format!("Bearer  {token}"),
        format!("Bearer\t{token}"),
        format!("Bearer {token} {token}"),
        format!("Bearer {token},"),
        format!("Bearer: {token}"),
        format!("Token {token}"),
        format!("DPoP {token}"),
    ] {
        assert_eq!(me(&bad).await.status, 401, "{bad}");
    }
    let forged = "Bearer x";
    for (first, second) in [(forged, &*format!("Bearer {token}")), (&*format!("Bearer {token}"), forged)] {
        let reply = me(first).header("authorization", second).await;
        assert!(matches!(reply.status, 400 | 401), "{}", reply.text);
    }
    assert_eq!(world.get(&format!("/v1/users/me?access_token={token}")).await.status, 401);
    let body = world.post("/v1/users/me/deletion", json!({ "access_token": token }));
    assert_eq!(body.await.status, 401);
    assert_eq!(
        world.get("/v1/users/me").header("cookie", &format!("access_token={token}")).await.status,
        401
    );
}

/// A session of the owner that is over.
async fn ended(world: &World, cast: &Cast) -> crate::harness::Person {
    let ended = world.log_in(&cast.owner.name).await;
    ended.post("/v1/auth/logout", json!({ "scope": "this" })).await.ok();
    ended
}
