use std::time::Duration;

use aws_lambda_events::dynamodb::EventRecord;
use serde_json::{Value, json};

use super::{early, write};
use crate::{
    conversations::{direct, say},
    events::{announce, jam_with, join, part, player},
    harness::{Person, World},
    notifications::{announce_to, devices::Phone, told},
};

/// Has all that happened so far reacted to, in a world in which nothing is by itself.
async fn react(world: &World) {
    world.react(&world.changes().await).await;
}

/// Whether an item has changed whose partition or sort key begins like this.
fn is_of(change: &EventRecord, prefix: &str) -> bool {
    serde_json::to_string(change).unwrap().contains(&format!("\"{prefix}"))
}

async fn list(person: &Person) -> Value {
    person.get("/v1/notifications").await.ok()
}

#[tokio::test]
async fn what_was_read_first_counts() {
    let Some(world) = World::still().await else { return };
    let (admin, person) = (world.admin().await, world.person().await);
    let path = announce_to(&admin, &person, "Rehearsal").await;
    let read = || person.put(&format!("{path}/read"), json!({}));
    let again = async {
        read().await.ok();
        let at = person.get(&path).await.ok()["read_at"].clone();
        world.pass(Duration::from_secs(5)).await;
        at
    };
    let (one, at) = world.in_between(read(), write("read_at"), again).await;
    one.ok();
    assert_eq!(person.get(&path).await.ok()["read_at"], at);
}

#[tokio::test]
async fn what_goes_to_the_phone_alone_goes_there_once() {
    let Some(world) = World::local().await else { return };
    let host = world.person().await;
    let guest = player(&world, &["cello"]).await;
    Phone::new("android").register(&host).await;
    let wish = json!({ "participant_joined": { "in_app": false } });
    host.patch("/v1/users/me/preferences", wish).await.ok();
    let event = announce(&host, jam_with(json!({}))).await;
    join(&guest, &event, "cello").await;
    world.settled().await;
    assert_eq!(world.backend().sns().pushes().len(), 1);
    world.pass(Duration::from_mins(1)).await;
    let mut changes = world.changes().await;
    changes.retain(|change| !is_of(change, "P#"));
    world.react(&changes).await;
    world.settled().await;
    assert_eq!(world.backend().sns().pushes().len(), 1);
}

/// The reaction goes by how it found somebody's part, which may change before it writes.
#[tokio::test]
async fn whoever_comes_back_meanwhile_stays_in_the_conversation_and_whoever_goes_does_not_get_in() {
    let Some(world) = World::still().await else { return };
    let host = world.person().await;
    let guest = player(&world, &["cello"]).await;
    let event = announce(&host, jam_with(json!({}))).await;
    react(&world).await;
    let talk = event.replace("/events/", "/conversations/");
    let part = part(&guest, &event);
    // Each change alone, for a later one would make good what an earlier one did.
    let of_part = async || {
        let mut changes = world.changes().await;
        changes.retain(|change| is_of(change, "PARTICIPANT#"));
        changes.pop().into_iter().collect::<Vec<_>>()
    };
    join(&guest, &event, "cello").await;
    let leave = async { guest.delete(&part).await.ok() };
    let joined = of_part().await;
    world.in_between(world.react(&joined), write("MEMBER#"), leave).await;
    guest.get(&talk).await.refused(404, "not_found");

    join(&guest, &event, "cello").await;
    react(&world).await;
    guest.get(&talk).await.ok();
    guest.delete(&part).await.ok();
    let come_back = async { join(&guest, &event, "cello").await };
    let left = of_part().await;
    world.in_between(world.react(&left), write("MEMBER#"), come_back).await;
    guest.get(&talk).await.ok();

    // Two reactions to the same.
    guest.delete(&part).await.ok();
    let left = of_part().await;
    let key = format!("MEMBER#{}", guest.id);
    world.in_between(world.react(&left), early(key), world.react(&left)).await;
    world.audit().await;
}

#[tokio::test]
async fn a_message_that_was_read_before_it_is_told_is_not_told() {
    let Some(world) = World::still().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    react(&world).await;
    say(&ann, &path, "Hello").await;
    let read = async {
        bob.put(&format!("{path}/read"), json!({ "seq": 1 })).await.ok();
        react(&world).await;
    };
    let before = world.changes().await;
    world.in_between(world.react(&before), write("N#"), read).await;
    assert_eq!(list(&bob).await, json!([]));
}

#[tokio::test]
async fn an_older_message_that_is_told_late_takes_nothing_back() {
    let Some(world) = World::still().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    react(&world).await;
    say(&ann, &path, "Hello").await;
    let next = async {
        say(&ann, &path, "Are you there?").await;
        react(&world).await;
    };
    let before = world.changes().await;
    world.in_between(world.react(&before), write("N#"), next).await;
    let [(.., body)] = &told(&bob).await[..] else { panic!("there is one for both") };
    assert_eq!(body, "Are you there?");
}

/// Two reactions to the same do the same part; what the first made is done before the second ends.
#[tokio::test]
async fn a_part_that_is_done_twice_makes_what_follows_once() {
    let Some(world) = World::still().await else { return };
    let host = world.person().await;
    let guest = player(&world, &["cello"]).await;
    let event = announce(&host, jam_with(json!({}))).await;
    join(&guest, &event, "cello").await;
    host.post(&format!("{event}/cancellation"), json!({})).await.ok();
    // What follows from the cancellation is a job, which is a change of its own.
    react(&world).await;
    let of_jobs = async || {
        let mut changes = world.changes().await;
        changes.retain(|change| is_of(change, "JOB#"));
        changes
    };
    let jobs = async || {
        let items = world.own_items().await.into_iter();
        items.filter(|(pk, _)| pk.starts_with("JOB#")).count()
    };
    assert_eq!(jobs().await, 1);
    let rest = async {
        while jobs().await > 0 {
            world.react(&of_jobs().await).await;
        }
    };
    let before = of_jobs().await;
    world.in_between(world.react(&before), write("JOB#"), rest).await;
    assert_eq!(jobs().await, 0);
    assert_eq!(told(&guest).await.len(), 1);
}
