use serde_json::json;

use super::{announce, in_days, jam, jam_with, join, player, status};
use crate::harness::{PASSWORD, World};

#[tokio::test]
async fn an_account_that_is_erased_leaves_its_seats_and_calls_off_its_events() {
    let Some(world) = World::local().await else { return };
    let (gone, host) = (player(&world, &["cello"]).await, world.person().await);
    let (next, guest) = (player(&world, &["cello"]).await, player(&world, &["cello"]).await);
    let small = announce(&host, jam_with(json!({ "capacity": 2 }))).await;
    for person in [&gone, &guest, &next] {
        join(person, &small, "cello").await;
    }
    let pending = announce(&host, jam_with(json!({ "needs_approval": true }))).await;
    join(&gone, &pending, "cello").await;
    let organised = announce(&gone, jam_with(json!({ "description": "To come" }))).await;
    join(&guest, &organised, "cello").await;
    let draft = announce(&gone, jam_with(json!({ "status": "draft", "description": "Never to be" }))).await;
    let soon = in_days(1);
    let over = announce(&gone, jam_with(json!({ "starts_at": soon, "ends_at": in_days(2) }))).await;
    world.pass(std::time::Duration::from_hours(24 * 3)).await;
    let gone = world.log_in(&gone.name).await;
    gone.post("/v1/users/me/deletion", json!({ "mode": "erase", "password": PASSWORD })).await.ok();

    assert_eq!(status(&world.log_in(&next.name).await, &small).await, "going");
    assert_eq!(world.get(&small).await.ok()["seats"]["taken"], 2);
    let organised = world.get(&organised).await.ok();
    assert_eq!(
        (&organised["status"], &organised["organiser"]["username"]),
        (&json!("cancelled"), &json!(null))
    );
    assert_eq!(world.get(&over).await.ok()["status"], "ended");
    world.get(&draft).await.refused(404, "not_found");
    let host = world.log_in(&host.name).await;
    assert_eq!(host.get(&format!("{pending}/participants")).await.ok(), json!([]));
    let items = world.items().await;
    let text = format!("{items:?}");
    assert!(!text.contains(&gone.name) && !text.contains("Never to be"));
    assert!(!items.keys().any(|(pk, sk)| pk.contains(&gone.id) || sk.contains(&gone.id)));
    world.audit().await;
}

#[tokio::test]
async fn an_account_that_is_only_left_keeps_its_seats() {
    let world = World::new().await;
    let (away, host) = (player(&world, &["cello"]).await, world.person().await);
    let event = announce(&host, jam()).await;
    join(&away, &event, "cello").await;
    away.post("/v1/users/me/deletion", json!({ "mode": "deactivate", "password": PASSWORD })).await.ok();
    let people = host.get(&format!("{event}/participants")).await.ok();
    assert_eq!((&people[0]["status"], &people[0]["username"]), (&json!("going"), &json!(null)));
    assert_eq!(status(&world.log_in(&away.name).await, &event).await, "going");
}
