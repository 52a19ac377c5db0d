//! Cases that were worked out by hand.

use serde_json::{Value, json};

use super::*;
use crate::{close, inputs::Files, root};

/// Who says ten times a month something to three people, and logs in once.
fn inputs() -> Inputs {
    let ones = [
        "accounts_per_active",
        "kb_kept_per_account",
        "kb_kept_per_active",
        "socket_minutes",
        "reply_kb",
        "frame_kb",
        "log_kb",
        "access_log_kb",
        "traced_share",
        "leaving_share",
        "erasure_ms",
    ];
    let mut assumptions: serde_json::Map<String, Value> =
        ones.iter().map(|name| ((*name).to_owned(), json!({ "value": 1, "why": "" }))).collect();
    let others = [
        ("peak_to_mean", 5.0),
        ("online_share", 0.5),
        ("sockets_per_person", 2.0),
        ("devices_per_person", 1.5),
        ("pushes_wanted", 0.5),
        ("further_rcu", 6.0),
        ("further_wcu", 7.0),
        ("round_ms", 5.0),
        ("transaction_ms", 8.0),
        ("cpu_base_ms", 0.5),
        ("cpu_call_ms", 0.25),
        ("cpu_kb_ms", 0.125),
        ("cpu_hash_ms", 40.0),
        ("reaction_ms", 60.0),
        ("records_per_call", 2.0),
    ];
    assumptions.extend(others.map(|(name, value)| (name.to_owned(), json!({ "value": value, "why": "" }))));
    let traffic = json!({
        "about": "",
        "assumptions": assumptions,
        "calls": {
            "send_message": { "per_month": 10, "told": 3, "frames": 4, "records": 2, "why": "" },
            "log_in": { "per_month": 1, "hashes": 1, "records": 1, "why": "" },
            "receive": { "per_month": 20, "as": "log_in", "why": "" },
        },
        "hot_keys": [
            { "key": "K", "unit": "wcu", "share": 0.5, "units": { "send_message": 4, "log_in": 2 }, "why": "" },
        ],
    });
    let costs = json!({
        "send_message": {
            "calls": 3, "rounds": 2, "rcu": 4, "wcu": 10, "received": 2048, "reactions": { "rcu": 14, "wcu": 7 },
        },
        "log_in": { "calls": 8, "rounds": 4, "rcu": 3, "wcu": 8, "received": 0 },
    });
    let memory = [("SendMessage", 1769.0), ("LogIn", 884.5), ("Receive", 1769.0), ("React", 512.0)];
    Inputs {
        costs: serde_json::from_value(costs).unwrap(),
        traffic: serde_json::from_value(traffic).unwrap(),
        prices: serde_json::from_value(json!({
            "about": "", "region": "", "looked_up": "", "prices": {}, "fixed_dollars": { "value": 0, "why": "" },
        }))
        .unwrap(),
        limits: serde_json::from_value(json!({ "about": "", "looked_up": "", "limits": [] })).unwrap(),
        memory: memory.map(|(name, size)| (name.to_owned(), size)).into(),
    }
}

#[track_caller]
fn assert_close(one: f64, other: f64) {
    assert!(close(one, other), "{one} is not {other}");
}

#[test]
fn units_count_the_reactions_and_everybody_who_is_told() {
    let usage = Usage::of(&inputs()).unwrap();
    // 10 × (4 + 14 + 2 × 6) + 21 × 3, and 10 × (10 + 7 + 2 × 7) + 21 × 8.
    assert_close(usage.read_units, 363.0);
    assert_close(usage.write_units, 478.0);
}

#[test]
fn records_frames_and_pushes_follow_from_who_is_told() {
    let usage = Usage::of(&inputs()).unwrap();
    // 10 × (2 + 3) + 1; 10 × 4 × 0.5 × 2; 10 × 3 × 0.5 × 1.5.
    assert_close(usage.records, 51.0);
    assert_close(usage.frames, 40.0);
    assert_close(usage.pushes, 22.5);
    assert_close(usage.http_requests, 11.0);
    assert_close(usage.socket_in, 20.0);
}

#[test]
fn a_call_waits_for_its_rounds_and_computes_on_its_share_of_a_core() {
    let usage = Usage::of(&inputs()).unwrap();
    // 2 × 5 + 8, then 0.5 + 3 × 0.25 + 2 × 0.125 of a core.
    assert_close(usage.functions["send_message"].ms, 19.5);
    // 4 × 5 + 8, then 0.5 + 8 × 0.25 + 40 of half a core.
    assert_close(usage.functions["log_in"].ms, 113.0);
    assert_close(usage.functions["react"].seconds(), 25.5 * 0.06);
    assert_close(usage.functions["react"].gb_seconds(), 25.5 * 0.03);
}

#[test]
fn a_partition_takes_its_share_in_the_busiest_second() {
    let usage = Usage::of(&inputs()).unwrap();
    // (10 × 4 + 1 × 2) × 0.5 a month, five times as much at the peak.
    assert_close(usage.measure("hot:K").unwrap(), 21.0 * 5.0 / 2_592_000.0);
    assert_close(usage.measure("records_at_work").unwrap(), 51.0 * 0.06 * 5.0 / 2_592_000.0);
    assert_close(usage.measure("pushes").unwrap(), 22.5 * 5.0 / 2_592_000.0);
    assert!(usage.measure("hot:none").is_err());
}

#[test]
fn what_is_not_known_is_an_error() {
    let mut unknown = inputs();
    unknown.costs.remove("log_in");
    assert!(Usage::of(&unknown).is_err());
    let mut unknown = inputs();
    unknown.memory.remove("React");
    assert!(Usage::of(&unknown).is_err());
}

#[test]
fn the_model_says_of_every_operation_how_often_it_is_called() {
    let document = std::fs::read_to_string(root().join("infra/openapi.json")).unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let named: Vec<&str> = operations.filter_map(|operation| operation["operationId"].as_str()).collect();
    let calls = Inputs::read(&Files::of_the_repository()).unwrap().traffic.calls;
    let called: Vec<String> = calls.keys().map(|name| camel_case(name)).collect();
    let missing: Vec<_> = named.iter().filter(|name| !called.contains(&(**name).to_owned())).collect();
    assert!(!named.is_empty() && missing.is_empty(), "{missing:?}");
}

fn camel_case(name: &str) -> String {
    let id: String = name.split('_').map(capital).collect();
    let mut letters = id.chars();
    letters.next().map(|first| first.to_ascii_lowercase().to_string() + letters.as_str()).unwrap_or_default()
}
