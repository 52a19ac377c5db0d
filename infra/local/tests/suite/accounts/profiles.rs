use serde_json::json;

use crate::harness::World;

const ME: &str = "/v1/users/me";

#[tokio::test]
async fn a_merge_patch_changes_what_it_names_and_null_clears() {
    let world = World::new().await;
    let person = world.person().await;
    let patch = json!({ "display_name": "Django", "bio": "Gypsy jazz", "photo_url": "https://example.org/d.jpg", "language": "fr" });
    let profile = person.patch(ME, patch).await.ok();
    assert_eq!((&profile["display_name"], &profile["language"]), (&json!("Django"), &json!("fr")));
    let profile =
        person.patch(ME, json!({ "bio": null, "visible_nearby": false, "language": null })).await.ok();
    assert_eq!((&profile["bio"], &profile["display_name"]), (&json!(null), &json!("Django")));
    assert_eq!((&profile["visible_nearby"], &profile["language"]), (&json!(false), &json!("en")));
    assert_eq!(person.get(ME).await.ok(), profile);
    assert_eq!(person.patch(ME, json!({})).await.ok(), profile);
}

#[tokio::test]
async fn a_stale_change_is_refused() {
    let world = World::new().await;
    let person = world.person().await;
    let seen = person.get(ME).await.header("etag").to_owned();
    let french = person.get(ME).french().await.header("etag").to_owned();
    assert_ne!(seen, french);
    let change = |bio: &str| person.patch(ME, json!({ "bio": bio }));
    let reply = change("first").header("if-match", &seen).await;
    assert_ne!(reply.header("etag"), seen);
    let new = reply.header("etag").to_owned();
    reply.ok();
    for stale in [&*seen, &*french, "\"0-en\"", "\"nonsense\"", &format!("W/{new}")] {
        change("second").header("if-match", stale).await.refused(412, "precondition_failed");
    }
    change("second").header("if-match", "7").await.refused(422, "invalid_format");
    assert_eq!(person.get(ME).await.ok()["bio"], "first");
    change("third").header("if-match", &format!("{seen}, {new}")).await.ok();
    change("fourth").header("if-match", "*").await.ok();
}

#[tokio::test]
async fn of_parallel_changes_under_one_version_one_is_made() {
    let world = World::new().await;
    let person = world.person().await;
    let seen = person.get(ME).await.header("etag").to_owned();
    let calls: Vec<_> = (0..10)
        .map(|n| {
            let call = person.patch(ME, json!({ "bio": n.to_string() })).header("if-match", &seen);
            tokio::spawn(std::future::IntoFuture::into_future(call))
        })
        .collect();
    let mut made = 0;
    for call in calls {
        made += i32::from(call.await.unwrap().status == 200);
    }
    assert_eq!(made, 1);
}

#[tokio::test]
async fn what_was_read_already_is_not_sent_again() {
    let world = World::new().await;
    let person = world.person().await;
    let seen = person.get(ME).await.header("etag").to_owned();
    let reply = person.get(ME).header("if-none-match", &seen).await;
    assert_eq!((reply.status, reply.text.as_str(), reply.header("etag")), (304, "", seen.as_str()));
    assert_eq!(person.get(ME).header("if-none-match", &format!("\"x\", W/{seen}")).await.status, 304);
    assert_eq!(person.get(ME).french().header("if-none-match", &seen).await.status, 200);
    person.patch(ME, json!({ "bio": "new" })).await.ok();
    assert_eq!(person.get(ME).header("if-none-match", &seen).await.status, 200);
}

#[tokio::test]
async fn a_new_role_is_a_new_version() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    let seen = person.get(ME).await.header("etag").to_owned();
    functions::admin::make_admin(world.app(), &person.name).await.unwrap();
    person.get(ME).await.refused(401, "session_ended");
    let reply = world.log_in(&person.name).await.get(ME).header("if-none-match", &seen).await;
    assert_eq!(reply.ok()["role"], "admin");
}

#[tokio::test]
async fn others_see_what_they_may_and_no_more() {
    let world = World::new().await;
    let (person, other) = (world.person().await, world.person().await);
    let home = json!({ "lat": 48.886_71, "lng": 2.343_12, "city": "Paris" });
    let kept = person.patch(ME, json!({ "home": home })).await.ok()["home"].clone();
    let distance = |place: &serde_json::Value, axis: &str| {
        (place[axis].as_f64().unwrap() - home[axis].as_f64().unwrap()).abs()
    };
    assert!(kept["lat"] != home["lat"] && distance(&kept, "lat") < 0.003 && distance(&kept, "lng") < 0.006);
    person.put("/v1/users/me/instruments/violin", json!({ "level": "professional" })).await.ok();
    person.put("/v1/users/me/instruments/electric-guitar", json!({ "level": "beginner" })).await.ok();
    person.call(reqwest::Method::PUT, "/v1/users/me/genres/swing").await.ok();
    let path = format!("/v1/users/{}", person.id);
    let reply = other.get(&path).await;
    assert!(!reply.text.contains("example.org") && !reply.text.contains("email"));
    let seen = reply.ok();
    assert_eq!(seen["username"], person.name.as_str());
    assert_eq!(seen["genres"], json!(["swing"]));
    let instruments = json!([
        { "instrument_id": "electric-guitar", "level": "beginner" },
        { "instrument_id": "violin", "level": "professional" },
    ]);
    assert_eq!(seen["instruments"], instruments);
    assert!(seen["home"]["lat"] != kept["lat"] && distance(&seen["home"], "lat") < 0.03);
    person.patch(ME, json!({ "visible_nearby": false })).await.ok();
    assert!(other.get(&path).await.ok()["home"].is_null());
    other.get("/v1/users/01900000-0000-7000-8000-000000000000").await.refused(404, "not_found");
    other.get("/v1/users/nobody").await.refused(404, "not_found");
    world.get(&path).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn bad_fields_change_nothing() {
    let world = World::new().await;
    let person = world.person().await;
    let before = person.get(ME).await.ok();
    for (patch, code, field) in [
        (json!({ "bio": "x".repeat(1001) }), "too_long", "bio"),
        (json!({ "bio": 5 }), "wrong_type", "bio"),
        (json!({ "display_name": "" }), "too_short", "display_name"),
        (json!({ "photo_url": "http://example.org/a.jpg" }), "invalid_url", "photo_url"),
        (json!({ "display_name": "a\u{202e}b" }), "invalid_format", "display_name"),
        (json!({ "language": "de" }), "invalid_value", "language"),
        (json!({ "home": { "lat": 1, "lng": 181, "city": "X" } }), "too_large", "home.lng"),
        (json!({ "home": { "lat": 1, "lng": 1 } }), "missing", "home.city"),
        (json!({ "home": { "lat": 1, "lng": 1, "city": "X", "zip": 1 } }), "unknown_field", "home.zip"),
        (json!({ "role": "admin" }), "unknown_field", "role"),
    ] {
        let mut patch = patch;
        if patch.get("bio").is_none() {
            patch["bio"] = json!("must not stay");
        }
        let reply = person.patch(ME, patch).await;
        assert_eq!(reply.errors(), (422, vec![(code, field)]));
    }
    assert_eq!(person.get(ME).await.ok(), before);
}
