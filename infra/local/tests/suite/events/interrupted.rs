use futures_util::future::join_all;
use serde_json::{Value, json};
use tunelink::reaction::Change;

use super::{announce, jam_with, join, part, player, with};
use crate::harness::{Person, World};

/// What may come next to an event.
#[derive(Clone, Copy, Debug)]
enum Next {
    SomebodyJoins,
    SomebodyLeaves,
    SomebodyPlaysSomethingElse,
    AnInstrumentIsWanted,
    AnInstrumentIsNotWanted,
    TheEventChanges,
    TheReaction,
}

/// An event in which somebody still waits for a place that is free: letting them in was interrupted.
async fn interrupted(world: &World, host: &Person, people: &[Person]) -> String {
    let wanted = json!({
        "capacity": 2,
        "instruments": [{ "instrument_id": "cello", "wanted": 40 }, { "instrument_id": "violin", "wanted": 1 }],
    });
    let event = announce(host, jam_with(wanted)).await;
    for person in people {
        join(person, &event, "cello").await;
    }
    // The first commit lets in as many as it can hold, the next one fails.
    let mut commits = 0;
    world.faults.conflict_when(move |operation, body| {
        let about = operation == "TransactWriteItems" && body.contains("EVENT#SEATS");
        commits += usize::from(about);
        about && commits > 1
    });
    let opened = host.patch(&event, json!({ "capacity": null })).await.ok();
    world.faults.stop();
    assert_eq!(opened["seats"]["waiting"], 1);
    event
}

#[tokio::test]
async fn whatever_comes_next_lets_in_who_waits_for_a_place_that_is_free() {
    let Some(world) = World::still().await else { return };
    let (host, late) = (world.person().await, player(&world, &["cello"]).await);
    let people = join_all((0..23).map(|_| player(&world, &["cello", "violin"]))).await;
    for next in [
        Next::SomebodyJoins,
        Next::SomebodyLeaves,
        Next::SomebodyPlaysSomethingElse,
        Next::AnInstrumentIsWanted,
        Next::AnInstrumentIsNotWanted,
        Next::TheEventChanges,
        Next::TheReaction,
    ] {
        let event = interrupted(&world, &host, &people).await;
        let violin = format!("{event}/instruments/violin");
        let mut taken = people.len();
        match next {
            Next::SomebodyJoins => {
                join(&late, &event, "cello").await;
                taken += 1;
            }
            Next::SomebodyLeaves => {
                people[0].delete(&part(&people[0], &event)).await.ok();
                taken -= 1;
            }
            Next::SomebodyPlaysSomethingElse => {
                people[0].patch(&part(&people[0], &event), with("violin")).await.ok();
            }
            Next::AnInstrumentIsWanted => {
                host.put(&violin, json!({ "wanted": 2 })).await.ok();
            }
            Next::AnInstrumentIsNotWanted => {
                host.delete(&violin).await.ok();
            }
            Next::TheEventChanges => {
                host.patch(&event, json!({ "title": "Jam after all" })).await.ok();
            }
            Next::TheReaction => {
                let id = event.rsplit('/').next().expect("an id");
                let mut changes = world.changes().await;
                changes.retain(|record| {
                    let key = Change::of(record.clone()).expect("a change").key;
                    key.pk.ends_with(id) && key.sk == "EVENT#SEATS"
                });
                world.react(&changes).await;
            }
        }
        let seats: Value = host.get(&event).await.ok()["seats"].clone();
        assert_eq!((&seats["taken"], &seats["waiting"]), (&json!(taken), &json!(0)), "{next:?}");
    }
    world.audit().await;
}
