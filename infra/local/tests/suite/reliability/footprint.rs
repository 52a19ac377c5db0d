use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tunelink::operation::Function;

use super::changing;
use crate::harness::{
    World, pattern,
    stage::{Cast, Scene},
};

/// Kinds of items that an operation has to do with, and those that it writes.
pub(super) struct Footprint {
    pub(super) function: &'static Function,
    touched: BTreeSet<(String, String)>,
    written: BTreeSet<(String, String)>,
}

impl Footprint {
    pub(super) fn is_concerned_by(&self, other: &Self) -> bool {
        let among = |(pk, sk): &(String, String)| {
            self.touched.iter().any(|(of, begin)| pk == of && (sk == begin || begin.is_empty()))
        };
        other.written.iter().any(among)
    }
}

/// Those of all operations that change something; `None` where the table is not in the test's hands.
pub(super) async fn footprints() -> Option<Vec<Footprint>> {
    let world = World::punctual().await?;
    let cast = Cast::new(&world).await;
    let mut footprints = Vec::new();
    for function in changing().filter(|function| function.name != "sync") {
        let scene = Scene::set(&world, &cast, function).await;
        let logs =
            Arc::new(Mutex::new([Phase::One, Phase::Other].map(|phase| Log { phase, ..Log::default() })));
        let logging = logs.clone();
        world.faults.when(move |operation, body| {
            for log in logging.lock().unwrap().iter_mut() {
                log.visit(operation, body, usize::MAX);
            }
            None
        });
        let reply = scene.play(&world).await;
        assert_eq!(reply.status, scene.success(), "{}: {}", function.name, reply.text);
        world.faults.stop();
        let logs = logs.lock().unwrap();
        let kinds = |items: &BTreeSet<(String, String)>| {
            items.iter().map(|(pk, sk)| (pattern(pk), pattern(sk))).collect()
        };
        footprints.push(Footprint {
            function,
            touched: kinds(&logs[0].touched),
            written: kinds(&logs[1].written),
        });
    }
    Some(footprints)
}

/// Which items two requests have to do with.
#[derive(Default)]
pub(super) struct Log {
    writes: usize,
    phase: Phase,
    /// Of the one: items, and parts of partitions, by partition key and what the sort key begins with.
    touched: BTreeSet<(String, String)>,
    /// Items that the other has written.
    written: BTreeSet<(String, String)>,
}

#[derive(Default, PartialEq, Eq)]
enum Phase {
    #[default]
    One,
    Other,
    Rest,
}

impl Log {
    /// Takes note of a call, and says whether it is the one's write of this number.
    pub(super) fn visit(&mut self, operation: &str, body: &str, at: usize) -> bool {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let writes = matches!(
            operation,
            "TransactWriteItems" | "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem"
        );
        match self.phase {
            Phase::One => {
                keys(&body, &mut self.touched);
                self.writes += usize::from(writes);
                let hold = writes && self.writes > at;
                if hold {
                    self.phase = Phase::Other;
                }
                hold
            }
            Phase::Other => {
                if writes {
                    keys(&body, &mut self.written);
                }
                false
            }
            Phase::Rest => false,
        }
    }

    pub(super) fn other_is_done(&mut self) {
        self.phase = Phase::Rest;
    }

    pub(super) fn concerned(&self) -> bool {
        self.written.iter().any(|(pk, sk)| {
            let mut touched = self.touched.iter();
            touched
                .any(|(of, begin)| pk == of && sk.starts_with(begin.as_str()) && !pk.starts_with("THROTTLE#"))
        })
    }
}

/// The items that a call names: by their keys, or the partition that a query reads.
fn keys(body: &Value, found: &mut BTreeSet<(String, String)>) {
    match body {
        Value::Object(fields) => {
            if let (Some(pk), Some(sk)) = (body["pk"]["S"].as_str(), body["sk"]["S"].as_str()) {
                found.insert((pk.to_owned(), sk.to_owned()));
            } else if body["KeyConditionExpression"].is_string() && body["IndexName"].is_null() {
                let values = body["ExpressionAttributeValues"].as_object().into_iter().flatten();
                let texts = values.filter_map(|(_, value)| value["S"].as_str());
                found.extend(texts.map(|pk| (pk.to_owned(), String::new())));
            } else {
                fields.values().for_each(|value| keys(value, found));
            }
        }
        Value::Array(values) => values.iter().for_each(|value| keys(value, found)),
        _ => {}
    }
}
