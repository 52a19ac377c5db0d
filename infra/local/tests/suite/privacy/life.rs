use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::canaries::Canaries;
use crate::{
    events::{announce, in_days, jam_with, join, player},
    harness::{PASSWORD, Person, World, stage::NEXT_PASSWORD},
};

/// Registers somebody who then does all that a member can, with words of their own wherever there is room for them.
pub(super) async fn live(world: &World, canaries: &mut Canaries) -> Person {
    let host = player(world, &["cello"]).await;
    let person = arrive(world, canaries).await;
    settle_in(&person, canaries).await;
    make_events(&person, canaries).await;
    let event = announce(&host, jam_with(json!({}))).await;
    join(&person, &event, "cello").await;
    talk(world, &person, &host, canaries).await;
    world.settled().await;
    change_password(&person, canaries).await;
    person
}

/// Registers, and logs in by every door.
async fn arrive(world: &World, canaries: &mut Canaries) -> Person {
    let name = canaries.plant("register.username");
    let account = json!({
        "username": name, "email": format!("{}@example.org", canaries.plant("register.email")),
        "password": PASSWORD, "display_name": canaries.plant("register.display_name"),
        "device_name": canaries.plant("register.device_name"),
        "home": { "lat": 48.85, "lng": 2.35, "city": canaries.plant("register.home.city") },
    });
    let agent = canaries.plant("User-Agent");
    world.post("/v1/auth/register", account).header("user-agent", &agent).await.created();
    let login = json!({
        "identifier": name, "password": PASSWORD, "device_name": canaries.plant("log_in.device_name"),
        "device_proof": canaries.plant("log_in.device_proof"),
    });
    world.post("/v1/auth/login", login).header("accept-language", &canaries.plant("Accept-Language")).await;
    let form = [("grant_type", "password"), ("username", &*name), ("password", PASSWORD)];
    let tokens = world.call(Method::POST, "/v1/auth/token").form(&form).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text);
    for field in ["log_in.identifier", "issue_token.username"] {
        canaries.know(field, &name);
    }
    for field in ["register.password", "log_in.password", "issue_token.password"] {
        canaries.know(field, PASSWORD);
    }
    let refresh = tokens.body["refresh_token"].as_str().unwrap();
    canaries.know("issue_token.refresh_token", refresh);
    let person = world.log_in(&name).await;
    canaries.know("refresh_session.refresh_token", &person.refresh_token);
    world
        .post("/v1/auth/refresh", json!({ "refresh_token": person.refresh_token }))
        .header("x-forwarded-for", &canaries.plant("X-Forwarded-For"))
        .await
        .ok();
    person
}

async fn settle_in(person: &Person, canaries: &mut Canaries) {
    let profile = json!({
        "display_name": canaries.plant("update_my_profile.display_name"),
        "bio": canaries.plant("update_my_profile.bio"),
        "photo_url": url(&canaries.plant("update_my_profile.photo_url")),
        "home": {
            "lat": 45.76, "lng": 4.83, "city": canaries.plant("update_my_profile.home.city"),
        },
    });
    person.patch("/v1/users/me", profile).await.ok();
    person.put("/v1/users/me/instruments/cello", json!({ "level": "advanced" })).await.ok();
    person.call(Method::PUT, "/v1/users/me/genres/swing").await.ok();
    // Apple's tokens are hexadecimal.
    let token = format!("{}{}", Uuid::now_v7().simple(), Uuid::now_v7().simple());
    canaries.know("register_device.token", &token);
    let phone = json!({ "platform": "ios", "token": token });
    person.put(&format!("/v1/users/me/devices/{}", Uuid::now_v7()), phone).await.ok();
}

/// One to come, as it was made and as it was changed, a draft, and one that was called off.
async fn make_events(person: &Person, canaries: &mut Canaries) {
    let made = event(canaries, "create_event");
    let later = json!({ "starts_at": in_days(10), "ends_at": in_days(11) });
    announce(person, jam_with(merged(&made, &later))).await;
    let draft = event(canaries, "draft of create_event");
    announce(person, jam_with(merged(&draft, &json!({ "status": "draft" })))).await;
    let changed = announce(person, jam_with(json!({}))).await;
    person.patch(&changed, event(canaries, "update_event")).await.ok();
    let off = announce(person, jam_with(json!({}))).await;
    let reason = json!({ "reason": canaries.plant("cancel_event.reason") });
    person.post(&format!("{off}/cancellation"), reason).await.ok();
}

fn event(canaries: &mut Canaries, operation: &str) -> Value {
    let mut word = |field: &str| canaries.plant(&format!("{operation}.{field}"));
    json!({
        "title": word("title"), "description": word("description"), "address": word("address"),
        "city": word("city"), "image_url": url(&word("image_url")),
    })
}

async fn talk(world: &World, person: &Person, host: &Person, canaries: &mut Canaries) {
    let group = json!({
        "kind": "group", "participant_ids": [host.id], "title": canaries.plant("create_conversation.title"),
    });
    let key = canaries.plant("Idempotency-Key");
    let founded = person.post("/v1/conversations", group).header("idempotency-key", &key).await;
    let path = founded.header("location").to_owned();
    founded.created();
    for edited in [false, true] {
        let message = json!({
            "text": canaries.plant("send_message.text"),
            "client_message_id": canaries.plant("send_message.client_message_id"),
        });
        let message = person.post(&format!("{path}/messages"), message).await.created();
        if edited {
            let text = json!({ "text": canaries.plant("edit_message.text") });
            person.patch(&format!("{path}/messages/{}", message["seq"]), text).await.ok();
        }
    }
    // Whoever is told of the group is told of it by the title that it has by then.
    world.settled().await;
    let title = json!({ "title": canaries.plant("update_conversation.title") });
    person.patch(&path, title).await.ok();
}

async fn change_password(person: &Person, canaries: &mut Canaries) {
    let passwords = json!({ "old_password": PASSWORD, "new_password": NEXT_PASSWORD });
    person.put("/v1/users/me/password", passwords).await.ok();
    canaries.know("change_password.old_password", PASSWORD);
    canaries.know("change_password.new_password", NEXT_PASSWORD);
    canaries.know("delete_my_account.password", NEXT_PASSWORD);
}

fn url(word: &str) -> String {
    format!("https://example.org/{word}.jpg")
}

fn merged(event: &Value, more: &Value) -> Value {
    let fields = [event, more].into_iter().flat_map(|fields| fields.as_object().unwrap().clone());
    fields.collect()
}
