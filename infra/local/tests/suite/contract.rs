//! What holds of every operation, whatever it does. A new one is covered by being on the list.

use std::{collections::BTreeSet, fs};

use reqwest::Method;
use serde_json::{Value, json};
use tunelink::{auth::Access, operation::Function};
use tunelink_local::{
    examples::{self, entry, path, resolve},
    generated::{self, root},
};

use crate::harness::{Call, Person, World};

/// The operations that a client can name.
fn routed() -> impl Iterator<Item = &'static Function> {
    functions::ALL.iter().copied().filter(|function| function.route.path != "$default")
}

fn with_json_body() -> impl Iterator<Item = &'static Function> {
    routed().filter(|function| matches!(examples::body(function), Some(("application/json", _))))
}

fn method(function: &Function) -> Method {
    function.route.method.parse().expect("routes have HTTP methods")
}

fn example(function: &Function) -> Option<Value> {
    examples::body(function).map(|(_, body)| body)
}

fn call(world: &World, function: &Function) -> Call {
    let call = world.call(method(function), &path(function));
    match example(function) {
        Some(body) if entry(function)["requestBody"]["content"]["application/json"].is_object() => {
            call.json(body)
        }
        _ => call,
    }
}

#[test]
fn every_operation_has_its_binary_and_every_binary_its_operation() {
    let live = functions::LIVE.iter().map(|function| function.name);
    let names = functions::ALL
        .iter()
        .map(|function| function.name)
        .chain(live)
        .chain([functions::REACT.name, functions::ERASE_DUE.name]);
    let operations: BTreeSet<String> = names.map(str::to_owned).collect();
    let files = fs::read_dir(root().join("functions/src/bin")).expect("the folder is there");
    let binaries =
        files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(operations, binaries);
    for name in &operations {
        let source = fs::read_to_string(root().join(format!("functions/src/bin/{name}.rs"))).unwrap();
        assert!(
            source.contains(&format!("&functions::{}", name.to_uppercase())),
            "{name} serves another operation"
        );
    }
}

#[test]
fn generated_files_are_up_to_date() {
    let files = generated::files().expect("the files have their marks");
    let stale: Vec<_> = files.iter().filter(|file| !file.is_up_to_date()).map(|file| &file.path).collect();
    assert!(stale.is_empty(), "out of date: {stale:?}; bring them up to date with: {}", generated::COMMAND);
}

#[test]
fn every_entry_says_all_there_is_to_know() {
    let mut ids = BTreeSet::new();
    for function in functions::ALL {
        let (name, entry) = (function.name, entry(function));
        let id = entry["operationId"].as_str().expect("an id");
        assert!(ids.insert(id), "{id} occurs twice");
        assert_eq!(id.to_lowercase(), name.replace('_', ""));
        assert!(entry["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{name}");
        let integration = &entry["x-amazon-apigateway-integration"];
        assert_eq!(integration["payloadFormatVersion"], "2.0");
        assert_eq!(integration["type"], "aws_proxy");
        assert!(
            integration["uri"]["Fn::Sub"]
                .as_str()
                .unwrap()
                .to_lowercase()
                .contains(&format!("${{{}function.arn}}", id.to_lowercase()))
        );
        assert!(entry["responses"]["500"].is_object() && entry["responses"]["503"].is_object(), "{name}");
        let session = json!([{ "session": [] }]);
        match function.access {
            Access::Anyone => assert_eq!(entry["security"], json!([{}])),
            Access::Visitor => assert_eq!(entry["security"], json!([{}, { "session": [] }])),
            Access::Member | Access::Admin => assert_eq!(entry["security"], session),
        }
        let body = &entry["requestBody"];
        assert!(body.is_null() || example(function).is_some(), "{name} has no example of its body");
    }
}

#[test]
fn what_can_be_left_out_is_not_filled_in() {
    for function in functions::ALL {
        let parameters = entry(function)["parameters"].as_array().expect("a list");
        for parameter in parameters.iter().filter(|parameter| parameter["required"] != true) {
            let example = [&parameter["example"], &parameter["schema"]["example"]];
            assert!(example.iter().all(|example| example.is_null()), "{}: {parameter}", function.name);
        }
    }
}

#[test]
fn the_gateway_knows_what_to_do_with_unknown_paths() {
    assert_eq!(entry(&functions::NOT_FOUND)["isDefaultRoute"], true);
}

#[tokio::test]
async fn every_operation_refuses_strangers() {
    let world = World::new().await;
    for function in routed().filter(|function| matches!(function.access, Access::Member | Access::Admin)) {
        let reply = call(&world, function).await;
        reply.refused(401, "unauthenticated");
        assert_eq!(reply.header("www-authenticate"), "Bearer", "{}", function.name);
        assert!(reply.body["data"].is_null());
        call(&world, function).bearer("forged").await.refused(401, "invalid_token");
        call(&world, function)
            .header("authorization", "Basic bWU6bWU=")
            .await
            .refused(401, "unauthenticated");
    }
}

#[tokio::test]
async fn what_only_admins_may_members_may_not() {
    let Some(world) = World::local().await else { return };
    let (member, admin) = (world.person().await, world.admin().await);
    let mut seen = 0;
    for function in routed().filter(|function| function.access == Access::Admin) {
        let by = |person: &Person| call(&world, function).bearer(&person.access_token);
        by(&member).await.refused(403, "forbidden");
        let reply = by(&admin).await;
        assert_ne!(reply.status, 403, "{}", function.name);
        seen += 1;
    }
    assert!(seen > 0);
}

#[tokio::test]
async fn the_example_of_every_body_is_well_formed() {
    let Some(world) = World::local().await else { return };
    for function in with_json_body() {
        let admin = world.admin().await;
        let reply = call(&world, function).bearer(&admin.access_token).await;
        let (status, errors) = reply.errors();
        let shape = ["missing", "unknown_field", "wrong_type", "too_short", "too_long", "invalid_format"];
        let misshapen = errors.iter().any(|(code, _)| shape.contains(code));
        assert!(status < 500 && status != 400 && !misshapen, "{}: {}", function.name, reply.text);
    }
}

#[tokio::test]
async fn every_body_has_its_limits() {
    let Some(world) = World::local().await else { return };
    let admin = world.admin().await;
    let before = world.own_items().await;
    for function in with_json_body() {
        let call = || world.call(method(function), &path(function)).bearer(&admin.access_token);
        let filler = |size: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(size - 8));
        call().raw("application/json", filler(64 * 1024 + 1)).await.refused(413, "body_too_large");
        call().raw("application/json", filler(64 * 1024)).await.refused(422, first_fault(function));
        let deep = format!("{}1{}", "{\"a\":".repeat(33), "}".repeat(33));
        call().raw("application/json", deep).await.refused(400, "json_too_deep");
        for malformed in ["{", "{\"a\":1,}", "nope"] {
            call().raw("application/json", malformed).await.refused(400, "malformed_json");
        }
        call().raw("text/plain", "{}").await.refused(415, "unsupported_media_type");
        call().raw("application/json; charset=latin1", "{}").await.refused(415, "unsupported_media_type");
        let twice = call().raw("application/json", "{\"a\":1,\"a\":2}").await;
        assert_eq!(twice.errors(), (422, vec![("duplicate_field", "a")]));
        let mut body = example(function).expect("every body has an example");
        body["no_such_field"] = json!(1);
        let reply = call().json(body).await;
        assert_eq!(reply.errors(), (422, vec![("unknown_field", "no_such_field")]), "{}", function.name);
        call().raw("application/json", "[]").await.refused(422, "wrong_type");
    }
    assert_eq!(world.own_items().await, before);
}

/// What is wrong with `{"a": "…"}`: a required field is missing, otherwise `a` is unknown.
fn first_fault(function: &Function) -> &'static str {
    let schema = resolve(&entry(function)["requestBody"]["content"]["application/json"]["schema"]);
    let required = schema["required"].as_array().is_some_and(|required| !required.is_empty());
    if required { "missing" } else { "unknown_field" }
}

#[tokio::test]
async fn ids_that_name_nothing_are_not_found() {
    let Some(world) = World::with_admins().await else { return };
    let admin = world.admin().await;
    for function in
        routed().filter(|function| function.route.path.contains('{') && function.route.method == "GET")
    {
        let named = |name: &str| path(function).replace("electric-guitar", name).replace("gypsy-jazz", name);
        let unknown = named("no-such-thing");
        world.call(method(function), &unknown).bearer(&admin.access_token).await.refused(404, "not_found");
        let nonsense = named("No%23").replace("01900000", "zzz");
        let reply = world.call(method(function), &nonsense).bearer(&admin.access_token).await;
        reply.refused(404, "not_found");
    }
}

#[tokio::test]
async fn every_error_speaks_french_to_those_who_ask() {
    let world = World::new().await;
    for function in routed().filter(|function| matches!(function.access, Access::Member | Access::Admin)) {
        let reply = call(&world, function).french().await;
        assert_eq!(reply.body["message"], "Connectez-vous d'abord", "{}", function.name);
        assert_eq!(reply.header("content-language"), "fr");
    }
}

#[tokio::test]
async fn what_is_no_operation_understands_its_sample() {
    let Some(world) = World::local().await else { return };
    let sample = |name: &str| fs::read_to_string(root().join(format!("events/{name}.json"))).unwrap();
    for (function, status) in
        [(&functions::CONNECT, 401), (&functions::RECEIVE, 200), (&functions::DISCONNECT, 200)]
    {
        let request = serde_json::from_str(&sample(function.name)).unwrap();
        assert_eq!(function.call(world.app(), request).await.status_code, status, "{}", function.name);
    }
    let batch = serde_json::from_str(&sample(functions::REACT.name)).unwrap();
    assert!(functions::REACT.call(world.app(), batch).await.batch_item_failures.is_empty());
}
