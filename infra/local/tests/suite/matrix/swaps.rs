//! No id opens what is another person's: every one that a request names is replaced by theirs.

use std::collections::BTreeSet;

use tunelink_local::{examples, matrix};
use uuid::Uuid;

use super::{Items, operation, outcome, state};
use crate::harness::{
    Person, Reply, World,
    stage::{self, Cast, Scene},
};

/// The parameters that name nobody's things, and why.
const COMMON: [(&str, &str); 3] = [
    ("genre_id", "the catalogue is everybody's"),
    ("instrument_id", "the catalogue is everybody's"),
    ("seq", "it counts within its conversation"),
];

#[test]
fn every_id_in_a_path_is_swapped() {
    let named = |function| {
        let parameters = examples::path_parameters(function).into_iter().map(|(name, _)| name);
        let own = parameters.filter(|name| COMMON.iter().all(|(common, _)| common != name));
        own.map(|name| (function.name, name)).collect::<Vec<_>>()
    };
    let paths: BTreeSet<_> = stage::operations().flat_map(named).collect();
    let swaps: BTreeSet<_> = matrix::swaps().iter().map(|swap| (swap.operation, swap.parameter)).collect();
    assert_eq!(paths, swaps);
    for swap in matrix::swaps() {
        assert_eq!(swap.outcome == "ok", !swap.reason.is_empty(), "{} {}", swap.operation, swap.parameter);
    }
}

#[tokio::test]
async fn an_id_of_another_persons_thing_opens_nothing() {
    // What follows from a call may well reach the other: nothing does here.
    let Some(world) = World::still().await else { return };
    let (mut mine, mut theirs) = (Cast::new(&world).await, Cast::new(&world).await);
    let mut wrong = Vec::new();
    for swap in matrix::swaps() {
        mine.renew(&world).await;
        theirs.renew(&world).await;
        let function = operation(swap.operation);
        let mut scene = Scene::set(&world, &mine, function).await;
        let other = Scene::set(&world, &theirs, function).await;
        let (own, another) = (&scene.things[swap.parameter], &other.things[swap.parameter]);
        assert_ne!(own, another, "{} {}", swap.operation, swap.parameter);
        let another = another.clone();
        scene.things.insert(swap.parameter, another);
        let before = state(&world).await;
        let reply = scene.play(&world).await;
        let after = state(&world).await;
        if swap.outcome == "404" {
            // Nor does one learn that it exists.
            scene.things.insert(swap.parameter, Uuid::now_v7().to_string());
            let nothing = scene.play(&world).await;
            assert_eq!(reply.body, nothing.body, "{} {}", swap.operation, swap.parameter);
        }
        wrong.extend(fault(&scene, &reply, (&before, &after), (swap, &theirs)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with the reply to a swapped request, if anything is.
fn fault(
    scene: &Scene,
    reply: &Reply,
    (before, after): (&Items, &Items),
    (swap, theirs): (matrix::Swap, &Cast),
) -> Option<String> {
    let (name, parameter) = (swap.operation, swap.parameter);
    let fault = |what: &str| Some(format!("{name} with another's {parameter} {what}: {}", reply.text));
    if partitions(before, theirs) != partitions(after, theirs) {
        return fault("changes what is with its owner");
    }
    let right = match swap.outcome {
        "ok" if reply.status == scene.success() => return None,
        "403" => outcome(reply) == (403, "forbidden".to_owned()),
        "404" => outcome(reply) == (404, "not_found".to_owned()),
        _ => false,
    };
    if !right {
        return fault(&format!("is not {}", swap.outcome));
    }
    if before != after {
        return fault("has changed something");
    }
    if shows(reply, theirs) { fault("shows something of theirs") } else { None }
}

/// Whether there is something in a reply that only these people know.
fn shows(reply: &Reply, cast: &Cast) -> bool {
    let people = people(cast);
    let names = people.iter().map(|person| person.name.as_str());
    reply.body["data"].is_object() || names.chain([&*cast.word]).any(|trace| reply.text.contains(trace))
}

const fn people(cast: &Cast) -> [&Person; 7] {
    let Cast { owner, member, former, another, blocked, nuisance, forgiven, .. } = cast;
    [owner, member, former, another, blocked, nuisance, forgiven]
}

/// What is in the partitions of these people: account, sessions, devices, tastes, blocks, notifications.
fn partitions(items: &Items, cast: &Cast) -> Items {
    let keys = people(cast).map(|person| format!("U#{}", person.id));
    items
        .iter()
        .filter(|((pk, _), _)| keys.contains(pk))
        .map(|(key, item)| (key.clone(), item.clone()))
        .collect()
}
