//! Events, and who takes part in them.

use serde_json::{Value, json};

use super::{citizen::Citizen, town::Town};
use crate::{
    events::{Dice, jam_with},
    harness::unique,
};

const INSTRUMENTS: [&str; 3] = ["cello", "drum-kit", "piano"];

pub(super) async fn act(citizen: &mut Citizen, town: &Town, dice: &mut Dice) {
    let Some(event) = town.any(&town.events, dice).filter(|_| dice.roll(10) > 0) else {
        return announce(citizen, town, dice).await;
    };
    let person = citizen.person.clone();
    let instrument = INSTRUMENTS[dice.roll(3)];
    let other = town.any(&town.people, dice).unwrap_or_default();
    let (slots, part) =
        (format!("{event}/instruments/{instrument}"), format!("{event}/participations/{other}"));
    let reply = match dice.roll(24) {
        0..8 => return join(citizen, town, &event, instrument).await,
        8..11 => return leave(citizen, town, &event).await,
        11..13 => {
            let own = format!("{event}/participations/{}", person.id);
            town.send(person.patch(&own, json!({ "instrument_id": instrument }))).await
        }
        13 => town.send(person.patch(&part, json!({ "decision": "approved" }))).await,
        14 => town.send(person.patch(&part, json!({ "decision": "declined" }))).await,
        15 => town.send(person.patch(&event, json!({ "capacity": 2 + dice.roll(6) }))).await,
        16 => town.send(person.patch(&event, json!({ "title": unique("Jam ") }))).await,
        17 => town.send(person.put(&slots, json!({ "wanted": 1 + dice.roll(3) }))).await,
        18 => town.send(person.delete(&slots)).await,
        19 if dice.roll(4) == 0 => town.send(person.post(&format!("{event}/cancellation"), json!({}))).await,
        20 => town.send(person.get("/v1/events?lat=45.76&lng=4.83&radius_km=50")).await,
        21 => town.send(person.get("/v1/users/me/events")).await,
        22 => town.send(person.get(&format!("{event}/participants"))).await,
        _ => town.send(person.get(&event)).await,
    };
    citizen.hear(&reply);
}

async fn announce(citizen: &mut Citizen, town: &Town, dice: &mut Dice) {
    let body = match dice.roll(4) {
        0 => json!({ "capacity": 3 }),
        1 => json!({ "needs_approval": true }),
        2 => json!({ "status": "draft", "description": "Perhaps." }),
        _ => json!({ "capacity": 4, "instruments": [{ "instrument_id": "cello", "wanted": 2 }] }),
    };
    let (person, key) = (citizen.person.clone(), unique("k"));
    let call = || person.post("/v1/events", jam_with(body.clone())).header("idempotency-key", &key);
    let reply = town.insist(call).await;
    citizen.hear(&reply);
    if reply.status == 201 && body["status"] != Value::from("draft") {
        let path = reply.header("location").to_owned();
        let talk = path.replacen("events", "conversations", 1);
        citizen.talks.push(talk.clone());
        town.talks.lock().unwrap().push(talk);
        town.events.lock().unwrap().push(path);
    }
}

async fn join(citizen: &mut Citizen, town: &Town, event: &str, instrument: &str) {
    let (person, path) = (citizen.person.clone(), format!("{event}/participations"));
    let plays = format!("/v1/users/me/instruments/{instrument}");
    town.send(person.put(&plays, json!({ "level": "advanced" }))).await;
    let reply = town.send(person.post(&path, json!({ "instrument_id": instrument }))).await;
    citizen.hear(&reply);
    match reply.status {
        201 => drop(citizen.parts.insert(event.to_owned(), Some(true))),
        503 => drop(citizen.parts.insert(event.to_owned(), None)),
        _ => {}
    }
}

/// One's own part; nobody else takes people off.
async fn leave(citizen: &mut Citizen, town: &Town, event: &str) {
    let path = format!("{event}/participations/{}", citizen.person.id);
    let reply = town.send(citizen.person.delete(&path)).await;
    citizen.hear(&reply);
    match reply.status {
        200 => drop(citizen.parts.insert(event.to_owned(), Some(false))),
        503 => drop(citizen.parts.insert(event.to_owned(), None)),
        _ => {}
    }
}
