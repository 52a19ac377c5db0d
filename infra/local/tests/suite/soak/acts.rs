//! What people do by themselves, and what admins do.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{citizen::Citizen, town::Town};
use crate::{
    events::Dice,
    harness::{Call, Person, unique},
};

pub(super) async fn act(citizen: &mut Citizen, town: &Town, dice: &mut Dice) {
    let other = Town::any(&town.people, dice).unwrap_or_default();
    let person = citizen.person.clone();
    let call = match dice.roll(4) {
        0 => oneself(&person, dice),
        1 => others(&person, &other, dice),
        2 => notices(&person, dice),
        _ => device(&person, dice),
    };
    let reply = town.send(call).await;
    citizen.hear(&reply);
    let list = &reply.body["data"];
    if let Some(id) = list[0]["notification_id"].as_str() {
        let path = format!("/v1/notifications/{id}");
        let reply = match dice.roll(2) {
            0 => town.send(person.put(&format!("{path}/read"), Value::Null)).await,
            _ => town.send(person.delete(&path)).await,
        };
        citizen.hear(&reply);
    }
}

fn oneself(person: &Person, dice: &mut Dice) -> Call {
    let instrument = format!("/v1/users/me/instruments/{}", ["cello", "piano", "drum-kit"][dice.roll(3)]);
    let genre = format!("/v1/users/me/genres/{}", ["swing", "funk", "bossa-nova"][dice.roll(3)]);
    match dice.roll(8) {
        0 => person.put(&instrument, json!({ "level": (["beginner", "professional"][dice.roll(2)]) })),
        1 => person.delete(&instrument),
        2 => person.put(&genre, Value::Null),
        3 => person.delete(&genre),
        4 => person.patch("/v1/users/me", json!({ "home": { "lat": 45.7, "lng": 4.8, "city": "Lyon" } })),
        5 => person.patch("/v1/users/me", json!({ "visible_nearby": dice.roll(2) == 0, "home": null })),
        6 => person.patch("/v1/users/me", json!({ "bio": unique("bio") })),
        _ => person.get("/v1/users/me"),
    }
}

fn others(person: &Person, other: &str, dice: &mut Dice) -> Call {
    let block = format!("/v1/users/me/blocks/{other}");
    match dice.roll(8) {
        0 => person.put(&block, Value::Null),
        1..4 => person.delete(&block),
        4 => person.get("/v1/users?lat=45.7&lng=4.8&radius_km=50"),
        5 => person.get("/v1/instruments/cello/users"),
        6 => person.get("/v1/users/me/blocks"),
        _ => person.get(&format!("/v1/users/{other}")),
    }
}

fn notices(person: &Person, dice: &mut Dice) -> Call {
    match dice.roll(6) {
        0 => person.put("/v1/notifications/read", Value::Null),
        1 => person.get("/v1/users/me/preferences"),
        2 => person.patch(
            "/v1/users/me/preferences",
            json!({ "message": { "in_app": dice.roll(2) == 0, "push": true } }),
        ),
        3 => person.get("/v1/notifications?unread=true"),
        _ => person.get("/v1/notifications"),
    }
}

/// Registers one of a few devices with one of a few tokens, so that they change hands.
fn device(person: &Person, dice: &mut Dice) -> Call {
    let path = format!("/v1/users/me/devices/{}", Uuid::from_u128(1 + dice.roll(3) as u128));
    match dice.roll(4) {
        0 => person.delete(&path),
        1 => person.post("/v1/live/tickets", json!({})),
        _ => {
            let token = format!("token-{}", dice.roll(12));
            person.put(&path, json!({ "platform": "android", "token": token }))
        }
    }
}

/// What an admin does for, or to, somebody.
pub(super) async fn rule(citizen: &mut Citizen, town: &Town, dice: &mut Dice) {
    let admin = town.admin.clone();
    let words = json!({ "title": "Hello", "body": "Read me." });
    let text = json!({ "en": words, "fr": words });
    let key = unique("k");
    match dice.roll(3) {
        0 => {
            let new = json!({ "user_id": citizen.person.id, "text": text });
            town.insist(|| admin.post("/v1/notifications", new.clone()).header("idempotency-key", &key))
                .await;
        }
        1 => {
            let Some(event) = Town::any(&town.events, dice) else { return };
            let id = event.rsplit('/').next().unwrap_or_default();
            let new = json!({ "event_id": id, "text": text });
            town.insist(|| admin.post("/v1/notifications", new.clone()).header("idempotency-key", &key))
                .await;
        }
        _ => {
            let id = unique("genre-");
            let new = json!({ "id": id, "name": { "en": "New", "fr": "Nouveau" } });
            town.insist(|| admin.post("/v1/genres", new.clone()).header("idempotency-key", &key)).await;
            town.send(citizen.person.put(&format!("/v1/users/me/genres/{id}"), Value::Null)).await;
            town.send(admin.delete(&format!("/v1/genres/{id}"))).await;
        }
    }
}
