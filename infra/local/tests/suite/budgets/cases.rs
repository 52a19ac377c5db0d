//! Cases of operations beside those of the examples, for which there are figures to keep.

use std::time::Duration;

use serde_json::json;
use tunelink::operation::Function;

use crate::{
    conversations::{direct, group, say},
    events::{announce, jam_with, join},
    harness::{Call, World, stage::Cast, unique},
};

/// Gives the owner three events with somebody who takes part, and three groups in which two people have talked.
pub(super) async fn fill(Cast { owner, member, former, .. }: &Cast) {
    for _ in 0..3 {
        let event = announce(owner, jam_with(json!({}))).await;
        join(member, &event, "cello").await;
        let group = group(owner, &[member, former]).await;
        say(owner, &group, "Tonight?").await;
        say(member, &group, "At eight, then.").await;
    }
}

/// Their names, the operation, and the call.
pub(super) async fn all(world: &World, cast: &Cast) -> Vec<(String, &'static Function, Call)> {
    let Cast { owner, member, .. } = cast;
    let event = announce(owner, jam_with(json!({ "description": "a".repeat(2600) }))).await;
    let conversation = direct(owner, member).await;
    say(owner, &conversation, "Tonight?").await;
    let text = json!({ "text": "a".repeat(500), "client_message_id": unique("m") });
    let send = owner.post(&format!("{conversation}/messages"), text);
    // No two messages are of the same second.
    world.pass(Duration::from_secs(2)).await;
    vec![
        (
            "search_events, 10 km".to_owned(),
            operation("search_events"),
            owner.get("/v1/events?lat=45.76&lng=4.83&radius_km=10"),
        ),
        ("get_event, 4 KB".to_owned(), operation("get_event"), owner.get(&event)),
        ("send_message, 500 bytes to one".to_owned(), operation("send_message"), send),
    ]
}

fn operation(name: &str) -> &'static Function {
    functions::ALL.iter().find(|function| function.name == name).expect("there is one of this name")
}
