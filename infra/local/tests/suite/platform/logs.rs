//! What the log tells, and what it never does.

use serde_json::{Value, json};
use tracing::Level;
use tunelink::reaction::Change;

use crate::{
    conversations::{direct, say},
    harness::{Log, PASSWORD, Person, World, account, unique},
};

/// A trace that the client has chosen (W3C Trace Context).
const CLIENT_TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn traceparent() -> String {
    format!("00-{CLIENT_TRACE}-00f067aa0ba902b7-01")
}

fn members(line: &Value) -> Vec<&str> {
    line.as_object().expect("a line is an object").keys().map(String::as_str).collect()
}

/// What the line of every call has, sorted.
const ALWAYS: [&str; 18] = [
    "Duration",
    "Operation",
    "ReadCapacity",
    "WriteCapacity",
    "_aws",
    "calls",
    "cold",
    "duration_ms",
    "items",
    "level",
    "message",
    "operation",
    "rcu",
    "rounds",
    "timestamp",
    "trace_id",
    "wcu",
    "request_id",
];

/// Asserts that a line has what every call's has, and these; a cold start is counted.
fn has(line: &Value, more: &[&str]) {
    let mut expected: Vec<&str> = ALWAYS.iter().chain(more).copied().collect();
    expected.extend((line["cold"] == true).then_some("ColdStart"));
    expected.sort_unstable();
    assert_eq!(members(line), expected, "{line}");
}

#[tokio::test]
async fn every_call_is_one_line() {
    let log = Log::at(Level::INFO);
    let Some(world) = World::local().await else { return };
    let ann = world.person().await;
    let registered = &log.said("answered", "register")[0];
    has(registered, &["status"]);
    assert_eq!((&registered["status"], &registered["cold"]), (&json!(201), &json!(true)));
    assert!(registered["wcu"].as_f64().unwrap() > 0.0, "{registered}");

    ann.get("/v1/users/me").await.ok();
    let reply = ann.get("/v1/users/me").await;
    let calls = log.said("answered", "get_my_profile");
    let (first, read) = (&calls[0], &calls[1]);
    assert_eq!(first["cold"], true, "each function has a first call of its own");
    has(read, &["status", "user"]);
    assert_eq!(
        (&read["status"], &read["cold"], &read["level"]),
        (&json!(200), &json!(false), &json!("INFO"))
    );
    assert_eq!(read["request_id"], reply.header("apigw-requestid"));
    assert_eq!((&read["calls"], &read["items"], &read["rcu"]), (&json!(1), &json!(2), &json!(2.0)));

    ann.patch("/v1/users/me", json!({ "bio": 1 })).await.refused(422, "wrong_type");
    let refused = &log.said("answered", "update_my_profile")[0];
    has(refused, &["code", "status", "user"]);
    assert_eq!((&refused["status"], &refused["code"]), (&json!(422), &json!("invalid")));
    assert_eq!(refused["user"], read["user"], "somebody is called the same each time");

    world.faults.fail_when(|operation, _| operation == "Query");
    ann.get("/v1/users/me/instruments").await.refused(503, "unavailable");
    world.faults.stop();
    let failed = &log.said("answered", "list_my_instruments")[0];
    has(failed, &["Errors", "code", "status", "user"]);
    assert_eq!((&failed["level"], &failed["Errors"]), (&json!("ERROR"), &json!(1)));
    let why = &log.said("failed", "list_my_instruments")[0];
    assert_eq!(why["request_id"], failed["request_id"]);
    assert!(why["cause"].is_string(), "{why}");
}

#[tokio::test]
async fn sockets_and_reactions_have_their_lines_too() {
    let log = Log::at(Level::INFO);
    let Some(world) = World::local().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    let mut socket = world.socket(&bob).await;
    socket.send("ping", json!({})).await;
    socket.next_of("pong").await;
    say(&ann, &path, "Hello").await;
    world.settled().await;
    let of = |operation| log.said("answered", operation).remove(0);
    has(&of("connect"), &["connection", "status", "user"]);
    has(&of("receive"), &["connection", "status", "user"]);
    assert_eq!(of("connect")["user"], of("receive")["user"]);
    assert_ne!(of("connect")["user"], of("send_message")["user"]);

    let batches = log.said("reacted", "react");
    let sum = |name: &str| batches.iter().map(|batch| batch[name].as_u64().unwrap()).sum::<u64>();
    has(&batches[0], &["changes", "failed"]);
    let changes = world.changes().await.into_iter().map(|record| Change::of(record).unwrap());
    assert_eq!(sum("changes"), changes.filter(|change| change.key.kind().is_some()).count() as u64);
    assert_eq!(sum("failed"), 0);
    let followed = log.said("followed", "react");
    assert_eq!(sum("calls"), followed.iter().map(|line| line["calls"].as_u64().unwrap()).sum::<u64>());
}

#[tokio::test]
async fn a_trace_leads_from_a_call_to_all_that_follows_from_it() {
    let log = Log::at(Level::INFO);
    let Some(world) = World::local().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    world.settled().await;
    let body = json!({ "text": "Hello", "client_message_id": unique("m") });
    let sent = ann.post(&format!("{path}/messages"), body).header("traceparent", &traceparent()).await;
    sent.created();
    // Who answers has read, and is no longer told.
    world.settled().await;
    say(&bob, &path, "And you?").await;
    world.settled().await;

    let calls = log.said("answered", "send_message");
    let (call, other) = (&calls[0], &calls[1]);
    assert_eq!((&call["client_trace_id"], &other["client_trace_id"]), (&json!(CLIENT_TRACE), &Value::Null));
    let trace = call["trace_id"].as_str().unwrap();
    assert_ne!(other["trace_id"], trace);
    let followed = log.said("followed", "react");
    let kinds: Vec<_> =
        followed.iter().filter(|line| line["trace_id"] == trace).map(|line| &line["kind"]).collect();
    // The message is told to its reader's devices by way of a notification, which is a change of its own.
    assert!(kinds.contains(&&json!("Message")) && kinds.contains(&&json!("Notification")), "{kinds:?}");
    let written =
        world.items().await.into_values().filter_map(|item| item.get("trace")?.as_s().ok().cloned());
    assert!(written.filter(|written| written == trace).count() >= 2);
}

/// Every call of the SDK is a span, and together they say of a call what it says of itself.
#[tokio::test]
async fn what_is_asked_of_aws_is_told_in_detail() {
    let log = Log::at(Level::DEBUG);
    let Some(world) = World::local().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    let mut socket = world.socket(&bob).await;
    say(&ann, &path, "Hello").await;
    socket.next_of("message").await;
    ann.get("/v1/users?near=48.85,2.35&radius_km=5").await;
    world.settled().await;
    for answered in log.lines().iter().filter(|line| line["message"] == "answered") {
        let request = &answered["request_id"];
        let of_table = |line: &&Value| {
            line["message"] == "aws"
                && &line["request_id"] == request
                && line["db.system.name"] == "aws.dynamodb"
        };
        let spans: Vec<Value> = log.lines().iter().filter(of_table).cloned().collect();
        assert_eq!(answered["calls"], spans.len(), "{answered}");
        let units: f64 = spans.iter().filter_map(|span| span["capacity_units"].as_f64()).sum();
        let told = answered["rcu"].as_f64().unwrap() + answered["wcu"].as_f64().unwrap();
        assert!((units - told).abs() < 0.01, "{units} {answered}");
        for span in spans {
            assert_eq!(span["db.collection.name"], world.backend().table(), "{span}");
            assert!(span["duration_ms"].is_f64() && span["db.operation.name"].is_string(), "{span}");
        }
    }
    let posts: Vec<_> =
        log.lines().into_iter().filter(|line| line["rpc.method"] == "PostToConnection").collect();
    assert!(posts.iter().all(|span| span["rpc.system"] == "aws-api" && span["operation"] == "react"));
    assert!(!posts.is_empty());
}

/// Words that no line may have, whatever goes wrong with what they are in.
struct Canaries(Vec<(&'static str, String)>);

impl Canaries {
    fn are_absent(&self, log: &Log) {
        let text = log.text();
        for (what, canary) in &self.0 {
            let line = text.lines().find(|line| line.contains(canary.as_str()));
            assert!(line.is_none(), "{what} is in the log: {}", line.unwrap_or_default());
        }
    }
}

async fn use_everything(world: &World, ann: &Person, bob: &Person, secret: &str) {
    let profile =
        json!({ "display_name": secret, "bio": secret, "home": { "latitude": 48.85, "longitude": 2.35 } });
    ann.patch("/v1/users/me", profile).await;
    ann.get(&format!("/v1/users/{}", bob.id)).await.ok();
    ann.get(&format!("/v1/users/{secret}")).await;
    ann.get(&format!("/v1/events?genre={secret}")).await;
    let login = json!({ "identifier": ann.name, "password": secret });
    world.post("/v1/auth/login", login).await;
    world.get("/v1/users/me").bearer(secret).await;
    let path = direct(ann, bob).await;
    let mut socket = world.socket(bob).await;
    say(ann, &path, secret).await;
    socket.next_of("message").await;
    socket.send("send_message", json!({ "text": secret })).await;
    socket.send_raw(secret).await;
    ann.put(&format!("/v1/users/me/blocks/{}", bob.id), json!({})).await;
    world.settled().await;
}

#[tokio::test]
async fn no_line_has_anything_of_anybody() {
    let log = Log::at(Level::TRACE);
    let Some(world) = World::local().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let secret = unique("canary");
    use_everything(&world, &ann, &bob, &secret).await;
    world.faults.fail_when(|operation, _| matches!(operation, "TransactWriteItems" | "PutItem"));
    let path = format!("/v1/users/me/blocks/{}", bob.id);
    ann.put(&path, json!({})).await.refused(503, "unavailable");
    world.post("/v1/auth/register", account(&unique("q"))).await;
    world.faults.stop();

    let mut canaries = vec![("what was written", secret), ("the password", PASSWORD.to_owned())];
    for person in [&ann, &bob] {
        canaries.extend([
            ("an address", format!("{}@example.org", person.name)),
            ("a name", person.name.clone()),
            ("an id", person.id.clone()),
            ("a session", person.session_id.clone()),
            ("an access token", person.access_token.clone()),
            ("a refresh token", person.refresh_token.clone()),
            ("a device proof", person.device_proof.clone()),
        ]);
    }
    assert!(log.lines().len() > 50 && !log.said("failed", "block_user").is_empty());
    Canaries(canaries).are_absent(&log);
}
