//! Events, and who takes part in them.

use serde_json::json;

use super::{citizen::Citizen, town::Town};
use crate::{
    events::{Dice, jam_with},
    harness::unique,
};

const INSTRUMENTS: [&str; 3] = ["cello", "drum-kit", "piano"];

pub(super) async fn act(citizen: &mut Citizen, town: &Town, dice: &mut Dice) {
    match dice.roll(10) {
        0 => announce(citizen, town, dice).await,
        1..4 if !citizen.hosts.is_empty() => {
            let event = citizen.hosts[dice.roll(citizen.hosts.len())].clone();
            host(citizen, town, dice, &event).await;
        }
        _ => match Town::any(&town.events, dice) {
            Some(event) => visit(citizen, town, dice, &event).await,
            None => announce(citizen, town, dice).await,
        },
    }
}

/// What anybody does with an event. Few may do all of it.
async fn visit(citizen: &mut Citizen, town: &Town, dice: &mut Dice, event: &str) {
    let person = citizen.person.clone();
    let instrument = INSTRUMENTS[dice.roll(3)];
    let reply = match dice.roll(20) {
        0..8 => return join(citizen, town, event, instrument).await,
        8..12 => return leave(citizen, town, event).await,
        12..15 => {
            let own = format!("{event}/participations/{}", person.id);
            town.send(person.patch(&own, json!({ "instrument_id": instrument }))).await
        }
        15 => return host(citizen, town, dice, event).await,
        16 => town.send(person.get("/v1/events?lat=45.76&lng=4.83&radius_km=50")).await,
        17 => town.send(person.get("/v1/users/me/events")).await,
        18 => town.send(person.get(&format!("{event}/participants"))).await,
        _ => town.send(person.get(event)).await,
    };
    citizen.hear(&reply);
}

/// What an event's organiser does.
async fn host(citizen: &mut Citizen, town: &Town, dice: &mut Dice, event: &str) {
    let person = citizen.person.clone();
    let slots = format!("{event}/instruments/{}", INSTRUMENTS[dice.roll(3)]);
    let reply = match dice.roll(16) {
        0..6 => return decide(citizen, town, dice, event).await,
        6 | 7 => town.send(person.patch(event, json!({ "capacity": 2 + dice.roll(6) }))).await,
        8 | 9 => town.send(person.patch(event, json!({ "title": unique("Jam ") }))).await,
        10..13 => town.send(person.put(&slots, json!({ "wanted": 1 + dice.roll(3) }))).await,
        13 => town.send(person.delete(&slots)).await,
        14 if dice.roll(3) == 0 => town.send(person.post(&format!("{event}/cancellation"), json!({}))).await,
        _ => town.send(person.get(event)).await,
    };
    citizen.hear(&reply);
}

/// Lets somebody in, or not.
async fn decide(citizen: &mut Citizen, town: &Town, dice: &mut Dice, event: &str) {
    let person = citizen.person.clone();
    let reply = town.send(person.get(&format!("{event}/participants"))).await;
    citizen.hear(&reply);
    let people = reply.body["data"].as_array().filter(|people| !people.is_empty());
    let Some(people) = people.filter(|_| reply.status == 200) else { return };
    let id = people[dice.roll(people.len())]["user_id"].as_str().expect("an id");
    let decision = ["approved", "declined"][usize::from(dice.roll(3) == 0)];
    let part = format!("{event}/participations/{id}");
    let reply = town.send(person.patch(&part, json!({ "decision": decision }))).await;
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
    if reply.status != 201 {
        return;
    }
    let path = reply.header("location").to_owned();
    if body["status"] == "draft" {
        let id = path.rsplit('/').next().unwrap_or_default().to_owned();
        town.drafts.lock().unwrap().insert(id, person.id);
    } else {
        let talk = path.replacen("events", "conversations", 1);
        citizen.hosts.push(path.clone());
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
