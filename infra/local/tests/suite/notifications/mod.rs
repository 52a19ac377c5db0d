mod crowds;
pub(crate) mod devices;
mod facts;
mod faults;
mod graph;
mod preferences;
mod reading;
mod sending;

use serde_json::{Value, json};

use crate::harness::{Person, World};

/// What somebody was told, the latest first: type, title and body.
pub(crate) async fn told(person: &Person) -> Vec<(String, String, String)> {
    let list = person.get("/v1/notifications?limit=100").await.ok();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let list = list.as_array().expect("a list").iter();
    list.map(|told| (text(&told["type"]), text(&told["title"]), text(&told["body"]))).collect()
}

/// The bodies alone of one type.
async fn bodies(person: &Person, kind: &str) -> Vec<String> {
    let told = told(person).await.into_iter();
    told.filter(|(r#type, ..)| r#type == kind).map(|(.., body)| body).collect()
}

/// Tells somebody something, as an admin, and gives the path of the notification.
pub(crate) async fn announce_to(admin: &Person, person: &Person, title: &str) -> String {
    let words = json!({ "title": title, "body": "Read me." });
    let new = json!({ "user_id": person.id, "text": { "en": words, "fr": words } });
    let sent = admin.post("/v1/notifications", new).await.created();
    format!("/v1/notifications/{}", sent["notification_id"].as_str().expect("it is kept"))
}

/// An admin, and somebody to be told things.
async fn two(world: &World) -> (Person, Person) {
    (world.admin().await, world.person().await)
}
