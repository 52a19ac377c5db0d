mod announcing;
mod changing;
mod deciding;
mod interrupted;
mod joining;
mod leaving;
mod mine;
mod races;
mod searching;

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
