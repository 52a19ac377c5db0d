use serde_json::{Value, json};

use super::{announce, in_days, jam, jam_with};
use crate::harness::World;

#[tokio::test]
async fn an_event_is_announced_and_read_by_everyone() {
    let world = World::new().await;
    let host = world.person().await;
    let new = jam_with(json!({
        "description": "Bring a chair.\nAnd a friend.", "capacity": 12, "genres": ["swing"], "address": "1 quai",
        "image_url": "https://example.org/jam.jpg", "needs_approval": true,
        "instruments": [{ "instrument_id": "drum-kit", "wanted": 1 }, { "instrument_id": "double-bass", "wanted": 2 }],
    }));
    let reply = host.post("/v1/events", new.clone()).await;
    let location = reply.header("location").to_owned();
    let created = reply.created();
    for field in
        ["title", "type", "time_zone", "lat", "lng", "city", "description", "genres", "needs_approval"]
    {
        assert_eq!(created[field], new[field], "{field}");
    }
    assert_eq!(created["organiser"]["username"], host.name.as_str());
    assert_eq!((&created["status"], &created["visibility"]), (&json!("published"), &json!("public")));
    let slot = |id: &str, wanted| json!({ "instrument_id": id, "wanted": wanted, "taken": 0, "open": wanted, "waiting": 0 });
    let seats = json!({
        "capacity": 12, "taken": 0, "free": 12, "waiting": 0,
        "instruments": [slot("double-bass", 2), slot("drum-kit", 1)],
    });
    assert_eq!(created["seats"], seats);
    assert_eq!(world.get(&location).await.ok(), created);
    assert_eq!(world.get(&format!("{location}/instruments")).await.ok(), seats["instruments"]);
    let reply = host.get(&location).await;
    let etag = reply.header("etag").to_owned();
    assert_eq!(reply.ok(), created);
    assert_eq!(host.get(&location).header("if-none-match", &etag).await.status, 304);
}

#[tokio::test]
async fn local_times_are_those_of_the_zone() {
    let world = World::new().await;
    let host = world.person().await;
    let year: i16 = in_days(366).to_string()[..4].parse().unwrap();
    let new = jam_with(json!({
        "starts_at": format!("{year}-06-21T20:00"), "ends_at": format!("{year}-06-22T01:00+02:00"),
    }));
    let created = host.post("/v1/events", new).await.created();
    assert_eq!(created["starts_at"], format!("{year}-06-21T18:00:00Z"));
    assert_eq!(created["ends_at"], format!("{year}-06-21T23:00:00Z"));
}

#[tokio::test]
async fn every_mistake_has_its_name() {
    let Some(world) = World::local().await else { return };
    let host = world.person().await;
    let before = world.own_items().await;
    let cases: Vec<(Value, &[(&str, &str)])> = vec![
        (json!({ "title": "ab" }), &[("too_short", "title")]),
        (json!({ "title": "a\u{202e}bc" }), &[("invalid_format", "title")]),
        (json!({ "description": "a\0b" }), &[("invalid_format", "description")]),
        (json!({ "description": "" }), &[("too_short", "description")]),
        (json!({ "lat": 90.1, "lng": -180.5 }), &[("too_large", "lat"), ("too_small", "lng")]),
        (json!({ "capacity": 1 }), &[("too_small", "capacity")]),
        (json!({ "capacity": 10_001 }), &[("too_large", "capacity")]),
        (json!({ "type": "rave" }), &[("invalid_value", "type")]),
        (json!({ "time_zone": "Europe/Lyon" }), &[("unknown_time_zone", "time_zone")]),
        (json!({ "starts_at": in_days(-1), "ends_at": in_days(1) }), &[("starts_in_the_past", "starts_at")]),
        (json!({ "starts_at": in_days(740), "ends_at": in_days(741) }), &[("too_far_ahead", "starts_at")]),
        (json!({ "ends_at": in_days(6) }), &[("ends_before_start", "ends_at")]),
        (json!({ "ends_at": in_days(15) }), &[("lasts_too_long", "ends_at")]),
        (json!({ "starts_at": "2027-03-28T02:30" }), &[("time_in_gap", "starts_at")]),
        (json!({ "ends_at": "2027-10-31T02:30" }), &[("ambiguous_time", "ends_at")]),
        (json!({ "starts_at": "tomorrow" }), &[("invalid_format", "starts_at")]),
        (json!({ "genres": ["swing", "swing"] }), &[("duplicate_entry", "genres[1]")]),
        (json!({ "genres": ["swing", "polka-of-doom"] }), &[("unknown_genre", "genres[1]")]),
        (
            json!({ "instruments": [{ "instrument_id": "kazoo-of-doom", "wanted": 1 }] }),
            &[("unknown_instrument", "instruments[0].instrument_id")],
        ),
        (
            json!({ "instruments": [{ "instrument_id": "cello", "wanted": 0 }] }),
            &[("too_small", "instruments[0].wanted")],
        ),
        (json!({ "status": "cancelled" }), &[("invalid_value", "status")]),
        (json!({ "price": 3 }), &[("unknown_field", "price")]),
        (json!({ "image_url": "http://example.org" }), &[("invalid_url", "image_url")]),
    ];
    for (changes, expected) in cases {
        let reply = host.post("/v1/events", jam_with(changes.clone())).await;
        assert_eq!(reply.errors(), (422, expected.to_vec()), "{changes}");
    }
    assert_eq!(world.own_items().await, before);
}

#[tokio::test]
async fn a_draft_is_its_organisers_alone_until_it_is_published() {
    let Some(world) = World::local().await else { return };
    let (host, other) = (world.person().await, world.person().await);
    let draft = announce(&host, jam_with(json!({ "status": "draft" }))).await;
    let (_, event) = world.items().await.into_iter().find(|((_, sk), _)| sk == "EVENT").unwrap();
    assert!(["geo3", "geo6", "calendar"].iter().all(|index| !event.contains_key(*index)));
    host.get(&draft).await.ok();
    for path in ["", "/instruments", "/participants", "/calendar"] {
        other.get(&format!("{draft}{path}")).await.refused(404, "not_found");
    }
    world.get(&draft).await.refused(404, "not_found");
    other.patch(&draft, json!({ "title": "Mine now" })).await.refused(404, "not_found");
    other.post(&format!("{draft}/cancellation"), json!({})).await.refused(404, "not_found");
    host.patch(&draft, json!({ "status": "published" })).await.ok();
    other.get(&draft).await.ok();
    other.patch(&draft, json!({ "title": "Mine now" })).await.refused(403, "forbidden");
    host.patch(&draft, json!({ "status": "draft" })).await.refused(409, "already_published");
    let (_, event) = world.items().await.into_iter().find(|((_, sk), _)| sk == "EVENT").unwrap();
    assert_eq!(event["geo6"].as_s().unwrap(), "E#u05kq4");
    assert_eq!(event["geo3"].as_s().unwrap(), "E#u05");
}

#[tokio::test]
async fn a_draft_that_is_given_up_was_never_seen_by_others() {
    let world = World::new().await;
    let (host, other) = (world.person().await, world.person().await);
    let draft = announce(&host, jam_with(json!({ "status": "draft" }))).await;
    host.post(&format!("{draft}/cancellation"), json!({})).await.ok();
    assert_eq!(host.get(&draft).await.ok()["status"], "cancelled");
    for path in ["", "/calendar"] {
        other.get(&format!("{draft}{path}")).await.refused(404, "not_found");
        world.get(&format!("{draft}{path}")).await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn places_and_texts_are_kept_as_they_are_meant() {
    let world = World::new().await;
    let host = world.person().await;
    let odd = jam_with(json!({ "lat": 1e-200, "lng": 180, "description": "One\r\nTwo\rThree" }));
    let event = announce(&host, odd).await;
    let event = host.patch(&event, json!({ "lat": -0.0 })).await.ok();
    assert_eq!((event["lat"].to_string(), event["lng"].to_string()), ("0.0".into(), "-180.0".into()));
    assert_eq!(event["description"], "One\nTwo\nThree");
}

#[tokio::test]
async fn a_draft_whose_time_has_come_is_not_published() {
    let Some(world) = World::local().await else { return };
    let host = world.person().await;
    let draft = announce(&host, jam_with(json!({ "status": "draft" }))).await;
    world.pass(std::time::Duration::from_hours(24 * 8)).await;
    let host = world.log_in(&host.name).await;
    host.patch(&draft, json!({ "status": "published" })).await.refused(422, "starts_in_the_past");
}

#[tokio::test]
async fn announcing_twice_under_one_key_announces_once() {
    let Some(world) = World::local().await else { return };
    let host = world.person().await;
    let new = jam();
    let announce = || host.post("/v1/events", new.clone()).header("idempotency-key", "one");
    let (first, second) = tokio::join!(announce(), announce());
    assert_eq!(first.created(), second.created());
    let events = world.items().await.into_keys().filter(|(_, sk)| sk == "EVENT").count();
    assert_eq!(events, 1);
}

#[tokio::test]
async fn an_instrument_that_an_event_wants_stays_in_the_catalogue() {
    let Some(world) = World::local().await else { return };
    let (admin, host) = (world.admin().await, world.person().await);
    let wanted = json!({ "instruments": [{ "instrument_id": "theremin", "wanted": 1 }] });
    let event = announce(&host, jam_with(wanted)).await;
    admin.delete("/v1/instruments/theremin").await.refused(409, "in_use");
    host.delete(&format!("{event}/instruments/theremin")).await.ok();
    admin.delete("/v1/instruments/theremin").await.ok();
    host.put(&format!("{event}/instruments/theremin"), json!({ "wanted": 1 }))
        .await
        .refused(422, "unknown_instrument");
}
