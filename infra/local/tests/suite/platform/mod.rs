mod logs;

use reqwest::Method;

use crate::harness::{Reply, World};

#[tokio::test]
async fn health_looks_as_deep_as_it_is_asked() {
    let world = World::new().await;
    let shallow = world.get("/v1/health").await.ok();
    assert_eq!((&shallow["status"], &shallow["table"]), (&"ok".into(), &serde_json::Value::Null));
    let deep = world.get("/v1/health?deep=true").await.ok();
    assert_eq!(deep["table"], "ok");
    world.get("/v1/health?deep=perhaps").await.refused(422, "wrong_type");
}

#[tokio::test]
async fn a_table_that_does_not_answer_is_no_health() {
    let Some(world) = World::local().await else { return };
    world.faults.conflict_when(|_, _| true);
    world.get("/v1/health").await.ok();
    let reply = world.get("/v1/health?deep=true").await;
    reply.refused(503, "unavailable");
    assert!(!reply.header("retry-after").is_empty());
}

#[tokio::test]
async fn the_document_is_for_clients() {
    let world = World::new().await;
    let reply = world.get("/openapi.json").await;
    assert!(!reply.text.contains("x-amazon"));
    assert_eq!(reply.body["openapi"], "3.0.3");
    assert!(reply.body["paths"]["/v1/users/me"]["get"].is_object());
    assert!(reply.body["paths"]["/$default"].is_null());
}

#[tokio::test]
async fn the_documentation_is_one_page() {
    let world = World::new().await;
    let reply = world.get("/docs").await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(reply.header("content-security-policy"), "frame-ancestors 'none'");
    // Its two scripts end where they should, and none is fetched. Lambda's limit for a reply is 6 MB.
    assert_eq!((reply.text.matches("<script").count(), reply.text.matches("</script>").count()), (2, 2));
    for absent in ["<!--", "<script src", "<link rel=\"stylesheet\"", "sourceMappingURL", "{{bundle}}"] {
        assert!(!reply.text.contains(absent), "{absent}");
    }
    assert!(reply.text.len() < 4_000_000);
    let etag = reply.header("etag").to_owned();
    assert_eq!(world.get("/docs").header("if-none-match", &etag).await.status, 304);
}

#[tokio::test]
async fn what_is_long_and_never_changes_comes_compressed_to_those_who_take_that() {
    let world = World::new().await;
    for path in ["/docs", "/openapi.json"] {
        let plain = world.get(path).await;
        let compressed = world.get(path).header("accept-encoding", "br, gzip;q=0.5").await;
        assert_eq!((plain.header("content-encoding"), compressed.header("content-encoding")), ("", "gzip"));
        assert_eq!((compressed.status, &compressed.text), (200, &plain.text));
        let length = |reply: &Reply| reply.header("content-length").parse::<usize>().unwrap();
        assert!(length(&compressed) * 3 < length(&plain), "{path}");
        for reply in [&plain, &compressed] {
            assert_eq!(reply.header("vary"), "Accept-Encoding, Accept-Language");
        }
        // Two representations have two tags (RFC 9110 §8.8.3.3).
        assert_ne!(compressed.header("etag"), plain.header("etag"));
        let again =
            |tag: &str| world.get(path).header("accept-encoding", "gzip").header("if-none-match", tag);
        assert_eq!(again(compressed.header("etag")).await.status, 304);
        assert_eq!(again(plain.header("etag")).await.status, 200);
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_get_a_proper_answer() {
    let world = World::new().await;
    for path in ["/", "/v1", "/v2/health", "/v1/health/", "/v1/instruments//users", "/v1/instruments/a/b"] {
        let reply = world.get(path).french().await;
        reply.refused(404, "not_found");
        assert_eq!(reply.body["message"], "Introuvable");
    }
    for (method, path, allow) in [
        (Method::POST, "/v1/health", "GET"),
        (Method::PUT, "/v1/instruments/cello", "DELETE, GET, PATCH"),
        (Method::DELETE, "/v1/users/me", "GET, PATCH"),
    ] {
        let reply = world.call(method, path).french().await;
        reply.refused(405, "method_not_allowed");
        assert_eq!(reply.body["message"], "Cette méthode n'est pas permise ici");
        assert_eq!(reply.header("allow"), allow);
    }
}
