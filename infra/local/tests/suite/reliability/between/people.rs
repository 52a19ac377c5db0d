use serde_json::json;

use super::write;
use crate::{
    events::{announce, jam_with, player, status},
    harness::World,
};

const PREFERENCES: &str = "/v1/users/me/preferences";

/// The first time, and every other.
#[tokio::test]
async fn two_changes_of_preferences_are_both_made() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    for push in [false, true] {
        let one = person.patch(PREFERENCES, json!({ "message": { "push": push } }));
        let other = async {
            person.patch(PREFERENCES, json!({ "announcement": { "push": push } })).await.ok();
        };
        let (one, ()) = world.in_between(one, write("PREFERENCES"), other).await;
        one.ok();
        let after = person.get(PREFERENCES).await.ok();
        assert_eq!((&after["message"]["push"], &after["announcement"]["push"]), (&json!(push), &json!(push)));
    }
}

#[tokio::test]
async fn whoever_takes_up_an_instrument_while_they_move_is_found_where_they_are() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    let home =
        |lat: f64| json!({ "home": { "lat": lat, "lng": 2.35, "city": "Paris" }, "visible_nearby": true });
    person.patch("/v1/users/me", home(48.85)).await.ok();
    let cello = async {
        person.put("/v1/users/me/instruments/cello", json!({ "level": "advanced" })).await.ok();
    };
    let (moved, ()) =
        world.in_between(person.patch("/v1/users/me", home(43.3)), write("nearby_version"), cello).await;
    moved.ok();
    world.audit().await;
}

#[tokio::test]
async fn nobody_signs_up_with_what_they_do_not_play_any_more() {
    let Some(world) = World::still().await else { return };
    let (host, guest) = (world.person().await, player(&world, &["cello"]).await);
    let event = announce(&host, jam_with(json!({}))).await;
    let join = guest.post(&format!("{event}/participations"), json!({ "instrument_id": "cello" }));
    let give_up = async { guest.delete("/v1/users/me/instruments/cello").await.ok() };
    let (joined, _) = world.in_between(join, write("EVENT#SEATS"), give_up).await;
    joined.refused(422, "instrument_not_played");
    assert_eq!(status(&guest, &event).await, "none");
}
