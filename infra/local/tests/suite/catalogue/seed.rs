use serde_json::json;

use crate::harness::World;

async fn seed(world: &World) -> usize {
    functions::catalogue::seed(world.app()).await.unwrap()
}

#[tokio::test]
async fn a_second_start_adds_nothing() {
    let Some(world) = World::local().await else { return };
    let before = world.items().await.len();
    assert_eq!(seed(&world).await, 0);
    assert_eq!(world.items().await.len(), before);
}

#[tokio::test]
async fn what_an_admin_changed_or_deleted_stays_so() {
    let Some(world) = World::local().await else { return };
    let admin = world.admin().await;
    let name = json!({ "en": "Fiddle", "fr": "Crincrin" });
    admin.patch("/v1/instruments/violin", json!({ "name": name })).await.ok();
    admin.delete("/v1/genres/swing").await.ok();
    assert_eq!(seed(&world).await, 0);
    assert_eq!(world.get("/v1/instruments/violin").await.ok()["name"], name);
    world.get("/v1/genres/swing").await.refused(404, "not_found");
}
