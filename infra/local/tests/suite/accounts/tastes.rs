use reqwest::Method;
use serde_json::json;

use crate::harness::World;

const INSTRUMENTS: &str = "/v1/users/me/instruments";
const GENRES: &str = "/v1/users/me/genres";

#[tokio::test]
async fn instruments_come_change_and_go() {
    let world = World::new().await;
    let person = world.person().await;
    let violin = format!("{INSTRUMENTS}/violin");
    person.put(&violin, json!({ "level": "beginner" })).await.ok();
    person.put(&violin, json!({ "level": "beginner" })).await.ok();
    person.put(&violin, json!({ "level": "advanced" })).await.ok();
    person.put(&format!("{INSTRUMENTS}/cello"), json!({ "level": "beginner" })).await.ok();
    let mine = json!([
        { "instrument_id": "cello", "level": "beginner" },
        { "instrument_id": "violin", "level": "advanced" },
    ]);
    assert_eq!(person.get(INSTRUMENTS).await.ok(), mine);
    let reply = person.get(&format!("{INSTRUMENTS}?limit=1")).await;
    let next = reply.body["page"]["next"].as_str().unwrap().to_owned();
    assert_eq!(reply.ok()[0], mine[0]);
    let reply = person.get(&format!("{INSTRUMENTS}?limit=1&cursor={next}")).await;
    assert!(reply.body["page"]["next"].is_null());
    assert_eq!(reply.ok(), json!([mine[1]]));
    person.get(&format!("{GENRES}?cursor={next}")).await.refused(400, "invalid_cursor");
    person.delete(&violin).await.ok();
    person.delete(&violin).await.refused(404, "not_found");
    assert_eq!(person.get(INSTRUMENTS).await.ok(), json!([mine[0]]));
}

#[tokio::test]
async fn only_what_is_in_the_catalogue() {
    let world = World::new().await;
    let person = world.person().await;
    let reply = person.put(&format!("{INSTRUMENTS}/kazoo-of-doom"), json!({ "level": "beginner" })).await;
    assert_eq!(reply.errors(), (422, vec![("unknown_instrument", "instrument_id")]));
    let reply = person.call(Method::PUT, &format!("{GENRES}/violin")).await;
    assert_eq!(reply.errors(), (422, vec![("unknown_genre", "genre_id")]));
    person
        .put(&format!("{INSTRUMENTS}/Not%20A%20Slug"), json!({ "level": "beginner" }))
        .await
        .refused(404, "not_found");
    person
        .put(&format!("{INSTRUMENTS}/violin"), json!({ "level": "virtuoso" }))
        .await
        .refused(422, "invalid_value");
    assert_eq!(person.get(INSTRUMENTS).await.ok(), json!([]));
}

#[tokio::test]
async fn genres_come_and_go() {
    let world = World::new().await;
    let person = world.person().await;
    person.call(Method::PUT, &format!("{GENRES}/swing")).await.ok();
    person.call(Method::PUT, &format!("{GENRES}/swing")).await.ok();
    person.call(Method::PUT, &format!("{GENRES}/bossa-nova")).await.ok();
    assert_eq!(person.get(GENRES).await.ok(), json!([{ "genre_id": "bossa-nova" }, { "genre_id": "swing" }]));
    person.delete(&format!("{GENRES}/swing")).await.ok();
    person.delete(&format!("{GENRES}/swing")).await.refused(404, "not_found");
}

#[tokio::test]
async fn twenty_instruments_and_not_one_more_whoever_hurries() {
    let world = World::new().await;
    let person = world.person().await;
    let all = world.get("/v1/instruments?limit=30").await.ok();
    let ids: Vec<_> = all.as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().to_owned()).collect();
    let calls: Vec<_> = ids
        .iter()
        .map(|id| {
            let call = person.put(&format!("{INSTRUMENTS}/{id}"), json!({ "level": "beginner" }));
            tokio::spawn(std::future::IntoFuture::into_future(call))
        })
        .collect();
    let mut added = 0;
    for call in calls {
        let reply = call.await.unwrap();
        if reply.status == 200 {
            added += 1;
        } else {
            reply.refused(409, "limit_reached");
            assert!(reply.body["message"].as_str().unwrap().contains("20"));
        }
    }
    let mine = person.get(&format!("{INSTRUMENTS}?limit=100")).await.ok();
    assert_eq!((added, mine.as_array().unwrap().len()), (20, 20));
    // A change of level needs no room, and what goes makes room.
    let one = format!("{INSTRUMENTS}/{}", mine[0]["instrument_id"].as_str().unwrap());
    person.put(&one, json!({ "level": "advanced" })).await.ok();
    person.delete(&one).await.ok();
    person.put(&one, json!({ "level": "advanced" })).await.ok();
}
