//! Worlds that are generated and loaded: the same as if their people had come and announced their events.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde_json::{Value, json};
use tunelink_local::world::load::{self, Loaded, PASSWORD};
use tunelink_local::world::{Announced, Plan};

use crate::harness::{Fault, World};

type Items = BTreeMap<(String, String), HashMap<String, AttributeValue>>;

/// Seed, events and musicians.
const SIZES: (u64, u32, u32) = (11, 300, 250);

/// Loads a world, on the quick way or by DynamoDB's interface.
pub(crate) async fn load(
    world: &World,
    (seed, events, musicians): (u64, u32, u32),
    quick: bool,
) -> Result<Loaded, String> {
    let bulk = if quick { world.backend().bulk().transpose().unwrap() } else { None };
    // A whole hour is the same for worlds that start one after the other.
    let now = Timestamp::from_second(world.app().now().as_second() / 3600 * 3600).unwrap();
    load::load(world.app(), bulk, Plan { seed, events, musicians, now, around: None }, |_| ())
        .await
        .map_err(|error| error.to_string())
}

/// All items but those of the catalogue, without what is drawn anew each time.
async fn loaded(world: &World) -> Items {
    world.settled().await;
    let mut items = world.items().await;
    // Who hears of what is no part of a world.
    items.retain(|(pk, sk), _| pk != "CATALOGUE" && !sk.starts_with("N#"));
    for item in items.values_mut() {
        item.remove("hash");
        // No call has made a world.
        item.remove("trace");
    }
    items
}

#[tokio::test]
async fn a_loaded_world_is_read_as_any_other() {
    let Some(world) = World::local().await else { return };
    let Loaded { world: generated, anything } = load(&world, SIZES, true).await.unwrap();
    assert!(anything);
    for announced in generated.events().take(50) {
        let announced = announced.unwrap();
        let event = world.get(&format!("/v1/events/{}", announced.event.event_id)).await.ok();
        assert_eq!(event["title"], announced.event.title.as_str());
        assert_eq!(event["seats"]["taken"], announced.seats.taken);
        assert_eq!(event["time_zone"], announced.event.schedule.time_zone.as_str());
    }
    let musician = generated.musician(0);
    let login = json!({ "identifier": musician.profile.username, "password": PASSWORD });
    let session = world.post("/v1/auth/login", login).await.ok();
    let token = session["access_token"].as_str().unwrap();
    let played = world.get("/v1/users/me/instruments").bearer(token).await.ok();
    assert_eq!(played.as_array().unwrap().len(), musician.instruments.len());
    let me = world.get("/v1/users/me").bearer(token).await.ok();
    assert_eq!(me["user_id"], musician.profile.user_id.to_string());
    let other = generated.musician(load::ACCOUNTS).profile.username;
    let login = json!({ "identifier": other, "password": PASSWORD });
    world.post("/v1/auth/login", login).await.refused(401, "wrong_credentials");
}

#[tokio::test]
async fn a_loaded_world_is_found_and_goes_on() {
    let Some(world) = World::local().await else { return };
    let generated = load(&world, SIZES, true).await.unwrap().world;
    let person = world.person().await;
    person.put("/v1/users/me/instruments/ocarina", json!({ "level": "advanced" })).await.ok();
    let now = world.app().now();
    let (mut found, mut joined) = (0, 0);
    for Announced { event, seats, .. } in generated.events().map(Result::unwrap) {
        if !event.is_listed() || event.schedule.starts_at <= now {
            continue;
        }
        let around = format!("/v1/events?lat={}&lng={}&radius_km=0.5", event.place.lat, event.place.lng);
        let events = world.get(&around).await.ok();
        let id = event.event_id.to_string();
        assert!(events.as_array().unwrap().iter().any(|event| event["event_id"] == id.as_str()), "{id}");
        found += 1;
        if seats.wanted().next().is_none() && !event.needs_approval {
            let path = format!("/v1/events/{id}");
            person
                .post(&format!("{path}/participations"), json!({ "instrument_id": "ocarina" }))
                .await
                .created();
            let seats_now = &world.get(&path).await.ok()["seats"];
            let all = |taken: &Value, waiting: &Value| taken.as_u64().unwrap() + waiting.as_u64().unwrap();
            let before = u64::from(seats.taken + seats.waiting);
            assert_eq!(all(&seats_now["taken"], &seats_now["waiting"]), before + 1);
            joined += 1;
        }
    }
    assert!(found > 40 && joined > 3, "{found} found, {joined} joined");

    let musician = generated.musicians().find(|musician| musician.profile.found_at().is_some()).unwrap();
    let home = musician.profile.shown_home().unwrap();
    let path = format!(
        "/v1/users?lat={}&lng={}&radius_km=10&instrument={}",
        home.lat, home.lng, musician.instruments[0].0
    );
    let people = person.get(&path).await.ok();
    let id = musician.profile.user_id.to_string();
    assert!(people.as_array().unwrap().iter().any(|person| person["user_id"] == id.as_str()), "{people}");
}

#[tokio::test]
async fn a_loaded_world_is_as_it_should_be() {
    let Some(world) = World::local().await else { return };
    load(&world, SIZES, true).await.unwrap();
    let items = loaded(&world).await;
    let is_seated = |item: &&HashMap<String, AttributeValue>| {
        item["sk"].as_s().unwrap().starts_with("PARTICIPANT#") && item["status"].as_s().unwrap() == "going"
    };
    let (seated, events) = (
        items.values().filter(is_seated).count(),
        items.keys().filter(|(_, sk)| sk == "EVENT#SEATS").count(),
    );
    assert!(seated > 100 && events == SIZES.1 as usize, "{seated} seats taken of {events} events");
    world.audit().await;
}

#[tokio::test]
async fn the_quick_way_and_the_interface_write_the_same() {
    let (Some(one), Some(other)) = (World::local().await, World::local().await) else { return };
    let sizes = (12, 60, 80);
    load(&one, sizes, true).await.unwrap();
    load(&other, sizes, false).await.unwrap();
    assert!(loaded(&one).await == loaded(&other).await, "the two ways differ");
}

#[tokio::test]
async fn a_world_is_loaded_once_and_an_interrupted_one_to_its_end() {
    let Some(world) = World::local().await else { return };
    world
        .faults
        .conflict_when(|operation, body| operation == "BatchWriteItem" && body.contains("PARTICIPANT#"));
    assert!(load(&world, SIZES, false).await.is_err());
    let part = loaded(&world).await.len();
    world.faults.stop();
    world.pass(std::time::Duration::from_hours(1)).await;
    assert!(load(&world, SIZES, true).await.unwrap().anything);
    let items = loaded(&world).await;
    assert!(items.len() > part);
    assert_eq!(items.keys().filter(|(_, sk)| sk == "EVENT").count(), SIZES.1 as usize);
    assert_eq!(items.keys().filter(|(_, sk)| sk == "PROFILE").count(), SIZES.2 as usize);

    assert!(!load(&world, SIZES, true).await.unwrap().anything);
    assert!(loaded(&world).await == items, "a second load changed something");
    let refusal = load(&world, (SIZES.0, SIZES.1 + 1, SIZES.2), true).await.err().unwrap();
    assert!(refusal.contains("300 events"), "{refusal}");
    assert!(load(&world, (SIZES.0 + 1, 20, 20), true).await.unwrap().anything);
}

#[tokio::test]
async fn nobody_loses_their_name_to_a_world() {
    let Some(world) = World::local().await else { return };
    let Some(elsewhere) = World::local().await else { return };
    let name = load(&elsewhere, SIZES, true).await.unwrap().world.musician(5).profile.username;
    world.post("/v1/auth/register", crate::harness::account(&name)).await.created();
    let before = loaded(&world).await;
    let refusal = load(&world, SIZES, true).await.err().unwrap();
    assert!(refusal.contains(&name), "{refusal}");
    assert!(loaded(&world).await == before, "a refused load left something");
}

/// Attributes by the kind of item: those that all have, and those that any has.
fn shapes(items: &Items, kind: impl Fn(&str, &str) -> String) -> BTreeMap<String, [BTreeSet<String>; 2]> {
    let mut shapes: BTreeMap<String, [BTreeSet<String>; 2]> = BTreeMap::new();
    for ((pk, sk), item) in items {
        let names: BTreeSet<String> = item.keys().cloned().collect();
        let [all, any] = shapes.entry(kind(pk, sk)).or_insert([names.clone(), BTreeSet::new()]);
        *all = &*all & &names;
        any.extend(names);
    }
    shapes
}

#[tokio::test]
async fn what_is_loaded_is_what_the_operations_write() {
    let (Some(loaded_one), Some(world)) = (World::local().await, World::local().await) else { return };
    load(&loaded_one, SIZES, true).await.unwrap();
    let kind = |pk: &str, sk: &str| {
        if pk == sk { pk } else { sk }
            .split('#')
            .take(if sk.starts_with("EVENT") { 2 } else { 1 })
            .collect::<Vec<_>>()
            .join("#")
    };
    let loaded = shapes(&loaded(&loaded_one).await, kind);

    let (host, [first, second]) = (world.person().await, [world.person().await, world.person().await]);
    for person in [&first, &second] {
        person.put("/v1/users/me/instruments/bass-guitar", json!({ "level": "advanced" })).await.ok();
        person.put("/v1/users/me/genres/funk", Value::Null).await;
        let home = json!({ "lat": 48.85, "lng": 2.35, "city": "Paris" });
        person.patch("/v1/users/me", json!({ "home": home, "display_name": "B", "bio": "B" })).await.ok();
    }
    let event = host.post("/v1/events", announcement()).await.created();
    let path = format!("/v1/events/{}/participations", event["event_id"].as_str().unwrap());
    for person in [&first, &second] {
        person.post(&path, json!({ "instrument_id": "bass-guitar" })).await.created();
    }
    let mut made = self::loaded(&world).await;
    // A world has no past: nobody was told who came into a conversation.
    let passing = ["SESSION#", "THROTTLE#", "X#"];
    made.retain(|(_, sk), _| !passing.iter().any(|prefix| sk.starts_with(prefix)));
    for (kind, [_, made]) in shapes(&made, kind) {
        let [all, any] = loaded.get(&kind).unwrap_or_else(|| panic!("nothing loaded is a {kind}"));
        assert!(all.is_subset(&made), "{kind}: only loaded ones have {:?}", all - &made);
        assert!(made.is_subset(any), "{kind}: no loaded one has {:?}", &made - any);
    }
}

fn announcement() -> Value {
    json!({
        "title": "Jam", "description": "Loud.", "type": "jam", "starts_at": "2027-06-21T20:00:00Z",
        "ends_at": "2027-06-21T22:00:00Z", "time_zone": "Europe/Paris", "lat": 48.85, "lng": 2.35, "address": "1 rue Lepic",
        "city": "Paris", "capacity": 10, "genres": ["funk"],
        "instruments": [{ "instrument_id": "bass-guitar", "wanted": 1 }]
    })
}

#[tokio::test]
async fn of_two_who_load_a_world_at_once_one_is_told() {
    const SMALL: (u64, u32, u32) = (12, 5, 5);
    let Some(world) = World::still().await else { return };
    let begins = |operation: &str, body: &str| {
        (operation != "GetItem" && body.contains("WORLD#")).then_some(Fault::Hold)
    };
    let (one, other) = world.in_between(load(&world, SMALL, false), begins, load(&world, SMALL, false)).await;
    other.unwrap();
    assert!(one.is_err(), "both have loaded it");
}
