use serde_json::{Value, json};

use super::{bodies, told, two};
use crate::{
    events::{announce, jam_with, join, player},
    harness::World,
};

fn words() -> Value {
    json!({
        "en": { "title": "Another entrance", "body": "Come in through the yard." },
        "fr": { "title": "Autre entrée", "body": "Passez par la cour." },
    })
}

#[tokio::test]
async fn an_announcement_reaches_those_of_an_event_in_their_language() {
    let Some(world) = World::local().await else { return };
    let (admin, host) = two(&world).await;
    let guest = player(&world, &["cello"]).await;
    let event = announce(&host, jam_with(json!({}))).await;
    join(&guest, &event, "cello").await;
    let id = event.rsplit('/').next().unwrap();
    let new = json!({ "event_id": id, "text": words() });
    let send = || admin.post("/v1/notifications", new.clone()).header("idempotency-key", "a");
    let sent = send().await.created();
    assert_eq!(send().await.created(), sent);
    assert_eq!(sent["notification_id"], json!(null));
    world.settled().await;
    assert_eq!(bodies(&guest, "announcement").await, ["Come in through the yard."]);
    let list = guest.get("/v1/notifications").french().await.ok();
    assert_eq!(list[0]["title"], "Autre entrée");
    assert_eq!(
        (&list[0]["event_id"], &list[0]["link"]),
        (&json!(id), &json!(format!("tunelink://events/{id}")))
    );
    assert_eq!(bodies(&host, "announcement").await, [] as [&str; 0]);
}

#[tokio::test]
async fn an_announcement_is_for_one_or_for_many() {
    let Some(world) = World::with_admins().await else { return };
    let (admin, person) = two(&world).await;
    let nobody = "01900000-0000-7000-8000-000000000000";
    let post = async |body: Value| admin.post("/v1/notifications", body).await;
    post(json!({ "text": words() })).await.refused(422, "missing");
    let both = json!({ "text": words(), "user_id": person.id, "event_id": nobody });
    post(both).await.refused(422, "unknown_field");
    post(json!({ "text": words(), "user_id": nobody })).await.refused(404, "not_found");
    post(json!({ "text": words(), "event_id": nobody })).await.refused(404, "not_found");
    let reply = post(json!({ "text": words(), "user_id": person.id })).await;
    let location = reply.header("location").to_owned();
    reply.created();
    assert_eq!(person.get(&location).await.ok()["title"], "Another entrance");
    assert_eq!(told(&person).await.len(), 1);
}
