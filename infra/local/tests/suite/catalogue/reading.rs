use serde_json::Value;

use super::{KINDS, pages};
use crate::harness::World;

fn ids(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_pages_of_a_list_have_every_entry_once_and_in_order() {
    let world = World::new().await;
    for (base, _) in KINDS {
        for limit in [7, 100] {
            let pages = pages(&world, None, base, limit).await;
            let (last, full) = pages.split_last().unwrap();
            assert!(full.iter().all(|page| page.len() == limit) && !last.is_empty());
            let all = pages.concat();
            let mut expected = ids(&all);
            expected.sort_unstable();
            expected.dedup();
            assert_eq!(ids(&all), expected);
            assert!(all.len() >= 60);
        }
    }
}

#[tokio::test]
async fn a_search_minds_neither_case_nor_accents_nor_language() {
    let world = World::new().await;
    for (query, found) in [
        ("q=ELECTRIC%20guitar", "electric-guitar"),
        ("q=guitare%20electrique", "electric-guitar"),
        ("q=%C3%A9lectrique", "electric-guitar"),
        ("category=bowed&q=alto", "viola"),
    ] {
        let reply = world.get(&format!("/v1/instruments?limit=100&{query}")).await.ok();
        assert!(ids(reply.as_array().unwrap()).contains(&found), "{query}: {reply}");
    }
    let bowed = world.get("/v1/instruments?category=bowed&limit=100").await.ok();
    assert!(bowed.as_array().unwrap().iter().all(|instrument| instrument["category"] == "bowed"));
    let nothing = world.get("/v1/genres?q=no-such-music").await;
    assert!(nothing.body["page"]["next"].is_null());
    assert_eq!(nothing.ok(), serde_json::json!([]));
    world.get("/v1/instruments?category=kitchen").await.refused(422, "invalid_value");
    world.get("/v1/instruments?q=").await.refused(422, "too_short");
    world.get("/v1/instruments?q=%20").await.refused(422, "invalid_format");
}

#[tokio::test]
async fn a_cursor_goes_with_its_filter() {
    let world = World::new().await;
    let reply = world.get("/v1/instruments?category=brass&limit=1").await;
    let cursor = reply.body["page"]["next"].as_str().unwrap().to_owned();
    world.get(&format!("/v1/instruments?category=brass&limit=5&cursor={cursor}")).await.ok();
    for path in ["/v1/instruments?", "/v1/instruments?category=bowed&", "/v1/genres?"] {
        world.get(&format!("{path}cursor={cursor}")).await.refused(400, "invalid_cursor");
    }
    world.get("/v1/genres?cursor=forged").await.refused(400, "invalid_cursor");
}

#[tokio::test]
async fn anybody_may_keep_what_the_catalogue_says() {
    let world = World::new().await;
    for path in ["/v1/instruments?limit=5", "/v1/instruments/violin", "/v1/genres/swing"] {
        let reply = world.get(path).await;
        assert_eq!((reply.status, reply.header("cache-control")), (200, "public, max-age=300"), "{path}");
        let etag = reply.header("etag").to_owned();
        assert_eq!(world.get(path).header("if-none-match", &etag).await.status, 304, "{path}");
        assert_eq!(world.get(path).french().header("if-none-match", &etag).await.status, 200, "{path}");
    }
    let violin = world.get("/v1/instruments/violin").await.ok();
    assert_eq!((&violin["name"]["fr"], &violin["category"]), (&"Violon".into(), &"bowed".into()));
    world.get("/v1/genres/violin").await.refused(404, "not_found");
}
