mod direct;
mod faults;
mod groups;
mod messages;
mod of_events;
mod races;
mod syncing;

use serde_json::{Value, json};

use crate::harness::{Person, Reply, unique};

/// The path of the direct conversation of two people.
pub(crate) async fn direct(one: &Person, other: &Person) -> String {
    let reply =
        one.post("/v1/conversations", json!({ "kind": "direct", "participant_ids": [other.id] })).await;
    assert!(matches!(reply.status, 200 | 201), "{}", reply.text);
    reply.header("location").to_owned()
}

/// The path of a new group.
pub(crate) async fn group(founder: &Person, others: &[&Person]) -> String {
    let ids: Vec<&str> = others.iter().map(|other| other.id.as_str()).collect();
    let body = json!({ "kind": "group", "participant_ids": ids, "title": "Quartet" });
    let reply = founder.post("/v1/conversations", body).await;
    let path = reply.header("location").to_owned();
    reply.created();
    path
}

pub(crate) async fn say(person: &Person, conversation: &str, text: &str) -> Value {
    try_say(person, conversation, text).await.created()
}

async fn try_say(person: &Person, conversation: &str, text: &str) -> Reply {
    let body = json!({ "text": text, "client_message_id": unique("m") });
    person.post(&format!("{conversation}/messages"), body).await
}

/// What somebody reads in a conversation, the oldest first.
async fn texts(person: &Person, conversation: &str) -> Vec<Value> {
    let messages = person.get(&format!("{conversation}/messages?limit=100")).await.ok();
    let messages = messages.as_array().expect("a list").iter().rev();
    messages.map(|message| message["text"].clone()).collect()
}

/// The numbers of messages.
fn numbers(messages: &Value) -> Vec<u64> {
    messages
        .as_array()
        .expect("a list")
        .iter()
        .map(|message| message["seq"].as_u64().expect("a number"))
        .collect()
}

pub(crate) fn member(conversation: &str, person: &Person) -> String {
    format!("{conversation}/participants/{}", person.id)
}
