use std::time::Duration;

use serde_json::{Value, json};

use super::{announce_to, told, two};
use crate::{
    conversations::{direct, say},
    harness::World,
};

fn titles(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|told| told["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn notifications_are_read_one_by_one_and_all_at_once() {
    let Some(world) = World::local().await else { return };
    let (admin, person) = two(&world).await;
    let mut paths = Vec::new();
    for title in ["One", "Two", "Three"] {
        paths.push(announce_to(&admin, &person, title).await);
    }
    let list = person.get("/v1/notifications").await;
    assert_eq!(list.body["page"]["unread"], 3);
    assert_eq!(titles(&list.body["data"]), ["Three", "Two", "One"]);
    assert_eq!(list.body["data"][0]["read_at"], json!(null));

    person.put(&format!("{}/read", paths[1]), json!({})).await.ok();
    let read_at = person.get(&paths[1]).await.ok()["read_at"].clone();
    assert!(read_at.is_string());
    world.pass(Duration::from_mins(1)).await;
    person.put(&format!("{}/read", paths[1]), json!({})).await.ok();
    assert_eq!(person.get(&paths[1]).await.ok()["read_at"], read_at, "once is enough");
    let unread = person.get("/v1/notifications?unread=true").await;
    assert_eq!(
        (titles(&unread.body["data"]), &unread.body["page"]["unread"]),
        (vec!["Three", "One"], &json!(2))
    );

    person.delete(&paths[2]).await.ok();
    person.get(&paths[2]).await.refused(404, "not_found");
    person.delete(&paths[2]).await.refused(404, "not_found");
    person.put(&format!("{}/read", paths[2]), json!({})).await.refused(404, "not_found");
    assert_eq!(titles(&person.get("/v1/notifications").await.ok()), ["Two", "One"]);

    person.put("/v1/notifications/read", json!({})).await.ok();
    assert_eq!(person.get("/v1/notifications").await.body["page"]["unread"], 0);
    assert_eq!(person.get("/v1/notifications?unread=true").await.ok(), json!([]));
}

#[tokio::test]
async fn they_page_and_end_with_ninety_days() {
    let Some(world) = World::local().await else { return };
    let (admin, person) = two(&world).await;
    for number in 0..5 {
        announce_to(&admin, &person, &format!("No. {number}")).await;
    }
    for filter in ["", "unread=true&"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = person.get(&format!("/v1/notifications?{filter}limit=2{cursor}")).await;
            seen.extend(titles(&page.body["data"]).into_iter().map(str::to_owned));
            let Some(next) = page.body["page"]["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, ["No. 4", "No. 3", "No. 2", "No. 1", "No. 0"], "{filter}");
    }
    let day = Duration::from_hours(24);
    world.pass(90 * day).await;
    let person = world.log_in(&person.name).await;
    let list = person.get("/v1/notifications").await;
    assert_eq!((titles(&list.body["data"]).len(), &list.body["page"]["unread"]), (5, &json!(5)));
    world.pass(day).await;
    let person = world.log_in(&person.name).await;
    let list = person.get("/v1/notifications").await;
    assert_eq!((&list.body["data"], &list.body["page"]["unread"]), (&json!([]), &json!(0)));
    assert_eq!(person.get("/v1/notifications?unread=true").await.ok(), json!([]));
}

#[tokio::test]
async fn one_of_a_message_alone_quotes_it_as_the_list_does() {
    let Some(world) = World::local().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    say(&ann, &direct(&ann, &bob).await, "Are you there?").await;
    world.settled().await;
    let list = bob.get("/v1/notifications").await.ok();
    let path = format!("/v1/notifications/{}", list[0]["notification_id"].as_str().unwrap());
    let alone = bob.get(&path).await.ok();
    assert_eq!((&alone, &alone["body"]), (&list[0], &json!("Are you there?")));
}

#[tokio::test]
async fn nobody_reads_those_of_others() {
    let Some(world) = World::with_admins().await else { return };
    let (admin, person) = two(&world).await;
    let path = announce_to(&admin, &person, "Yours").await;
    let other = world.person().await;
    other.get(&path).await.refused(404, "not_found");
    other.put(&format!("{path}/read"), json!({})).await.refused(404, "not_found");
    other.delete(&path).await.refused(404, "not_found");
    assert_eq!(person.get(&path).await.ok()["read_at"], json!(null));
    assert_eq!(told(&other).await, []);
}
