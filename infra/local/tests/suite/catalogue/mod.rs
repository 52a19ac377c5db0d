mod administration;
mod data;
mod people;
mod reading;
mod seed;

use serde_json::{Value, json};

use crate::harness::{Person, World, unique};

/// Both halves of the catalogue, with what takes an entry up.
const KINDS: [(&str, &str); 2] =
    [("/v1/instruments", "/v1/users/me/instruments"), ("/v1/genres", "/v1/users/me/genres")];

pub(crate) fn entry(base: &str, id: &str) -> Value {
    let mut entry =
        json!({ "id": id, "name": { "en": format!("{id} in English"), "fr": format!("{id} en français") } });
    if base == "/v1/instruments" {
        entry["category"] = json!("strings");
        entry["icon"] = json!("🎸");
    }
    entry
}

/// A new entry of the catalogue.
async fn add(admin: &Person, base: &str) -> String {
    let id = unique("e");
    admin.post(base, entry(base, &id)).await.created();
    id
}

/// Somebody takes an entry up.
async fn take_up(person: &Person, mine: &str, id: &str, level: &str) -> crate::harness::Reply {
    let call = person.call(reqwest::Method::PUT, &format!("{mine}/{id}"));
    if mine.ends_with("instruments") { call.json(json!({ "level": level })).await } else { call.await }
}

/// All pages of a list, one after the other.
async fn pages(world: &World, person: Option<&Person>, path: &str, limit: usize) -> Vec<Vec<Value>> {
    let separator = if path.contains('?') { '&' } else { '?' };
    let first = format!("{path}{separator}limit={limit}");
    let (mut pages, mut next) = (Vec::new(), Some(first.clone()));
    while let Some(path) = next {
        let reply = match person {
            Some(person) => person.get(&path).await,
            None => world.get(&path).await,
        };
        next = reply.body["page"]["next"].as_str().map(|cursor| format!("{first}&cursor={cursor}"));
        pages.push(reply.ok().as_array().unwrap().clone());
    }
    pages
}
