use serde_json::json;
use tunelink::{
    domain::{CatalogueKind, Slug},
    store::seed::{Seed, run},
};

use crate::harness::{Fault, World};

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

/// Two versions of the software start at once, each with an entry that is new.
#[tokio::test]
async fn what_another_has_added_meanwhile_is_remembered_too() {
    let Some(world) = World::still().await else { return };
    let admin = world.admin().await;
    let genre = functions::catalogue::genres().unwrap().swap_remove(0);
    let new = |id: &str| {
        let mut entry = serde_json::to_value(&genre).unwrap();
        entry["genre_id"] = json!(id);
        [Seed { kind: CatalogueKind::Genre, id: Slug::new(id).unwrap(), entry }]
    };
    let (one, other) = (new("a-new-one"), new("another-new-one"));
    let sow = async |seeds| run(world.app().store(), seeds, world.app().now()).await.unwrap();
    let remembers = |operation: &str, body: &str| {
        (operation == "TransactWriteItems" && body.contains("SEEDED")).then_some(Fault::Hold)
    };
    assert_eq!(world.in_between(sow(&one), remembers, sow(&other)).await, (1, 1));
    for id in ["a-new-one", "another-new-one"] {
        admin.delete(&format!("/v1/genres/{id}")).await.ok();
    }
    assert_eq!((sow(&one).await, sow(&other).await), (0, 0), "what was deleted comes back");
}
