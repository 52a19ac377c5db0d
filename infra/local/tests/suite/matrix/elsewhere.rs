//! What is somebody's in other places than the path: ids in bodies, keys, cursors.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use tunelink::auth::Access;
use tunelink_local::examples::{entry, resolve};

use super::{operation, state};
use crate::{
    events::jam_with,
    harness::{
        Person, World,
        stage::{self, Cast, Scene},
    },
};

/// The ids that bodies name, and what holds of another person's.
const IN_BODIES: [(&str, &str, &str); 4] = [
    ("create_conversation", "participant_ids[]", "anyone can be written to; `named` says by whom not"),
    ("create_notification", "event_id", "is for admins alone"),
    ("create_notification", "user_id", "is for admins alone"),
    ("sync", "conversations[].conversation_id", "is looked at below"),
];

/// The lists of one's own.
const LISTS: [&str; 7] = [
    "list_blocked_users",
    "list_conversations",
    "list_my_events",
    "list_my_genres",
    "list_my_instruments",
    "list_notifications",
    "list_sessions",
];

/// The lists that are the same for every member.
const SAME_FOR_ALL: [&str; 1] = ["search_users"];

#[test]
fn every_id_in_a_body_is_known() {
    let mut found = BTreeSet::new();
    for function in stage::operations() {
        let content = entry(function)["requestBody"]["content"].as_object();
        for media in content.into_iter().flat_map(|content| content.values()) {
            ids(&media["schema"], "", &mut |path| {
                found.insert((function.name, path.to_owned()));
            });
        }
    }
    let known = IN_BODIES.map(|(operation, path, _)| (operation, path.to_owned()));
    assert_eq!(found, known.into());
}

/// Calls `found` with the path of every id within a schema.
fn ids(schema: &'static Value, path: &str, found: &mut impl FnMut(&str)) {
    let schema = resolve(schema);
    if schema["format"] == "uuid" {
        found(path);
    }
    for name in ["allOf", "anyOf", "oneOf"] {
        for part in schema[name].as_array().into_iter().flatten() {
            ids(part, path, found);
        }
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let dot = if path.is_empty() { "" } else { "." };
        ids(property, &format!("{path}{dot}{name}"), found);
    }
    if schema["items"].is_object() {
        ids(&schema["items"], &format!("{path}[]"), found);
    }
}

#[tokio::test]
async fn who_asks_what_they_missed_elsewhere_is_told_that_they_are_not_there() {
    let Some(world) = World::still().await else { return };
    let (mine, theirs) = (Cast::new(&world).await, Cast::new(&world).await);
    let other = Scene::set(&world, &theirs, operation("sync")).await;
    let before = state(&world).await;
    for person in [&mine.owner, &theirs.former, &theirs.another, &theirs.admin] {
        let reply = other.request(person).call(&world, Some(&person.access_token)).await;
        assert!(
            !reply.text.contains(&theirs.word) && !reply.text.contains(&theirs.owner.id),
            "{}",
            reply.text
        );
        let missed = reply.ok();
        assert_eq!(missed["conversations"], json!([]));
        assert_eq!(missed["left"], json!([other.things["conversation_id"]]));
    }
    assert_eq!(state(&world).await, before);
    // It is there for those who are.
    let reply = other.request(&theirs.member).call(&world, Some(&theirs.member.access_token)).await;
    assert!(reply.text.contains(&theirs.word), "{}", reply.text);
}

#[tokio::test]
async fn keys_that_clients_choose_are_each_persons_own() {
    let Some(world) = World::still().await else { return };
    let cast = Cast::new(&world).await;
    let (one, other) = (&cast.owner, &cast.another);
    let announce = async |person: &Person| {
        let call = person.post("/v1/events", jam_with(json!({}))).header("idempotency-key", "one");
        call.await.created()["event_id"].clone()
    };
    assert_ne!(announce(one).await, announce(other).await);

    let group = Scene::set(&world, &cast, operation("send_message")).await;
    let path = group.request(one).path;
    let say = async |person: &Person, text: &str| {
        person.post(&path, json!({ "text": text, "client_message_id": "one" })).await.created()
    };
    let (first, second) = (say(one, "Mine").await, say(&cast.member, "No, mine").await);
    assert_ne!(first["seq"], second["seq"]);
    assert_eq!(second["text"], "No, mine");

    let device = Scene::set(&world, &cast, operation("remove_device")).await.request(one).path;
    let held = async || {
        let mut items = state(&world).await;
        items.retain(|(pk, sk), _| *pk == format!("U#{}", one.id) && sk.starts_with("DEVICE#"));
        items
    };
    let before = held().await;
    assert_eq!(before.len(), 1);
    let phone = json!({ "platform": "android", "token": "another:APA91b-_" });
    other.put(&device, phone).await.ok();
    other.delete(&device).await.ok();
    assert_eq!(held().await, before);
}

#[test]
fn every_list_of_ones_own_is_known() {
    let is_own = |name: &str| !SAME_FOR_ALL.contains(&name);
    let pages = |entry: &Value| {
        let parameters = entry["parameters"].as_array().expect("a list").iter();
        parameters.clone().any(|parameter| parameter["name"] == "cursor")
            && parameters.clone().all(|parameter| parameter["in"] != "path")
    };
    let lists: BTreeSet<&str> = stage::operations()
        .filter(|function| function.access == Access::Member && pages(entry(function)))
        .map(|function| function.name)
        .filter(|name| is_own(name))
        .collect();
    assert_eq!(lists, LISTS.into());
}

#[tokio::test]
async fn a_cursor_of_another_persons_list_opens_nothing() {
    let Some(world) = World::still().await else { return };
    let (mine, theirs) = (Cast::new(&world).await, Cast::new(&world).await);
    for cast in [&mine, &theirs] {
        // Two entries for each list.
        for name in ["get_conversation", "get_event", "get_notification", "revoke_session"] {
            Scene::set(&world, cast, operation(name)).await;
            Scene::set(&world, cast, operation(name)).await;
        }
        for path in
            ["genres/swing".to_owned(), "genres/bebop".to_owned(), format!("blocks/{}", cast.former.id)]
        {
            cast.owner.call(Method::PUT, &format!("/v1/users/me/{path}")).await.ok();
        }
    }
    for name in LISTS {
        let path = format!("{}?limit=1", operation(name).route.path);
        let reply = theirs.owner.get(&path).await;
        let cursor = reply.body["page"]["next"].as_str().unwrap_or_else(|| panic!("{name}: {}", reply.text));
        let path = format!("{path}&cursor={cursor}");
        mine.owner.get(&path).await.refused(400, "invalid_cursor");
        assert_eq!(theirs.owner.get(&path).await.status, 200, "{name}");
    }
}

#[tokio::test]
async fn a_cursor_of_one_thing_opens_no_other() {
    let Some(world) = World::still().await else { return };
    let cast = Cast::new(&world).await;
    for name in ["list_conversation_participants", "list_event_instruments", "list_messages"] {
        let scenes = [
            Scene::set(&world, &cast, operation(name)).await,
            Scene::set(&world, &cast, operation(name)).await,
        ];
        let [one, other] = scenes.map(|scene| format!("{}?limit=1", scene.request(&cast.owner).path));
        let reply = cast.owner.get(&one).await;
        let cursor = reply.body["page"]["next"].as_str().unwrap_or_else(|| panic!("{name}: {}", reply.text));
        cast.owner.get(&format!("{other}&cursor={cursor}")).await.refused(400, "invalid_cursor");
        assert_eq!(cast.owner.get(&format!("{one}&cursor={cursor}")).await.status, 200, "{name}");
    }
}
