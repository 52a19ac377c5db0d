use std::collections::{HashMap, HashSet};

use functions::reactions::facts::{Fact, Kind};
use serde_json::json;
use tunelink::reaction::Change;

use crate::{
    events::{announce, jam_with, join, part, player},
    harness::World,
};

/// Whatever happens leads to less and less, and in the end to nothing.
#[test]
fn no_fact_leads_back_to_itself() {
    fn visit(kind: Kind, path: &mut Vec<Kind>, done: &mut HashSet<Kind>) {
        assert!(!path.contains(&kind), "{path:?} leads back to {kind:?}");
        if done.contains(&kind) {
            return;
        }
        path.push(kind);
        for next in kind.leads_to() {
            visit(next, path, done);
        }
        path.pop();
        done.insert(kind);
    }
    let mut done = HashSet::new();
    for kind in Kind::ALL {
        visit(*kind, &mut Vec::new(), &mut done);
    }
    assert_eq!(done.len(), Kind::ALL.len());
}

/// What a change means is among what is said of its kind of item, and each kind of fact of events is met.
#[tokio::test]
async fn a_change_means_what_is_said_of_its_item() {
    let Some(world) = World::local().await else { return };
    let host = world.person().await;
    let (guest, next) = (player(&world, &["cello"]).await, player(&world, &["cello"]).await);
    let other = player(&world, &["cello"]).await;
    let event = announce(&host, jam_with(json!({ "capacity": 2 }))).await;
    for person in [&guest, &other, &next] {
        join(person, &event, "cello").await;
    }
    guest.delete(&part(&guest, &event)).await.ok();
    host.patch(&part(&other, &event), json!({ "decision": "declined" })).await.ok();
    host.patch(&event, json!({ "city": "Vienne" })).await.ok();
    host.post(&format!("{event}/cancellation"), json!({})).await.ok();
    other.post("/v1/auth/logout", json!({})).await.ok();
    world.settled().await;

    let mut met: HashMap<Kind, usize> = HashMap::new();
    for record in world.changes().await {
        let change = Change::of(record).unwrap();
        for fact in Fact::of(&change).unwrap() {
            let item = change.key.kind().expect("only known items mean something");
            assert!(Kind::of(item).contains(&fact.kind()), "{:?} of {item:?}", fact.kind());
            *met.entry(fact.kind()).or_default() += 1;
        }
    }
    for kind in [
        Kind::Joined,
        Kind::Promoted,
        Kind::Decided,
        Kind::Departed,
        Kind::Cancelled,
        Kind::Moved,
        Kind::Told,
        Kind::Gather,
        Kind::Deliver,
        Kind::SessionEnded,
    ] {
        assert!(met.contains_key(&kind), "{kind:?} is missing among {met:?}");
    }
    assert!(!met.contains_key(&Kind::SeatFree), "seats are given at once");
}
