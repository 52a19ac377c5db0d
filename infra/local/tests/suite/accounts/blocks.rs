use reqwest::Method;

use crate::harness::World;

const BLOCKS: &str = "/v1/users/me/blocks";

#[tokio::test]
async fn people_are_blocked_listed_and_unblocked() {
    let world = World::new().await;
    let (person, a, b) = (world.person().await, world.person().await, world.person().await);
    for other in [&a, &b, &a] {
        person.call(Method::PUT, &format!("{BLOCKS}/{}", other.id)).await.ok();
    }
    let names = |list: serde_json::Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|block| block["username"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(person.get(BLOCKS).await.ok()), [&*a.name, &*b.name]);
    let reply = person.get(&format!("{BLOCKS}?limit=1")).await;
    let next = reply.body["page"]["next"].as_str().unwrap().to_owned();
    assert_eq!(names(reply.ok()), [&*a.name]);
    assert_eq!(names(person.get(&format!("{BLOCKS}?limit=1&cursor={next}")).await.ok()), [&*b.name]);
    assert!(names(a.get(BLOCKS).await.ok()).is_empty());
    person.delete(&format!("{BLOCKS}/{}", a.id)).await.ok();
    person.delete(&format!("{BLOCKS}/{}", a.id)).await.refused(404, "not_found");
    assert_eq!(names(person.get(BLOCKS).await.ok()), [&*b.name]);
}

#[tokio::test]
async fn whoever_is_blocked_stays_so_since_then() {
    let Some(world) = World::local().await else { return };
    let (person, other) = (world.person().await, world.person().await);
    let block = || person.call(Method::PUT, &format!("{BLOCKS}/{}", other.id));
    block().await.ok();
    let before = person.get(BLOCKS).await.ok();
    world.pass(std::time::Duration::from_mins(1)).await;
    block().await.ok();
    assert_eq!(person.get(BLOCKS).await.ok(), before);
}

#[tokio::test]
async fn nobody_blocks_themselves_or_nobody() {
    let world = World::new().await;
    let person = world.person().await;
    let reply = person.call(Method::PUT, &format!("{BLOCKS}/{}", person.id)).await;
    assert_eq!(reply.errors(), (422, vec![("oneself", "user_id")]));
    let nobody = format!("{BLOCKS}/01900000-0000-7000-8000-000000000000");
    person.call(Method::PUT, &nobody).await.refused(404, "not_found");
    person.call(Method::PUT, &format!("{BLOCKS}/x")).await.refused(404, "not_found");
}
