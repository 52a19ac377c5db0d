use serde_json::json;

use super::{announce, jam_with, join, part, player, status};
use crate::harness::World;

#[tokio::test]
async fn where_the_organiser_decides_nobody_has_a_seat_before() {
    let world = World::new().await;
    let host = world.person().await;
    let event = announce(&host, jam_with(json!({ "needs_approval": true, "capacity": 2 }))).await;
    let mut people = Vec::new();
    for _ in 0..4 {
        let person = player(&world, &["cello"]).await;
        assert_eq!(join(&person, &event, "cello").await, "pending");
        people.push(person);
    }
    assert_eq!(host.get(&event).await.ok()["seats"]["taken"], 0);
    let decide = async |at: usize, decision: &str| {
        let path = part(&people[at], &event);
        host.patch(&path, json!({ "decision": decision })).await.ok()["status"].clone()
    };
    people[0]
        .patch(&part(&people[0], &event), json!({ "decision": "approved" }))
        .await
        .refused(403, "forbidden");
    assert_eq!(decide(0, "approved").await, "going");
    assert_eq!(decide(0, "approved").await, "going");
    assert_eq!(decide(1, "approved").await, "going");
    assert_eq!(decide(2, "approved").await, "waiting");
    assert_eq!(decide(3, "declined").await, "declined");
    // A seat that is taken away goes to who waits for it.
    assert_eq!(decide(0, "declined").await, "declined");
    assert_eq!(status(&people[2], &event).await, "going");
    // The answer was no: neither leaving nor asking again changes it, the organiser may.
    let path = part(&people[3], &event);
    people[3].delete(&path).await.refused(403, "forbidden");
    people[3]
        .post(&format!("{event}/participations"), super::with("cello"))
        .await
        .refused(409, "already_joined");
    assert_eq!(decide(3, "approved").await, "waiting");
    world.audit().await;
}

#[tokio::test]
async fn others_see_who_comes_and_the_organiser_sees_everyone() {
    let world = World::new().await;
    let host = world.person().await;
    let event = announce(&host, jam_with(json!({ "capacity": 2 }))).await;
    let mut people = Vec::new();
    for _ in 0..3 {
        let person = player(&world, &["cello"]).await;
        join(&person, &event, "cello").await;
        people.push(person);
    }
    let participants = format!("{event}/participants");
    let names = |list: serde_json::Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|p| p["username"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        names(host.get(&participants).await.ok()),
        people.iter().map(|p| p.name.clone()).collect::<Vec<_>>()
    );
    assert_eq!(names(people[2].get(&participants).await.ok()).len(), 2);
    assert_eq!(
        names(host.get(&format!("{participants}?status=waiting")).await.ok()),
        [people[2].name.clone()]
    );
    assert_eq!(names(people[0].get(&format!("{participants}?status=waiting")).await.ok()).len(), 0);
    people[0].get(&part(&people[1], &event)).await.refused(403, "forbidden");
    host.get(&part(&people[1], &event)).await.ok();
    let page = host.get(&format!("{participants}?limit=2")).await;
    let next = page.body["page"]["next"].as_str().unwrap().to_owned();
    assert_eq!(
        names(host.get(&format!("{participants}?limit=2&cursor={next}")).await.ok()),
        [people[2].name.clone()]
    );
}

#[tokio::test]
async fn nobody_was_there_before_it_began() {
    let Some(world) = World::local().await else { return };
    let (host, guest) = (world.person().await, player(&world, &["cello"]).await);
    let event = announce(&host, jam_with(json!({ "needs_approval": true }))).await;
    join(&guest, &event, "cello").await;
    let path = part(&guest, &event);
    host.patch(&path, json!({ "attended": true })).await.refused(409, "event_not_begun");
    world.pass(std::time::Duration::from_hours(24 * 7)).await;
    let host = world.log_in(&host.name).await;
    host.patch(&path, json!({ "attended": true })).await.refused(409, "not_going");
    host.patch(&path, json!({ "decision": "approved", "attended": true })).await.ok();
}
