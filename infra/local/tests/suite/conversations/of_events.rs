use serde_json::{Value, json};

use super::{member, say, texts, try_say};
use crate::{
    events::{announce, jam_with, join, player},
    harness::{Person, World},
};

/// The conversation of an event.
fn talk(event: &str) -> String {
    event.replace("/events/", "/conversations/")
}

async fn people(person: &Person, event: &str) -> Vec<Value> {
    let participants = person.get(&format!("{}/participants?limit=100", talk(event))).await.ok();
    let mut people: Vec<Value> =
        participants.as_array().unwrap().iter().map(|part| part["user_id"].clone()).collect();
    people.sort_by_key(ToString::to_string);
    people
}

fn ids(people: &[&Person]) -> Vec<Value> {
    let mut ids: Vec<Value> = people.iter().map(|person| json!(person.id)).collect();
    ids.sort_by_key(ToString::to_string);
    ids
}

#[tokio::test]
async fn whoever_has_a_seat_takes_part_in_the_conversation() {
    let Some(world) = World::local().await else { return };
    let host = world.person().await;
    let event = announce(&host, jam_with(json!({ "capacity": 2 }))).await;
    assert_eq!(host.get(&talk(&event)).await.ok()["kind"], "event");
    let mut players = Vec::new();
    for _ in 0..3 {
        players.push(player(&world, &["violin"]).await);
    }
    let [ann, bob, carol] = &players[..] else { unreachable!() };
    for (person, status) in [(ann, "going"), (bob, "going"), (carol, "waiting")] {
        assert_eq!(join(person, &event, "violin").await, status);
    }
    world.settled().await;
    assert_eq!(people(&host, &event).await, ids(&[&host, ann, bob]));
    carol.get(&talk(&event)).await.refused(404, "not_found");
    say(ann, &talk(&event), "Which key?").await;

    bob.delete(&crate::events::part(bob, &event)).await.ok();
    world.settled().await;
    assert_eq!(people(&host, &event).await, ids(&[&host, ann, carol]));
    try_say(bob, &talk(&event), "Bye").await.refused(404, "not_found");
    assert_eq!(texts(carol, &talk(&event)).await, [] as [Value; 0]);

    host.post(&format!("{event}/cancellation"), json!({ "reason": "Rain" })).await.ok();
    world.settled().await;
    assert_eq!(people(&host, &event).await, ids(&[&host, ann, carol]));
    say(carol, &talk(&event), "Next week?").await;
    carol.delete(&crate::events::part(carol, &event)).await.ok();
    world.settled().await;
    assert_eq!(people(&host, &event).await, ids(&[&host, ann]));
}

#[tokio::test]
async fn its_members_and_its_title_are_the_events() {
    let Some(world) = World::local().await else { return };
    let (host, ann) = (world.person().await, player(&world, &["violin"]).await);
    let event = announce(&host, jam_with(json!({}))).await;
    host.put(&member(&talk(&event), &ann), json!({})).await.refused(409, "not_a_group");
    host.patch(&talk(&event), json!({ "title": "Mine" })).await.refused(409, "not_a_group");
    join(&ann, &event, "violin").await;
    world.settled().await;
    ann.delete(&member(&talk(&event), &ann)).await.refused(409, "not_a_group");
    host.patch(&event, json!({ "title": "Jam by the river" })).await.ok();
    world.settled().await;
    assert_eq!(ann.get(&talk(&event)).await.ok()["title"], "Jam by the river");
    host.delete(&format!("{}/messages/1", talk(&event))).await.refused(404, "not_found");
    say(&ann, &talk(&event), "Spam").await;
    host.delete(&format!("{}/messages/1", talk(&event))).await.ok();
}
