use futures_util::future::join_all;
use serde_json::json;

use super::{Dice, announce, jam_with, part, player, with};
use crate::harness::{Person, Reply, World};

/// As many as `of` people who play all of `instruments`.
async fn band(world: &World, of: usize, instruments: &[&str]) -> Vec<Person> {
    join_all((0..of).map(|_| player(world, instruments))).await
}

/// Signs up, and does so again where it is told that too many do.
async fn insist(person: &Person, path: &str, instrument: &str) -> Reply {
    loop {
        let reply = person.post(path, with(instrument)).await;
        if reply.status != 503 {
            return reply;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_at_once_for_twenty_seats_and_three_slots() {
    let Some(world) = World::still().await else { return };
    let host = world.person().await;
    let people = band(&world, 64, &["cello", "drum-kit"]).await;
    for seed in 0..50 {
        let mut dice = Dice(seed);
        let event = announce(
            &host,
            jam_with(json!({
                "capacity": 20,
                "instruments": [{ "instrument_id": "cello", "wanted": 3 }, { "instrument_id": "drum-kit", "wanted": 17 }],
            })),
        )
        .await;
        let path = format!("{event}/participations");
        // More than three want the cello, and more than seventeen the drums.
        let choices: Vec<&str> = (0..64)
            .map(|at| match (at, dice.roll(3)) {
                (0..6, _) | (26.., 0) => "cello",
                _ => "drum-kit",
            })
            .collect();
        let joins = people.iter().zip(&choices).map(|(person, choice)| insist(person, &path, choice));
        for reply in join_all(joins).await {
            reply.created();
        }
        let seats = &host.get(&event).await.ok()["seats"];
        assert_eq!((&seats["taken"], &seats["waiting"]), (&json!(20), &json!(44)), "seed {seed}: {seats}");
        let taken = |at: usize| &seats["instruments"][at]["taken"];
        assert_eq!((taken(0), taken(1)), (&json!(3), &json!(17)), "seed {seed}: {seats}");
    }
    world.audit().await;
}

/// 10,000 steps, eight at a time, with an audit after each 2,500.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_at_once_the_numbers_are_those_of_the_participants() {
    const INSTRUMENTS: [&str; 3] = ["cello", "drum-kit", "piano"];
    const AT_ONCE: u64 = 8;
    let Some(world) = World::still().await else { return };
    let host = world.person().await;
    let people = band(&world, 24, &INSTRUMENTS).await;
    let wanted = json!({
        "capacity": 6,
        "instruments": [{ "instrument_id": "cello", "wanted": 2 }, { "instrument_id": "drum-kit", "wanted": 3 }],
    });
    let mut kinds = vec![wanted.clone(), wanted.clone(), json!({ "capacity": 3 }), wanted];
    kinds[3]["needs_approval"] = json!(true);
    let mut events = Vec::new();
    for kind in &kinds {
        events.push(announce(&host, jam_with(kind.clone())).await);
    }
    for round in 0..20 {
        let doomed = Dice(1000 + round).roll(kinds.len());
        let (host, people, current) = (&host, &people, &events);
        join_all((0..AT_ONCE).map(|lane| async move {
            let mut dice = Dice(round * AT_ONCE + lane);
            for step in 0..63 {
                if (lane, step) == (0, 40) {
                    host.post(&format!("{}/cancellation", current[doomed]), json!({})).await.ok();
                }
                let event = &current[dice.roll(current.len())];
                let person = &people[dice.roll(people.len())];
                let instrument = INSTRUMENTS[dice.roll(INSTRUMENTS.len())];
                let slots = format!("{event}/instruments/{instrument}");
                let reply = match dice.roll(20) {
                    0..7 => person.post(&format!("{event}/participations"), with(instrument)).await,
                    7..12 => person.delete(&part(person, event)).await,
                    12..15 => person.patch(&part(person, event), with(instrument)).await,
                    15 => host.delete(&part(person, event)).await,
                    16 if dice.roll(4) == 0 => host.patch(event, json!({ "capacity": null })).await,
                    16 => host.patch(event, json!({ "capacity": 2 + dice.roll(8) })).await,
                    17 => host.put(&slots, json!({ "wanted": 1 + dice.roll(4) })).await,
                    18 => host.delete(&slots).await,
                    _ => {
                        let decision = ["approved", "declined"][dice.roll(2)];
                        host.patch(&part(person, event), json!({ "decision": decision })).await
                    }
                };
                assert!(reply.status < 500, "{}", reply.text);
            }
        }))
        .await;
        if round % 5 == 4 {
            world.audit().await;
        }
        events[doomed] = announce(host, jam_with(kinds[doomed].clone())).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_cancelled_takes_nobody_from_that_moment_on() {
    let world = World::new().await;
    let host = world.person().await;
    let people = band(&world, 12, &["cello"]).await;
    for _ in 0..20 {
        let event = announce(&host, jam_with(json!({ "capacity": 5 }))).await;
        let path = format!("{event}/participations");
        let joins = join_all(people.iter().map(|person| person.post(&path, with("cello")).into_future()));
        let cancel = async {
            host.post(&format!("{event}/cancellation"), json!({})).await.ok();
            // Who was told of a seat before has it; nobody gets one from now on.
            host.get(&event).await.ok()["seats"]["taken"].clone()
        };
        let (replies, taken) = tokio::join!(joins, cancel);
        for reply in &replies {
            assert!(reply.status == 201 || reply.errors().1[0].0 == "event_cancelled", "{}", reply.text);
        }
        let going = replies.iter().filter(|reply| reply.body["data"]["status"] == "going").count();
        assert_eq!(taken, going);
    }
    world.audit().await;
}
