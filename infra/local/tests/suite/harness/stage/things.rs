use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::json;
use tunelink::operation::Function;
use uuid::Uuid;

use super::{Cast, request::push_token};
use crate::{
    catalogue,
    conversations::{self, say},
    events::{announce, jam_with, join, part},
    harness::{Person, World, unique},
};

/// What a parameter of this name stands for in the path of this operation: its id.
pub(super) async fn make(world: &World, cast: &Cast, function: &Function, parameter: &str) -> String {
    match parameter {
        "event_id" => event(cast).await,
        "conversation_id" => group(cast).await,
        // The owner's own, the first of the two in a new group.
        "seq" => "1".to_owned(),
        "user_id" => somebody(cast, function).id.clone(),
        "session_id" => world.log_in(&cast.owner.name).await.session_id,
        "device_id" => Uuid::now_v7().to_string(),
        "notification_id" => notification(&cast.admin, &cast.owner).await,
        "instrument_id" => instrument(cast, function).await,
        "genre_id" => genre(cast, function).await,
        other => panic!("{}: there is no {{{other}}} on the stage; add one here", function.name),
    }
}

/// What has to be so before the request, of things that are somebody's whatever their id is.
pub(super) async fn prepare(cast: &Cast, function: &Function, things: &BTreeMap<&str, String>) {
    let owner = &cast.owner;
    let put = async |path: String| owner.call(Method::PUT, &path).await.ok();
    // It is there in some scenes and not in others: either is right.
    let remove = async |path: String| owner.delete(&path).await;
    match function.name {
        "block_user" => drop(remove(format!("/v1/users/me/blocks/{}", things["user_id"])).await),
        "unblock_user" => drop(put(format!("/v1/users/me/blocks/{}", things["user_id"])).await),
        "add_my_genre" => drop(remove(format!("/v1/users/me/genres/{}", things["genre_id"])).await),
        "remove_my_genre" => drop(put(format!("/v1/users/me/genres/{}", things["genre_id"])).await),
        "set_my_instrument" => {
            remove(format!("/v1/users/me/instruments/{}", things["instrument_id"])).await;
        }
        "remove_my_instrument" => {
            let path = format!("/v1/users/me/instruments/{}", things["instrument_id"]);
            owner.put(&path, json!({ "level": "advanced" })).await.ok();
        }
        "remove_device" => {
            let path = format!("/v1/users/me/devices/{}", things["device_id"]);
            owner.put(&path, json!({ "platform": "ios", "token": push_token() })).await.ok();
        }
        _ => {}
    }
}

/// An event of the owner to come, in which the member has a seat and the former one had.
async fn event(cast: &Cast) -> String {
    let wanted = |instrument: &str, wanted: u8| json!({ "instrument_id": instrument, "wanted": wanted });
    let instruments = [wanted("cello", 4), wanted("violin", 4), wanted("piano", 1)];
    let event = announce(&cast.owner, jam_with(json!({ "instruments": instruments }))).await;
    join(&cast.member, &event, "cello").await;
    join(&cast.former, &event, "cello").await;
    cast.former.delete(&part(&cast.former, &event)).await.ok();
    last(&event)
}

/// A group in which the owner and the member have said something; the former one was taken out of it.
pub(super) async fn group(cast: &Cast) -> String {
    let group = conversations::group(&cast.owner, &[&cast.member, &cast.former]).await;
    say(&cast.owner, &group, "Shall we?").await;
    say(&cast.member, &group, "Let's.").await;
    cast.owner.delete(&conversations::member(&group, &cast.former)).await.ok();
    last(&group)
}

/// The path without what comes before the id.
fn last(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

fn somebody<'a>(cast: &'a Cast, function: &Function) -> &'a Person {
    match function.name {
        "block_user" | "unblock_user" => &cast.nuisance,
        "add_conversation_participant" => &cast.another,
        _ => &cast.member,
    }
}

async fn notification(admin: &Person, to: &Person) -> String {
    let words = json!({ "title": "Doors at eight", "body": "Come in." });
    let new = json!({ "user_id": to.id, "text": { "en": words, "fr": words } });
    let sent = admin.post("/v1/notifications", new).await.created();
    sent["notification_id"].as_str().expect("it is kept").to_owned()
}

async fn instrument(cast: &Cast, function: &Function) -> String {
    match function.name {
        "update_instrument" | "delete_instrument" => entry(&cast.admin, "/v1/instruments").await,
        // Wanted, and nobody has it.
        "remove_event_instrument" => "piano".to_owned(),
        "set_event_instrument" | "set_my_instrument" | "remove_my_instrument" => "drum-kit".to_owned(),
        _ => "cello".to_owned(),
    }
}

async fn genre(cast: &Cast, function: &Function) -> String {
    match function.name {
        "update_genre" | "delete_genre" => entry(&cast.admin, "/v1/genres").await,
        _ => "swing".to_owned(),
    }
}

/// A new entry of the catalogue.
async fn entry(admin: &Person, base: &str) -> String {
    let id = unique("e");
    admin.post(base, catalogue::entry(base, &id)).await.created();
    id
}
