//! Whom one can name: people who have blocked the caller, are away or have been erased.

use reqwest::Method;
use serde_json::{Value, json};
use tunelink_local::matrix::Column;

use super::{Company, operation, outcome, state};
use crate::harness::{Person, Reply, World, stage::Scene};

/// Each operation that names a person, with what becomes of it when they have blocked the caller, are away, or have
/// been erased.
const NAMED: [(&str, [&str; 3]); 8] = [
    ("get_user", ["200", "404 not_found", "404 not_found"]),
    ("unblock_user", ["404 not_found", "404 not_found", "404 not_found"]),
    ("block_user", ["200", "404 not_found", "404 not_found"]),
    ("create_conversation", ["403 unreachable", "422 unknown_user", "422 unknown_user"]),
    ("add_conversation_participant", ["403 unreachable", "404 not_found", "404 not_found"]),
    ("remove_conversation_participant", ["404 not_found", "404 not_found", "404 not_found"]),
    ("get_participation", ["404 not_found", "404 not_found", "404 not_found"]),
    ("create_notification", ["201", "404 not_found", "404 not_found"]),
];

#[tokio::test]
async fn nobody_reaches_those_who_blocked_them_or_are_away_or_gone() {
    let Some(world) = World::still().await else { return };
    let company = Company::new(&world).await;
    let cast = &company.cast;
    let blocker = world.person().await;
    for person in [&cast.owner, &cast.admin] {
        blocker.call(Method::PUT, &format!("/v1/users/me/blocks/{}", person.id)).await.ok();
    }
    let people = [&blocker, company.person(Column::Deactivated), company.person(Column::Erased)];
    for (name, expected) in NAMED {
        for (person, expected) in people.into_iter().zip(expected) {
            let scene = Scene::set(&world, cast, operation(name)).await;
            let before = state(&world).await;
            let reply = call(&world, &scene, person).await;
            let (status, code) = outcome(&reply);
            assert_eq!(format!("{status} {code}").trim_end(), expected, "{name}: {}", reply.text);
            assert!(status < 300 || state(&world).await == before, "{name} has changed something");
        }
    }
}

/// The request of the scene about this person.
async fn call(world: &World, scene: &Scene, about: &Person) -> Reply {
    let mut scene = scene.clone();
    if scene.things.contains_key("user_id") {
        scene.things.insert("user_id", about.id.clone());
    }
    let mut request = scene.request(&scene.sender);
    for (field, id) in [("participant_ids", json!([about.id])), ("user_id", json!(about.id))] {
        if let Some(named) = request.body.as_mut().and_then(|body: &mut Value| body.get_mut(field)) {
            *named = id;
        }
    }
    request.call(world, Some(&scene.sender.access_token)).await
}
