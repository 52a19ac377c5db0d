//! That nothing is lost and nothing is told twice, whatever fails and whatever comes again.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::json;

use super::bodies;
use crate::{
    events::{announce, jam_with, join, part, player},
    harness::{Person, World},
};

/// How many attempts the SDK makes; one call more has to fail for the reaction to notice.
const ATTEMPTS: usize = 3;

/// What a call that fails does.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// Nothing.
    Before,
    /// Its effect is there, and its reply is lost.
    After,
}

struct Stage {
    world: World,
    host: Person,
    guest: Person,
    next: Person,
}

impl Stage {
    async fn new(world: World) -> Self {
        let host = world.person().await;
        let (guest, next) = (player(&world, &["cello"]).await, player(&world, &["cello"]).await);
        Self { world, host, guest, next }
    }

    /// From now on the calls from number `from` on fail, as often as the SDK makes attempts. Counted are those behind
    /// the first transaction about the event, which is the operation's own.
    fn fail(&self, event: &str, from: usize, fault: Fault) -> Arc<AtomicUsize> {
        let id = event.rsplit('/').next().unwrap().to_owned();
        let calls = Arc::new(AtomicUsize::new(0));
        let (counted, mut begun) = (calls.clone(), false);
        let decide = move |operation: &str, body: &str| {
            if !begun {
                begun = operation == "TransactWriteItems" && body.contains(&id);
                return false;
            }
            let number = counted.fetch_add(1, Ordering::Relaxed);
            (from..from + ATTEMPTS).contains(&number)
        };
        match fault {
            Fault::Before => self.world.faults.fail_when(decide),
            Fault::After => self.world.faults.lose_reply_when(decide),
        }
        calls
    }

    async fn end(&self) {
        self.world.settled().await;
        self.world.faults.stop();
        let letters = self.world.dead_letters().await;
        assert!(letters.is_empty(), "{letters:?}");
        self.world.audit().await;
    }
}

/// So many of a type, of one event.
async fn number(person: &Person, kind: &str, event: &str) -> usize {
    let list = person.get("/v1/notifications?limit=100").await.ok();
    let id = event.rsplit('/').next().unwrap();
    let same = |told: &&serde_json::Value| told["type"] == kind && told["event_id"] == id;
    list.as_array().unwrap().iter().filter(same).count()
}

async fn leaving(fault: Fault) {
    let Some(world) = World::local().await else { return };
    let stage = Stage::new(world).await;
    let Stage { world, host, guest, next } = &stage;
    for from in 0.. {
        let event = announce(host, jam_with(json!({ "capacity": 2 }))).await;
        let other = player(world, &["cello"]).await;
        for person in [guest, &other, next] {
            join(person, &event, "cello").await;
        }
        world.settled().await;
        let calls = stage.fail(&event, from, fault);
        guest.delete(&part(guest, &event)).await.ok();
        stage.end().await;
        assert_eq!(number(host, "participant_left", &event).await, 1, "{fault:?} {from}");
        assert_eq!(number(next, "waiting_promoted", &event).await, 1, "{fault:?} {from}");
        if calls.load(Ordering::Relaxed) <= from {
            assert!(from > 5, "the reaction makes some calls");
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_departure_is_told_once_whatever_call_fails() {
    leaving(Fault::Before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_departure_is_told_once_whatever_reply_is_lost() {
    leaving(Fault::After).await;
}

async fn cancelling(fault: Fault) {
    let Some(world) = World::local().await else { return };
    let stage = Stage::new(world).await;
    let Stage { world, host, guest, next } = &stage;
    for from in 0.. {
        let event = announce(host, jam_with(json!({}))).await;
        for person in [guest, next] {
            join(person, &event, "cello").await;
        }
        world.settled().await;
        let calls = stage.fail(&event, from, fault);
        host.post(&format!("{event}/cancellation"), json!({})).await.ok();
        stage.end().await;
        for person in [guest, next] {
            assert_eq!(number(person, "event_cancelled", &event).await, 1, "{fault:?} {from}");
        }
        let jobs = world.own_items().await.into_iter().filter(|(pk, _)| pk.starts_with("JOB#")).count();
        assert_eq!(jobs, 0, "{fault:?} {from}");
        if calls.load(Ordering::Relaxed) <= from {
            assert!(from > 5, "the reaction makes some calls");
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_is_told_once_whatever_call_fails() {
    cancelling(Fault::Before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_is_told_once_whatever_reply_is_lost() {
    cancelling(Fault::After).await;
}

#[tokio::test]
async fn what_comes_again_changes_nothing_not_even_what_was_read_or_deleted() {
    let Some(world) = World::local().await else { return };
    let Stage { world, host, guest, next } = Stage::new(world).await;
    let event = announce(&host, jam_with(json!({ "capacity": 2 }))).await;
    let other = player(&world, &["cello"]).await;
    for person in [&guest, &other, &next] {
        join(person, &event, "cello").await;
    }
    guest.delete(&part(&guest, &event)).await.ok();
    host.patch(&event, json!({ "city": "Vienne" })).await.ok();
    host.post(&format!("{event}/cancellation"), json!({})).await.ok();
    world.settled().await;
    let list = host.get("/v1/notifications").await.ok();
    let path = |at: usize| format!("/v1/notifications/{}", list[at]["notification_id"].as_str().unwrap());
    host.delete(&path(0)).await.ok();
    host.put(&format!("{}/read", path(1)), json!({})).await.ok();
    world.settled().await;

    let before = world.items().await;
    world.repeat().await;
    world.repeat().await;
    assert_eq!(world.items().await, before);
    assert_eq!(bodies(&next, "event_cancelled").await.len(), 1);
    host.get(&path(0)).await.refused(404, "not_found");
}

/// Between the cancellation and the moment when its turn comes, somebody may leave.
#[tokio::test]
async fn who_has_left_before_it_is_their_turn_is_not_told() {
    let Some(world) = World::local().await else { return };
    let Stage { world, host, guest, next } = Stage::new(world).await;
    let event = announce(&host, jam_with(json!({}))).await;
    for person in [&guest, &next] {
        join(person, &event, "cello").await;
    }
    world.settled().await;
    // The reaction alone, which has no session.
    world.faults.fail_when(|operation, body| {
        operation == "BatchGetItem" && body.contains("PARTICIPANT#") && !body.contains("SESSION#")
    });
    host.post(&format!("{event}/cancellation"), json!({})).await.ok();
    guest.delete(&part(&guest, &event)).await.ok();
    world.faults.stop();
    world.settled().await;
    // On a slow machine their turn was given up meanwhile.
    world.backend().pump().expect("it reacts").redrive().await.unwrap();
    world.settled().await;
    assert_eq!(number(&guest, "event_cancelled", &event).await, 0);
    assert_eq!(number(&next, "event_cancelled", &event).await, 1);
    assert_eq!(bodies(&host, "participant_left").await, [] as [&str; 0], "nothing takes place any more");
}

/// A function that ended in the middle of letting people in leaves a free seat and somebody who waits for it.
#[tokio::test]
async fn a_promotion_that_was_interrupted_is_made_up_for() {
    let Some(world) = World::local().await else { return };
    let host = world.person().await;
    let event = announce(&host, jam_with(json!({ "capacity": 2 }))).await;
    let mut people = Vec::new();
    for _ in 0..25 {
        let person = player(&world, &["cello"]).await;
        join(&person, &event, "cello").await;
        people.push(person);
    }
    world.settled().await;
    // The first transaction lets in twenty. From then on nothing more comes through, until the operation has ended.
    let mut transactions = 0;
    let id = event.rsplit('/').next().unwrap().to_owned();
    world.faults.fail_when(move |operation, body| {
        let about = operation == "TransactWriteItems" && body.contains(&id) && body.contains("EVENT#SEATS");
        transactions += usize::from(about);
        about && (2..=4).contains(&transactions)
    });
    host.patch(&event, json!({ "capacity": 25 })).await.ok();
    world.settled().await;
    world.faults.stop();
    assert_eq!(host.get(&event).await.ok()["seats"]["taken"], 25);
    let mut promoted = 0;
    for person in &people {
        promoted += bodies(person, "waiting_promoted").await.len();
    }
    assert_eq!(promoted, 23);
}
