use serde_json::json;

use super::{announce, in_days, jam, jam_with, join, part, player, status};
use crate::harness::World;

#[tokio::test]
async fn a_patch_changes_what_it_names_and_counts_versions() {
    let world = World::new().await;
    let host = world.person().await;
    let event = announce(&host, jam_with(json!({ "description": "Old", "address": "1 quai" }))).await;
    let first = host.get(&event).await;
    let etag = first.header("etag").to_owned();
    let before = first.ok();
    let changes = json!({ "title": "Bigger jam", "description": null, "capacity": 9, "genres": ["swing"] });
    let reply = host.patch(&event, changes).header("if-match", &etag).await;
    assert_ne!(reply.header("etag"), etag);
    let mut after = reply.ok();
    assert_eq!(
        (&after["title"], &after["description"], &after["seats"]["capacity"], &after["address"]),
        (&json!("Bigger jam"), &json!(null), &json!(9), &json!("1 quai"))
    );
    assert_eq!(host.get(&event).await.ok(), after);
    host.patch(&event, json!({ "title": "Too late" }))
        .header("if-match", &etag)
        .await
        .refused(412, "precondition_failed");
    for field in ["title", "description", "seats", "genres", "updated_at"] {
        after[field] = before[field].clone();
    }
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_tag_stays_good_while_people_come_and_go() {
    let world = World::new().await;
    let (host, guest) = (world.person().await, player(&world, &["cello"]).await);
    let event = announce(&host, jam()).await;
    let etag = host.get(&event).await.header("etag").to_owned();
    join(&guest, &event, "cello").await;
    assert_eq!(host.get(&event).header("if-none-match", &etag).await.status, 200);
    host.patch(&event, json!({ "title": "Still mine" })).header("if-match", &etag).await.ok();
    let etag = host.get(&event).await.header("etag").to_owned();
    host.put(&format!("{event}/instruments/cello"), json!({ "wanted": 3 })).await.ok();
    host.patch(&event, json!({ "title": "Mine" }))
        .header("if-match", &etag)
        .await
        .refused(412, "precondition_failed");
}

#[tokio::test]
async fn times_move_together_or_one_by_one() {
    let world = World::new().await;
    let host = world.person().await;
    let event = announce(&host, jam()).await;
    let late = json!({ "starts_at": in_days(9) });
    host.patch(&event, late).await.refused(422, "ends_before_start");
    let (starts, ends) = (in_days(9), in_days(10));
    host.patch(&event, json!({ "starts_at": starts, "ends_at": ends })).await.ok();
    let moved = host.patch(&event, json!({ "time_zone": "Asia/Tokyo" })).await.ok();
    assert_eq!(moved["starts_at"].as_str().unwrap()[..19], starts.to_string()[..19]);
    host.patch(&event, json!({ "starts_at": in_days(-1), "ends_at": in_days(1) }))
        .await
        .refused(422, "starts_in_the_past");
    host.patch(&event, json!({ "title": null })).await.refused(422, "wrong_type");
}

#[tokio::test]
async fn a_cancelled_event_is_kept_and_found_no_more() {
    let Some(world) = World::local().await else { return };
    let (host, guest) = (world.person().await, player(&world, &["cello", "violin"]).await);
    let late = player(&world, &["cello"]).await;
    let event = announce(&host, jam()).await;
    join(&guest, &event, "cello").await;
    let reason = json!({ "reason": "Snow" });
    guest.post(&format!("{event}/cancellation"), reason.clone()).await.refused(403, "forbidden");
    let cancelled = host.post(&format!("{event}/cancellation"), reason).await.ok();
    assert_eq!(
        (&cancelled["status"], &cancelled["cancellation"]["reason"]),
        (&json!("cancelled"), &json!("Snow"))
    );
    let (_, item) = world.items().await.into_iter().find(|((_, sk), _)| sk == "EVENT").unwrap();
    assert!(
        ["geo3", "geo4", "geo5", "geo6", "calendar", "starts"].iter().all(|index| !item.contains_key(*index))
    );
    let again = host.call(reqwest::Method::POST, &format!("{event}/cancellation")).await.ok();
    assert_eq!(again, cancelled);
    host.patch(&event, json!({ "title": "Not so" })).await.refused(409, "event_cancelled");
    host.put(&format!("{event}/instruments/cello"), json!({ "wanted": 1 }))
        .await
        .refused(409, "event_cancelled");
    late.post(&format!("{event}/participations"), super::with("cello")).await.refused(409, "event_cancelled");
    guest.patch(&part(&guest, &event), super::with("violin")).await.refused(409, "event_cancelled");
    assert_eq!(status(&guest, &event).await, "going");
}

#[tokio::test]
async fn an_event_that_is_over_stays_as_it_was() {
    let Some(world) = World::local().await else { return };
    let (host, guest) = (world.person().await, player(&world, &["cello"]).await);
    let late = player(&world, &["cello"]).await;
    let event = announce(&host, jam()).await;
    join(&guest, &event, "cello").await;
    world.pass(std::time::Duration::from_hours(24 * 8)).await;
    let (host, guest, late) =
        (world.log_in(&host.name).await, world.log_in(&guest.name).await, world.log_in(&late.name).await);
    assert_eq!(host.get(&event).await.ok()["status"], "ended");
    host.patch(&event, json!({ "title": "Not so" })).await.refused(409, "event_ended");
    host.post(&format!("{event}/cancellation"), json!({})).await.refused(409, "event_ended");
    late.post(&format!("{event}/participations"), super::with("cello")).await.refused(409, "event_ended");
    guest.delete(&part(&guest, &event)).await.refused(409, "event_ended");
    let there = host.patch(&part(&guest, &event), json!({ "attended": true })).await.ok();
    assert_eq!(there["attended"], true);
}

#[tokio::test]
async fn what_is_taken_is_not_taken_away() {
    let world = World::new().await;
    let host = world.person().await;
    let wanted = json!({ "instruments": [{ "instrument_id": "cello", "wanted": 3 }, { "instrument_id": "violin", "wanted": 1 }] });
    let event = announce(&host, jam_with(wanted)).await;
    for _ in 0..3 {
        join(&player(&world, &["cello"]).await, &event, "cello").await;
    }
    let reply = host.patch(&event, json!({ "capacity": 2 })).await;
    assert_eq!(reply.errors(), (409, vec![("capacity_taken", "capacity")]));
    assert!(reply.text.contains("3 seats are taken"), "{}", reply.text);
    let cello = format!("{event}/instruments/cello");
    host.put(&cello, json!({ "wanted": 2 })).await.refused(409, "slots_taken");
    host.delete(&cello).await.refused(409, "slots_taken");
    host.patch(&event, json!({ "capacity": 3 })).await.ok();
    let slots = host.put(&cello, json!({ "wanted": 5 })).await.ok();
    assert_eq!((&slots["wanted"], &slots["taken"], &slots["open"]), (&json!(5), &json!(3), &json!(2)));
    host.delete(&format!("{event}/instruments/violin")).await.ok();
    host.delete(&format!("{event}/instruments/violin")).await.refused(404, "not_found");
    let listed = world.get(&format!("{event}/instruments?limit=1")).await.ok();
    assert_eq!(listed, json!([slots]));
}

#[tokio::test]
async fn at_most_twenty_instruments_are_wanted() {
    let world = World::new().await;
    let host = world.person().await;
    let all = world.get("/v1/instruments?limit=21").await.ok();
    let ids: Vec<&str> = all.as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap()).collect();
    let wanted = |ids: &[&str]| -> serde_json::Value {
        ids.iter().map(|id| json!({ "instrument_id": id, "wanted": 1 })).collect()
    };
    let reply = host.post("/v1/events", jam_with(json!({ "instruments": wanted(&ids) }))).await;
    assert_eq!(reply.errors(), (422, vec![("too_long", "instruments")]));
    let event = announce(&host, jam_with(json!({ "instruments": wanted(&ids[..20]) }))).await;
    let one_more = format!("{event}/instruments/{}", ids[20]);
    host.put(&one_more, json!({ "wanted": 1 })).await.refused(409, "limit_reached");
    host.delete(&format!("{event}/instruments/{}", ids[0])).await.ok();
    host.put(&one_more, json!({ "wanted": 1 })).await.ok();
}
