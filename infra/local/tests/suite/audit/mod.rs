//! That an audit finds what is amiss in a table, and nothing else.

mod accounts;
mod conversations;
mod events;
mod rows;
mod scene;

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use tunelink::store::audit::{self, Invariant, Pace};

use self::scene::{Rows, Scene};
use crate::harness::World;

/// Something that no operation does, and the invariant that it breaks.
struct Break {
    what: &'static str,
    breaks: Invariant,
    happens: fn(&mut Rows),
}

/// Each of these breaks its invariant.
macro_rules! breaks {
    ($($what:literal $invariant:ident: $happens:expr;)*) => {
        pub(super) const BREAKS: &[super::Break] = &[$(super::Break {
            what: $what,
            breaks: tunelink::store::audit::Invariant::$invariant,
            happens: $happens,
        }),*];
    };
}
use breaks;

fn all_breaks() -> impl Iterator<Item = &'static Break> {
    [rows::BREAKS, accounts::BREAKS, events::BREAKS, conversations::BREAKS].into_iter().flatten()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_broken_is_found_and_nothing_else() {
    let (Some(world), Some(still)) = (World::local().await, World::still().await) else { return };
    let broken = Scene::play(world).await.copy_to(still).await;
    assert_eq!(broken.findings().await, []);
    let mut failures = Vec::new();
    for Break { what, breaks, happens } in all_breaks() {
        let findings = broken.findings_after(happens).await;
        if findings.is_empty() || findings.iter().any(|finding| finding.invariant != *breaks) {
            failures.push(format!("{what} ({breaks}): {findings:#?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(broken.findings().await, []);
}

#[test]
fn every_invariant_has_something_that_breaks_it() {
    let broken: BTreeSet<Invariant> = all_breaks().map(|each| each.breaks).collect();
    assert_eq!(broken, Invariant::ALL.iter().copied().collect());
}

#[test]
fn the_list_in_the_documentation_is_that_of_the_audit() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/AUDIT.md");
    let text = fs::read_to_string(path).unwrap();
    let listed: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
    let row = |invariant: &Invariant| format!("| `{invariant}` | {} |", invariant.about());
    assert_eq!(listed, Invariant::ALL.iter().map(row).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_world_that_operations_made_is_as_it_should_be_and_an_audit_only_reads() {
    let Some(world) = World::local().await else { return };
    let scene = Scene::play(world).await;
    let called = Arc::new(Mutex::new(BTreeSet::new()));
    let noted = called.clone();
    scene.world.faults.when(move |operation, _| {
        noted.lock().unwrap().insert(operation.to_owned());
        None
    });
    assert_eq!(scene.world.findings().await, []);
    scene.world.faults.stop();
    let called = called.lock().unwrap();
    assert!(
        called.iter().all(|call| matches!(call.as_str(), "Scan" | "Query" | "GetItem" | "BatchGetItem")),
        "{called:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pace_is_kept() {
    let Some(world) = World::local().await else { return };
    let (store, clock) = (world.app().store(), world.app().clock());
    let fast = Pace { units: None, pause: std::time::Duration::ZERO };
    let units = audit::run(store, clock, fast, |_| ()).await.unwrap().units;
    let began = std::time::Instant::now();
    let slow = Pace { units: Some(units), ..fast };
    audit::run(store, clock, slow, |_| ()).await.unwrap();
    // All but what the last call read has to be waited for.
    assert!(units > 0.0 && began.elapsed().as_secs_f64() > 0.1, "{units} in {:?}", began.elapsed());
}
