//! Conversations.

use serde_json::{Value, json};

use super::{
    citizen::Citizen,
    town::{Acknowledged, Town},
};
use crate::{events::Dice, harness::unique};

pub(super) async fn act(citizen: &mut Citizen, town: &Town, dice: &mut Dice) {
    let strange = if dice.roll(8) == 0 { Town::any(&town.talks, dice) } else { None };
    let own = (!citizen.talks.is_empty()).then(|| citizen.talks[dice.roll(citizen.talks.len())].clone());
    let Some(talk) = strange.or(own).filter(|_| dice.roll(8) > 0) else {
        return begin(citizen, town, dice).await;
    };
    let person = citizen.person.clone();
    let seq = 1 + dice.roll(10);
    let message = format!("{talk}/messages/{seq}");
    let other = Town::any(&town.people, dice).unwrap_or_default();
    let member = format!("{talk}/participants/{other}");
    let reply = match dice.roll(20) {
        0..10 => return send(citizen, town, &talk).await,
        10 => town.send(person.patch(&message, json!({ "text": "changed" }))).await,
        11 => town.send(person.delete(&message)).await,
        12 => town.send(person.put(&format!("{talk}/read"), json!({ "seq": seq }))).await,
        13 => town.send(person.get(&format!("{talk}/messages?limit=20"))).await,
        14 => return look(citizen, town).await,
        15 => town.send(person.post("/v1/sync", json!({ "conversations": [] }))).await,
        16 => town.send(person.put(&member, json!({ "role": (["admin", "member"][dice.roll(2)]) }))).await,
        17 => town.send(person.delete(&member)).await,
        18 => town.send(person.patch(&talk, json!({ "title": unique("t") }))).await,
        _ => town.send(person.get(&talk)).await,
    };
    citizen.hear(&reply);
}

/// Finds out where they take part.
async fn look(citizen: &mut Citizen, town: &Town) {
    let reply = town.send(citizen.person.get("/v1/conversations")).await;
    citizen.hear(&reply);
    if let Some(list) = reply.body["data"].as_array() {
        let path = |talk: &Value| format!("/v1/conversations/{}", talk["conversation_id"].as_str().unwrap());
        citizen.talks = list.iter().map(path).collect();
    }
}

/// Sends a message as a client does that is told to come back, under one name.
async fn send(citizen: &mut Citizen, town: &Town, talk: &str) {
    let name = unique("m");
    let (person, path) = (citizen.person.clone(), format!("{talk}/messages"));
    let body = json!({ "text": name, "client_message_id": name });
    let reply = town.insist(|| person.post(&path, body.clone())).await;
    citizen.hear(&reply);
    if reply.status == 201 {
        let seq = reply.created()["seq"].as_u64().unwrap();
        let (talk, sender) = (talk.to_owned(), person.id);
        town.messages.lock().unwrap().push(Acknowledged { talk, seq, sender, name });
    }
}

async fn begin(citizen: &mut Citizen, town: &Town, dice: &mut Dice) {
    let others: Vec<String> = (0..3).filter_map(|_| Town::any(&town.people, dice)).collect();
    let body = match dice.roll(2) {
        0 => json!({ "kind": "direct", "participant_ids": others[..1] }),
        _ => json!({ "kind": "group", "title": "Band", "participant_ids": others }),
    };
    let call = citizen.person.post("/v1/conversations", body).header("idempotency-key", &unique("k"));
    let reply = town.send(call).await;
    citizen.hear(&reply);
    if matches!(reply.status, 200 | 201) {
        let path = reply.header("location").to_owned();
        citizen.talks.push(path.clone());
        town.talks.lock().unwrap().push(path);
    }
}
