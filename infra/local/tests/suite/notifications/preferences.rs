use serde_json::{Value, json};

use super::{bodies, told};
use crate::{
    events::{announce, jam_with, join, player},
    harness::World,
};

const PATH: &str = "/v1/users/me/preferences";

#[tokio::test]
async fn preferences_are_a_merge_patch() {
    let world = World::new().await;
    let person = world.person().await;
    let first = person.get(PATH).await;
    let (etag, before) = (first.header("etag").to_owned(), first.ok());
    assert_eq!(before["message"], json!({ "in_app": true, "push": true }));
    assert_eq!(before["quiet_hours"], json!(null));
    let patch = json!({
        "message": { "push": false },
        "quiet_hours": { "from": "22:00", "to": "07:30", "time_zone": "Europe/Paris" },
    });
    let after = person.patch(PATH, patch).header("if-match", &etag).await.ok();
    assert_eq!(after["message"], json!({ "in_app": true, "push": false }));
    person.patch(PATH, json!({})).header("if-match", &etag).await.refused(412, "precondition_failed");
    let after = person.patch(PATH, json!({ "quiet_hours": { "to": "08:00" } })).await.ok();
    assert_eq!(after["quiet_hours"], json!({ "from": "22:00", "to": "08:00", "time_zone": "Europe/Paris" }));
    let after = person.patch(PATH, json!({ "quiet_hours": null, "message": null })).await.ok();
    assert_eq!(after, before);
    assert_eq!(person.get(PATH).await.ok(), before);
}

#[tokio::test]
async fn quiet_hours_are_whole_and_well_formed() {
    let world = World::new().await;
    let person = world.person().await;
    let refused = |hours: Value| person.patch(PATH, json!({ "quiet_hours": hours }));
    let reply = refused(json!({ "from": "22:00" })).await;
    assert_eq!(
        reply.errors(),
        (422, vec![("missing", "quiet_hours.to"), ("missing", "quiet_hours.time_zone")])
    );
    for (from, zone, code) in [
        ("24:00", "Europe/Paris", "invalid_format"),
        ("7:00", "Europe/Paris", "invalid_format"),
        ("07:00", "Europe/Atlantis", "unknown_time_zone"),
    ] {
        refused(json!({ "from": from, "to": "08:00", "time_zone": zone })).await.refused(422, code);
    }
    person.patch(PATH, json!({ "jokes": { "push": true } })).await.refused(422, "unknown_field");
}

#[tokio::test]
async fn what_nobody_wants_to_see_is_not_kept_but_for_cancellations() {
    let Some(world) = World::local().await else { return };
    let host = world.person().await;
    let guest = player(&world, &["cello"]).await;
    let off = json!({ "in_app": false, "push": false });
    host.patch(PATH, json!({ "participant_joined": off })).await.ok();
    guest.patch(PATH, json!({ "event_cancelled": off, "event_changed": off })).await.ok();
    let event = announce(&host, jam_with(json!({}))).await;
    join(&guest, &event, "cello").await;
    host.patch(&event, json!({ "city": "Vienne" })).await.ok();
    host.post(&format!("{event}/cancellation"), json!({})).await.ok();
    world.settled().await;
    assert_eq!(told(&host).await, []);
    assert_eq!(bodies(&guest, "event_changed").await, [] as [&str; 0]);
    assert_eq!(bodies(&guest, "event_cancelled").await, ["The event is cancelled"]);
}

#[tokio::test]
async fn what_goes_to_the_phone_alone_is_in_no_list() {
    let Some(world) = World::local().await else { return };
    let host = world.person().await;
    let guest = player(&world, &["cello"]).await;
    host.patch(PATH, json!({ "participant_joined": { "in_app": false } })).await.ok();
    let event = announce(&host, jam_with(json!({}))).await;
    join(&guest, &event, "cello").await;
    world.settled().await;
    assert_eq!(told(&host).await, []);
    let items = world.own_items().await;
    assert_eq!(items.iter().filter(|(_, sk)| sk.starts_with("P#")).count(), 1);
}
