use serde_json::json;

use super::{bodies, told};
use crate::{
    events::{announce, jam_with, join, part, player},
    harness::{PASSWORD, Person, World},
};

fn s(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

/// A host, and an event in which so many can take part with a cello.
async fn host(world: &World, fields: serde_json::Value) -> (Person, String) {
    let host = world.person().await;
    let event = announce(&host, jam_with(fields)).await;
    (host, event)
}

#[tokio::test]
async fn the_organiser_hears_who_comes_and_goes() {
    let Some(world) = World::local().await else { return };
    let (host, event) = host(&world, json!({ "capacity": 2 })).await;
    let people = [player(&world, &["cello"]).await, player(&world, &["cello"]).await];
    let late = player(&world, &["cello"]).await;
    for person in people.iter().chain([&late]) {
        join(person, &event, "cello").await;
    }
    let [first, second] = &people;
    first.delete(&part(first, &event)).await.ok();
    world.settled().await;
    let joined = bodies(&host, "participant_joined").await;
    assert_eq!(
        joined,
        [
            format!("{} is on the waiting list", late.name),
            format!("{} takes part", second.name),
            format!("{} takes part", first.name),
        ]
    );
    assert_eq!(
        bodies(&host, "participant_left").await,
        [format!("{} does not take part any more", first.name)]
    );
    assert_eq!(bodies(&late, "waiting_promoted").await, s(&["A place has come free, and it is yours"]));
    assert_eq!(told(first).await, []);
    assert_eq!(told(second).await, []);

    let list = host.get("/v1/notifications").french().await.ok();
    assert_eq!(list[0]["title"], "Jam at the quay");
    assert_eq!(list[0]["body"], format!("{} ne participe plus", first.name));
    assert_eq!(list[0]["link"], event.replace("/v1/", "tunelink://"));
    assert_eq!(list[0]["user_id"], first.id.as_str());
}

#[tokio::test]
async fn who_asked_hears_what_the_organiser_decides() {
    let Some(world) = World::local().await else { return };
    let (host, event) = host(&world, json!({ "needs_approval": true, "capacity": 2 })).await;
    let mut people = Vec::new();
    for _ in 0..4 {
        let person = player(&world, &["cello"]).await;
        join(&person, &event, "cello").await;
        people.push(person);
    }
    let decide = async |person: &Person, decision: &str| {
        host.patch(&part(person, &event), json!({ "decision": decision })).await.ok();
    };
    for person in &people[..3] {
        decide(person, "approved").await;
    }
    decide(&people[3], "declined").await;
    decide(&people[0], "declined").await;
    host.delete(&part(&people[1], &event)).await.ok();
    world.settled().await;
    let joined = bodies(&host, "participant_joined").await;
    assert_eq!(joined.len(), 4);
    assert!(joined.iter().all(|body| body.ends_with("would like to take part: you decide")), "{joined:?}");
    assert_eq!(bodies(&host, "participant_left").await, [] as [&str; 0], "the organiser knows");
    assert_eq!(bodies(&people[0], "approval").await, s(&["The organiser has declined", "You are in"]));
    let removed = "The organiser has taken you off the list";
    assert_eq!(bodies(&people[1], "approval").await, s(&[removed, "You are in"]));
    assert_eq!(bodies(&people[2], "approval").await, s(&["You are accepted, and on the waiting list"]));
    assert_eq!(bodies(&people[2], "waiting_promoted").await.len(), 1);
    assert_eq!(bodies(&people[3], "approval").await, s(&["The organiser has declined"]));
    assert!(!world.own_items().await.iter().any(|(_, sk)| sk.starts_with("LEFT#")), "it is forgotten");
}

#[tokio::test]
async fn everybody_hears_that_an_event_is_cancelled_or_moved() {
    let Some(world) = World::local().await else { return };
    let (host, event) = host(&world, json!({ "capacity": 2 })).await;
    let mut people = Vec::new();
    for _ in 0..4 {
        let person = player(&world, &["cello"]).await;
        join(&person, &event, "cello").await;
        people.push(person);
    }
    host.patch(&part(&people[0], &event), json!({ "decision": "declined" })).await.ok();
    people[1].delete(&part(&people[1], &event)).await.ok();
    host.patch(&event, json!({ "title": "Another title" })).await.ok();
    host.patch(&event, json!({ "address": "12 rue Mercière" })).await.ok();
    let reason = json!({ "reason": "The singer has a cold." });
    host.post(&format!("{event}/cancellation"), reason).await.ok();
    world.settled().await;
    for person in &people[2..] {
        assert_eq!(bodies(person, "event_changed").await, s(&["The place has changed"]));
        let cancelled = told(person).await.into_iter().find(|(kind, ..)| kind == "event_cancelled");
        let (_, title, body) = cancelled.expect("they hear of it");
        assert_eq!((title.as_str(), body.as_str()), ("Cancelled: Another title", "The singer has a cold."));
    }
    for person in &people[..2] {
        assert_eq!(bodies(person, "event_cancelled").await, [] as [&str; 0], "they take part no more");
    }
    assert!(!world.own_items().await.iter().any(|(pk, _)| pk.starts_with("JOB#")), "all is done");
}

#[tokio::test]
async fn who_changes_the_password_is_told() {
    let world = World::new().await;
    let person = world.person().await;
    let change = json!({ "old_password": PASSWORD, "new_password": "manoir-de-mes-reves-1942" });
    person.put("/v1/users/me/password", change).await.ok();
    let account = told(&person).await;
    assert_eq!(account.len(), 1);
    assert_eq!((account[0].0.as_str(), account[0].1.as_str()), ("account", "Password changed"));
}

#[tokio::test]
async fn who_is_erased_leaves_nothing_and_is_told_nothing() {
    let Some(world) = World::local().await else { return };
    let (host, event) = host(&world, json!({})).await;
    let gone = player(&world, &["cello"]).await;
    join(&gone, &event, "cello").await;
    world.settled().await;
    assert_eq!(bodies(&host, "participant_joined").await, [format!("{} takes part", gone.name)]);
    gone.post("/v1/users/me/deletion", json!({ "mode": "erase", "password": PASSWORD })).await.ok();
    host.post(&format!("{event}/cancellation"), json!({})).await.ok();
    world.settled().await;
    assert!(!world.own_items().await.iter().any(|(pk, sk)| pk.contains(&gone.id) || sk.contains(&gone.id)));
    assert_eq!(bodies(&host, "participant_joined").await, s(&["Somebody takes part"]));
    world.repeat().await;
    assert!(!world.own_items().await.iter().any(|(pk, sk)| pk.contains(&gone.id) || sk.contains(&gone.id)));
}

#[tokio::test]
async fn what_is_new_goes_over_open_sockets_in_ones_own_language() {
    let Some(world) = World::local().await else { return };
    let (host, event) = host(&world, json!({})).await;
    host.patch("/v1/users/me", json!({ "language": "fr" })).await.ok();
    let mut socket = world.socket(&host).await;
    let guest = player(&world, &["cello"]).await;
    join(&guest, &event, "cello").await;
    let frame = socket.next_of("notification").await;
    assert_eq!(frame["unread"], 1);
    assert_eq!(frame["notification"]["body"], format!("{} participe", guest.name));
    let listed = host.get("/v1/notifications").french().await.ok();
    assert_eq!(listed[0], frame["notification"]);
}

#[tokio::test]
async fn old_news_disturbs_nobody() {
    let Some(world) = World::local().await else { return };
    let (host, event) = host(&world, json!({})).await;
    let guest = player(&world, &["cello"]).await;
    join(&guest, &event, "cello").await;
    world.settled().await;
    world.pass(std::time::Duration::from_mins(61)).await;
    let host = world.log_in(&host.name).await;
    let mut socket = world.socket(&host).await;
    world.repeat().await;
    let told: Vec<_> = socket.rest().await;
    assert!(told.iter().all(|frame| frame["type"] != "notification"), "{told:?}");
    assert_eq!(bodies(&host, "participant_joined").await.len(), 1, "it is in the list");
}
