use serde_json::json;

use super::{KINDS, add, entry, take_up};
use crate::harness::{World, unique};

#[tokio::test]
async fn an_admin_adds_changes_and_deletes() {
    let Some(world) = World::with_admins().await else { return };
    let admin = world.admin().await;
    for (base, _) in KINDS {
        let id = unique("e");
        let path = format!("{base}/{id}");
        let reply = admin.post(base, entry(base, &id)).await;
        assert_eq!(reply.header("location"), path);
        assert_eq!(reply.created(), world.get(&path).await.ok());
        let reply = admin.post(base, entry(base, &id)).await;
        assert_eq!(reply.errors(), (409, vec![("already_exists", "id")]));
        let name = json!({ "en": "New", "fr": "Neuf" });
        let changed = admin.patch(&path, json!({ "name": name })).await.ok();
        assert_eq!((&changed["name"], &changed["id"]), (&name, &json!(id)));
        assert_eq!(world.get(&path).await.ok(), changed);
        admin.delete(&path).await.ok();
        admin.delete(&path).await.refused(404, "not_found");
        admin.patch(&path, json!({ "name": name })).await.refused(404, "not_found");
        world.get(&path).await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn a_change_keeps_what_it_does_not_name_and_clears_nothing() {
    let Some(world) = World::with_admins().await else { return };
    let admin = world.admin().await;
    let path = format!("/v1/instruments/{}", add(&admin, "/v1/instruments").await);
    let before = world.get(&path).await.ok();
    let after = admin.patch(&path, json!({ "icon": "🎺", "category": "brass" })).await.ok();
    assert_eq!(
        (&after["icon"], &after["category"], &after["name"]),
        (&json!("🎺"), &json!("brass"), &before["name"])
    );
    for (change, code, field) in [
        (json!({ "icon": null }), "wrong_type", "icon"),
        (json!({ "name": { "en": "x" } }), "missing", "name.fr"),
        (json!({ "name": { "en": "x", "fr": "\u{200b}" } }), "invalid_format", "name.fr"),
        (json!({ "id": "other" }), "unknown_field", "id"),
    ] {
        assert_eq!(admin.patch(&path, change).await.errors(), (422, vec![(code, field)]));
    }
    assert_eq!(world.get(&path).await.ok(), after);
}

#[tokio::test]
async fn a_stale_change_is_refused_even_if_the_entry_came_back() {
    let Some(world) = World::local().await else { return };
    let admin = world.admin().await;
    for (base, _) in KINDS {
        let id = add(&admin, base).await;
        let path = format!("{base}/{id}");
        let seen = world.get(&path).await.header("etag").to_owned();
        let change =
            || admin.patch(&path, json!({ "name": { "en": "New", "fr": "Neuf" } })).header("if-match", &seen);
        change().await.ok();
        change().await.refused(412, "precondition_failed");
        admin.delete(&path).await.ok();
        world.pass(std::time::Duration::from_secs(1)).await;
        admin.post(base, entry(base, &id)).await.created();
        change().await.refused(412, "precondition_failed");
        assert_eq!(world.get(&path).header("if-none-match", &seen).await.status, 200);
    }
}

#[tokio::test]
async fn what_somebody_uses_stays() {
    let Some(world) = World::with_admins().await else { return };
    let (admin, person) = (world.admin().await, world.person().await);
    for (base, mine) in KINDS {
        let id = add(&admin, base).await;
        let path = format!("{base}/{id}");
        take_up(&person, mine, &id, "beginner").await.ok();
        admin.delete(&path).await.refused(409, "in_use");
        world.get(&path).await.ok();
        // The refusal leaves it as it was: others can still take it up.
        let other = world.person().await;
        take_up(&other, mine, &id, "advanced").await.ok();
        other.delete(&format!("{mine}/{id}")).await.ok();
        person.delete(&format!("{mine}/{id}")).await.ok();
        admin.delete(&path).await.ok();
        assert_eq!(take_up(&person, mine, &id, "beginner").await.status, 422);
    }
}

#[tokio::test]
async fn an_entry_is_not_deleted_while_it_is_taken_up() {
    let Some(world) = World::with_admins().await else { return };
    let (admin, person) = (world.admin().await, world.person().await);
    for round in 0..20 {
        let id = add(&admin, "/v1/instruments").await;
        let path = format!("/v1/instruments/{id}");
        let mine = format!("/v1/users/me/instruments/{id}");
        let delete = tokio::spawn(std::future::IntoFuture::into_future(admin.delete(&path)));
        let take = person.put(&mine, json!({ "level": "beginner" }));
        let take = tokio::spawn(std::future::IntoFuture::into_future(take));
        let (deleted, taken) = (delete.await.unwrap().status, take.await.unwrap().status);
        let gone = world.get(&path).await.status == 404;
        let there = person.delete(&mine).await.status == 200;
        assert!(!(gone && there), "round {round}: {deleted} {taken}");
        assert!(gone == (deleted == 200), "round {round}: {deleted} {taken}");
        assert!(there == (taken == 200), "round {round}: {deleted} {taken}");
    }
}
