//! What a call has changed in the table, without what differs from call to call.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;

use crate::harness::{World, pattern};

pub(super) type Items = BTreeMap<(String, String), HashMap<String, AttributeValue>>;

/// Everything in the table but what counts attempts.
pub(super) async fn items(world: &World) -> Items {
    let mut items = world.items().await;
    items.retain(|(pk, _), _| !pk.starts_with("THROTTLE#"));
    items
}

/// The changes of items, sorted: for each its kind, and what was put, changed or deleted. Numbers that count are said
/// with their difference, everything else by its name.
pub(super) fn difference(before: &Items, after: &Items) -> Vec<String> {
    let mut changes = Vec::new();
    for (key, item) in after {
        match before.get(key) {
            None => changes.push(format!("put {}", kind(key))),
            Some(old) if old != item => changes.push(format!("{}: {}", kind(key), changed(old, item))),
            Some(_) => {}
        }
    }
    let gone = before.keys().filter(|key| !after.contains_key(key));
    changes.extend(gone.map(|key| format!("delete {}", kind(key))));
    changes.sort();
    changes
}

fn kind((pk, sk): &(String, String)) -> String {
    format!("{} {}", pattern(pk), pattern(sk))
}

fn changed(old: &HashMap<String, AttributeValue>, new: &HashMap<String, AttributeValue>) -> String {
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    let told = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
    let told = told.filter_map(|name| match (number(old.get(name)), number(new.get(name))) {
        // What is larger is a time, and may be the same by chance.
        (Some(_), Some(new)) if new > 1_000_000 => None,
        // Somebody who changes their profile does so without reading it: its version counts requests.
        (Some(_), Some(_)) if name.as_str() == "version" && new.contains_key("username") => None,
        (Some(old), Some(new)) => Some(format!("{name} {:+}", new - old)),
        _ => Some(name.clone()),
    });
    told.collect::<Vec<_>>().join(", ")
}

fn number(value: Option<&AttributeValue>) -> Option<i64> {
    value?.as_n().ok()?.parse().ok()
}
