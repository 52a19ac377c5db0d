use serde_json::{Value, json};

use super::{announce, in_days, jam, jam_with, join, player};
use crate::harness::World;

fn titles(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|event| event["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn my_events_are_those_i_organise_and_those_i_signed_up_for() {
    let Some(world) = World::local().await else { return };
    let (me, other) = (player(&world, &["cello"]).await, world.person().await);
    let at = |title: &str, days| {
        jam_with(json!({ "title": title, "starts_at": in_days(days), "ends_at": in_days(days + 1) }))
    };
    announce(&me, at("Third", 12)).await;
    announce(&me, at("First", 10)).await;
    let joined = announce(&other, at("Second", 11)).await;
    announce(&other, jam()).await;
    join(&me, &joined, "cello").await;
    announce(&me, at("Soon over", 1)).await;
    let mine = "/v1/users/me/events";
    assert_eq!(titles(&me.get(mine).await.ok()), ["Soon over", "First", "Second", "Third"]);
    assert_eq!(titles(&me.get(&format!("{mine}?part=going")).await.ok()), ["Second"]);
    assert_eq!(titles(&me.get(&format!("{mine}?when=past")).await.ok()), [""; 0]);
    let page = me.get(&format!("{mine}?limit=3")).await;
    let next = page.body["page"]["next"].as_str().unwrap().to_owned();
    assert_eq!(titles(&me.get(&format!("{mine}?limit=3&cursor={next}")).await.ok()), ["Third"]);
    me.get(&format!("{mine}?when=past&cursor={next}")).await.refused(400, "invalid_cursor");
    world.pass(std::time::Duration::from_hours(24 * 4)).await;
    let me = world.log_in(&me.name).await;
    let past = me.get(&format!("{mine}?when=past")).await.ok();
    assert_eq!(
        (titles(&past), &past[0]["status"], &past[0]["part"]),
        (vec!["Soon over"], &json!("ended"), &json!("organiser"))
    );
    assert_eq!(titles(&me.get(mine).await.ok()), ["First", "Second", "Third"]);
}
