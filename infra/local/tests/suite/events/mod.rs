mod announcing;
mod changing;
mod deciding;
mod interrupted;
mod joining;
mod leaving;
mod mine;
mod races;
mod searching;

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::harness::{Person, World};

/// The time as the backend sees it, give or take an hour: tests that are pointed at a URL have no other.
fn now() -> Timestamp {
    #[allow(clippy::disallowed_methods)]
    Timestamp::now()
}

pub(crate) fn in_days(days: i64) -> Timestamp {
    now() + SignedDuration::from_hours(24 * days)
}

/// A jam in Lyon next week, of two hours.
fn jam() -> Value {
    let starts = in_days(7);
    json!({
        "title": "Jam at the quay", "type": "jam", "time_zone": "Europe/Paris",
        "starts_at": starts, "ends_at": starts + SignedDuration::from_hours(2),
        "lat": 45.76, "lng": 4.835, "city": "Lyon",
    })
}

/// The same, with some fields changed.
pub(crate) fn jam_with(changes: Value) -> Value {
    let mut jam = jam();
    let changes = changes.as_object().expect("fields").clone();
    jam.as_object_mut().expect("an object").extend(changes);
    jam
}

/// Announces an event and gives its path.
pub(crate) async fn announce(host: &Person, event: Value) -> String {
    let event = host.post("/v1/events", event).await.created();
    format!("/v1/events/{}", event["event_id"].as_str().expect("an id"))
}

/// A member who plays these instruments.
pub(crate) async fn player(world: &World, instruments: &[&str]) -> Person {
    let person = world.person().await;
    for instrument in instruments {
        let path = format!("/v1/users/me/instruments/{instrument}");
        person.put(&path, json!({ "level": "intermediate" })).await.ok();
    }
    person
}

fn with(instrument: &str) -> Value {
    json!({ "instrument_id": instrument })
}

/// Signs up, and gives the status.
pub(crate) async fn join(person: &Person, event: &str, instrument: &str) -> String {
    let part = person.post(&format!("{event}/participations"), with(instrument)).await.created();
    part["status"].as_str().expect("a status").to_owned()
}

/// Where somebody's part in an event is.
pub(crate) fn part(person: &Person, event: &str) -> String {
    format!("{event}/participations/{}", person.id)
}

pub(crate) async fn status(person: &Person, event: &str) -> String {
    let event = person.get(event).await.ok();
    event["participation"]["status"].as_str().unwrap_or("none").to_owned()
}

/// The same numbers for the same seed.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// 0 … `below` − 1, by the generator of Steele, Lea and Flood (`SplitMix64`).
    pub(crate) fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % below as u64).expect("it is below a usize")
    }

    /// 0 … 1.
    fn share(&mut self) -> f64 {
        f64::from(u32::try_from(self.roll(1 << 24)).expect("it is below 2²⁴")) / f64::from(1_u32 << 24)
    }
}

/// Panics unless the numbers of every event are those of its participants, no limit is passed, nobody waits for a
/// place that is free, and the card says what the numbers say. Where others write to the table meanwhile, nothing can
/// be said of all its events at one moment, and it says nothing.
async fn audit(world: &World) {
    if !world.is_local() {
        return;
    }
    let items = world.items().await;
    for ((pk, _), seats) in items.iter().filter(|((_, sk), _)| sk == "EVENT#SEATS") {
        let seats: Value = json_of(seats);
        let of = |prefix: &str| -> Vec<(String, Value)> {
            let own = items.iter().filter(|((of, sk), _)| of == pk && sk.starts_with(prefix));
            own.map(|((_, sk), item)| (sk.clone(), json_of(item))).collect()
        };
        let parts = of("PARTICIPANT#");
        let number = |status: &str, instrument: Option<&str>| {
            let same = |part: &&(String, Value)| {
                part.1["status"] == status
                    && instrument.is_none_or(|instrument| part.1["instrument_id"] == instrument)
            };
            parts.iter().filter(same).count() as u64
        };
        assert_eq!(seats["taken"], number("going", None), "{pk}: {seats}");
        assert_eq!(seats["waiting"], number("waiting", None), "{pk}: {seats}");
        let limit = seats["capacity"].as_u64().unwrap_or(10_000);
        let (taken, instruments) =
            (seats["taken"].as_u64().unwrap(), seats["instruments"].as_object().cloned().unwrap_or_default());
        assert!(taken <= limit, "{pk}: {seats}");
        let known: u64 = instruments.values().map(|slots| slots["taken"].as_u64().unwrap()).sum();
        assert_eq!(known, taken, "{pk}: {seats}");
        let event = json_of(&items[&(pk.clone(), "EVENT".to_owned())]);
        let mut open = Vec::new();
        let wanted = instruments.values().any(|slots| !slots["wanted"].is_null());
        for (instrument, slots) in &instruments {
            let (taken, waiting) = (slots["taken"].as_u64().unwrap(), slots["waiting"].as_u64().unwrap());
            assert_eq!(taken, number("going", Some(instrument)), "{pk} {instrument}");
            assert_eq!(waiting, number("waiting", Some(instrument)), "{pk} {instrument}");
            assert_eq!(of(&format!("WAITING#{instrument}#")).len() as u64, waiting, "{pk} {instrument}");
            let has_slot = match slots["wanted"].as_u64() {
                Some(wanted) => taken < wanted,
                None => !wanted,
            };
            assert!(slots["wanted"].as_u64().is_none_or(|wanted| taken <= wanted), "{pk}: {seats}");
            let stuck = waiting > 0 && has_slot && seats["taken"].as_u64().unwrap() < limit;
            assert!(!stuck || event["status"] != "published", "{pk}: somebody waits for nothing: {seats}");
            if has_slot && !slots["wanted"].is_null() {
                open.push(instrument.as_str());
            }
        }
        assert_eq!(event["card"]["open"], json!(open), "{pk}");
        assert_eq!(event["card"]["full"], taken >= limit, "{pk}");
        let slots: Vec<String> =
            of("SLOT#").into_iter().map(|(sk, _)| sk["SLOT#".len()..].to_owned()).collect();
        let wanted: Vec<&String> =
            instruments.iter().filter(|(_, slots)| !slots["wanted"].is_null()).map(|(id, _)| id).collect();
        assert_eq!(slots.iter().collect::<Vec<_>>(), wanted, "{pk}");
    }
}

/// An item as plain JSON.
fn json_of(item: &std::collections::HashMap<String, AttributeValue>) -> Value {
    item.iter()
        .map(|(name, value)| (name.clone(), plain(value)))
        .collect::<BTreeMap<_, _>>()
        .into_iter()
        .collect()
}

fn plain(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!(text),
        AttributeValue::N(number) => serde_json::from_str(number).expect("a number"),
        AttributeValue::Bool(truth) => json!(truth),
        AttributeValue::L(list) => list.iter().map(plain).collect(),
        AttributeValue::M(map) => json_of(map),
        _ => Value::Null,
    }
}
