use serde_json::json;

use super::{announce, jam, jam_with, join, part, player, status, with};
use crate::harness::World;

#[tokio::test]
async fn a_seat_is_taken_shown_and_given_back() {
    let world = World::new().await;
    let (host, guest) = (world.person().await, player(&world, &["double-bass"]).await);
    let wanted = json!({ "capacity": 5, "instruments": [{ "instrument_id": "double-bass", "wanted": 1 }] });
    let event = announce(&host, jam_with(wanted)).await;
    let reply = guest.post(&format!("{event}/participations"), with("double-bass")).await;
    assert_eq!(reply.header("location"), part(&guest, &event));
    let joined = reply.created();
    assert_eq!((&joined["status"], &joined["level"]), (&json!("going"), &json!("intermediate")));
    assert_eq!(guest.get(&part(&guest, &event)).await.ok(), joined);
    let seen = guest.get(&event).await.ok();
    assert_eq!(seen["participation"], joined);
    assert_eq!((&seen["seats"]["taken"], &seen["seats"]["free"]), (&json!(1), &json!(4)));
    assert_eq!(seen["seats"]["instruments"][0]["open"], 0);
    guest.post(&format!("{event}/participations"), with("double-bass")).await.refused(409, "already_joined");
    let people = host.get(&format!("{event}/participants")).await.ok();
    assert_eq!((&people[0]["username"], people.as_array().unwrap().len()), (&json!(guest.name), 1));
    guest.delete(&part(&guest, &event)).await.ok();
    guest.delete(&part(&guest, &event)).await.refused(404, "not_found");
    assert_eq!(status(&guest, &event).await, "none");
    assert_eq!(host.get(&event).await.ok()["seats"]["taken"], 0);
}

#[tokio::test]
async fn who_cannot_join_learns_why() {
    let world = World::new().await;
    let (host, guest) = (world.person().await, player(&world, &["cello"]).await);
    let wanted = json!({ "instruments": [{ "instrument_id": "violin", "wanted": 1 }] });
    let event = announce(&host, jam_with(wanted)).await;
    let join = format!("{event}/participations");
    host.post(&join, with("violin")).await.refused(409, "own_event");
    for (instrument, status, code) in [
        ("kazoo-of-doom", 422, "unknown_instrument"),
        ("violin", 422, "instrument_not_played"),
        ("cello", 409, "instrument_not_wanted"),
    ] {
        let reply = guest.post(&join, with(instrument)).await;
        assert_eq!(reply.errors(), (status, vec![(code, "instrument_id")]));
    }
    world.post(&join, with("cello")).await.refused(401, "unauthenticated");
    let open = announce(&host, jam()).await;
    host.call(reqwest::Method::PUT, &format!("/v1/users/me/blocks/{}", guest.id)).await.ok();
    guest.post(&format!("{open}/participations"), with("cello")).await.refused(403, "forbidden");
}

#[tokio::test]
async fn whoever_comes_too_late_waits_and_is_promoted_in_order() {
    let world = World::new().await;
    let host = world.person().await;
    let wanted = json!({
        "capacity": 2,
        "instruments": [{ "instrument_id": "cello", "wanted": 1 }, { "instrument_id": "drum-kit", "wanted": 1 },
                        { "instrument_id": "piano", "wanted": 1 }],
    });
    let event = announce(&host, jam_with(wanted)).await;
    let mut people = Vec::new();
    for instrument in ["cello", "drum-kit", "cello", "piano", "drum-kit"] {
        let person = player(&world, &[instrument]).await;
        let expected = if people.len() < 2 { "going" } else { "waiting" };
        assert_eq!(join(&person, &event, instrument).await, expected);
        people.push(person);
    }
    let statuses = async || {
        let mut statuses = Vec::new();
        for person in &people {
            statuses.push(status(person, &event).await);
        }
        statuses
    };
    // The drummer's seat goes to the pianist, who came after the cellist: the cello's slot is taken.
    people[1].delete(&part(&people[1], &event)).await.ok();
    assert_eq!(statuses().await, ["going", "none", "waiting", "going", "waiting"]);
    // The cellist's goes to the second cellist, who came before the second drummer.
    host.delete(&part(&people[0], &event)).await.ok();
    assert_eq!(statuses().await, ["none", "none", "going", "going", "waiting"]);
    // Raising the capacity lets the drummer in.
    host.patch(&event, json!({ "capacity": 3 })).await.ok();
    assert_eq!(statuses().await, ["none", "none", "going", "going", "going"]);
    world.audit().await;
}

#[tokio::test]
async fn a_big_hall_opens_for_all_who_wait() {
    let world = World::new().await;
    let host = world.person().await;
    let event = announce(&host, jam_with(json!({ "capacity": 2 }))).await;
    let mut people = Vec::new();
    for _ in 0..50 {
        let person = player(&world, &["cello"]).await;
        join(&person, &event, "cello").await;
        people.push(person);
    }
    host.patch(&event, json!({ "capacity": null })).await.ok();
    assert_eq!(host.get(&event).await.ok()["seats"]["taken"], 50);
    world.audit().await;
}

#[tokio::test]
async fn another_instrument_keeps_the_seat_and_frees_the_slot() {
    let world = World::new().await;
    let host = world.person().await;
    let wanted = json!({
        "capacity": 3,
        "instruments": [{ "instrument_id": "cello", "wanted": 1 }, { "instrument_id": "violin", "wanted": 1 }],
    });
    let event = announce(&host, jam_with(wanted)).await;
    let (first, second) = (player(&world, &["cello", "violin"]).await, player(&world, &["cello"]).await);
    join(&first, &event, "cello").await;
    assert_eq!(join(&second, &event, "cello").await, "waiting");
    let swapped = first.patch(&part(&first, &event), with("violin")).await.ok();
    assert_eq!((&swapped["status"], &swapped["instrument_id"]), (&json!("going"), &json!("violin")));
    assert_eq!(status(&second, &event).await, "going");
    first.patch(&part(&first, &event), with("cello")).await.refused(409, "no_slot");
    first.patch(&part(&first, &event), with("piano")).await.refused(422, "instrument_not_played");
    second.patch(&part(&first, &event), with("cello")).await.refused(403, "forbidden");
    world.audit().await;
}

#[tokio::test]
async fn who_waits_can_wait_for_something_else() {
    let world = World::new().await;
    let host = world.person().await;
    let wanted = json!({
        "instruments": [{ "instrument_id": "cello", "wanted": 1 }, { "instrument_id": "violin", "wanted": 1 }],
    });
    let event = announce(&host, jam_with(wanted)).await;
    let (first, second) = (player(&world, &["cello"]).await, player(&world, &["cello", "violin"]).await);
    join(&first, &event, "cello").await;
    join(&second, &event, "cello").await;
    let part = part(&second, &event);
    assert_eq!(second.patch(&part, with("violin")).await.ok()["status"], "going");
    world.audit().await;
}

#[tokio::test]
async fn joining_twice_under_one_key_joins_once() {
    let world = World::new().await;
    let (host, guest) = (world.person().await, player(&world, &["cello"]).await);
    let event = announce(&host, jam()).await;
    let path = format!("{event}/participations");
    let join = || guest.post(&path, with("cello")).header("idempotency-key", "one");
    let (first, second) = tokio::join!(join(), join());
    assert_eq!(first.created(), second.created());
    world.audit().await;
}
