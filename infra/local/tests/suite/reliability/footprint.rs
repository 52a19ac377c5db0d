use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::Value;
use tunelink::operation::Function;

use super::{changing, takes_key};
use crate::harness::{
    Fault, World, conditions, pattern,
    stage::{Cast, Scene},
    unique,
};

/// Kinds of items that an operation has to do with, and those that it writes.
pub(super) struct Footprint {
    pub(super) function: &'static Function,
    touched: BTreeSet<(String, String)>,
    written: BTreeSet<(String, String)>,
    /// Whether a condition of its writes is missing.
    lacks_condition: bool,
}

impl Footprint {
    /// Whether it is worth being held: where a condition is missing, those are that write without it.
    pub(super) fn is_of_interest(&self) -> bool {
        self.lacks_condition || conditions::all_in_place()
    }

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
        let lacks_condition = Arc::new(AtomicBool::new(false));
        let (logging, lacking) = (logs.clone(), lacks_condition.clone());
        world.faults.when(move |operation, body| {
            for log in logging.lock().unwrap().iter_mut() {
                log.visit(operation, body, NEVER);
            }
            lacking.fetch_or(conditions::lacks_one(body), Ordering::Relaxed);
            None
        });
        let call = scene.play(&world);
        let call = if takes_key(function) { call.header("idempotency-key", &unique("k")) } else { call };
        let reply = call.await;
        assert_eq!(reply.status, scene.success(), "{}: {}", function.name, reply.text);
        world.faults.stop();
        let logs = logs.lock().unwrap();
        // Idempotency keys are of one operation, whose pair with itself is there anyway.
        let kinds = |items: &BTreeSet<(String, String)>| {
            let items = items.iter().map(|(pk, sk)| (pattern(pk), pattern(sk)));
            items.filter(|(_, sk)| sk != "ONCE#*").collect()
        };
        footprints.push(Footprint {
            function,
            touched: kinds(&logs[0].touched),
            written: kinds(&logs[1].written),
            lacks_condition: lacks_condition.load(Ordering::Relaxed),
        });
    }
    Some(footprints)
}

/// When a request is held.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    /// Before its call of this number.
    pub(super) call: usize,
    /// Or in the middle of it, which is a batch of reads.
    pub(super) torn: Option<Tear>,
}

/// By which of its items a batch is torn, and whether that one is read late or early.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tear {
    pub(super) item: usize,
    pub(super) late: bool,
}

const NEVER: Point = Point { call: usize::MAX, torn: None };

/// Which items two requests have to do with.
#[derive(Default)]
pub(super) struct Log {
    calls: usize,
    /// How many items the call reads at which it is held, if that is a batch of reads.
    batch: usize,
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
    /// Takes note of a call, and says what becomes of it.
    pub(super) fn visit(&mut self, operation: &str, body: &str, point: Point) -> Option<Fault> {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let writes = matches!(
            operation,
            "TransactWriteItems" | "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem"
        );
        match self.phase {
            Phase::One => {
                keys(&body, &mut self.touched);
                self.calls += 1;
                if self.calls <= point.call {
                    return None;
                }
                self.phase = Phase::Other;
                let reads = body["RequestItems"].as_object().into_iter().flatten();
                self.batch = reads.filter_map(|(_, table)| table["Keys"].as_array()).map(Vec::len).sum();
                // Of calls beside each other not always the same is the first.
                let torn = point.torn.filter(|tear| tear.item < self.batch);
                Some(torn.map_or(Fault::Hold, |Tear { item, late }| Fault::Torn { item, late }))
            }
            Phase::Other => {
                if writes {
                    keys(&body, &mut self.written);
                }
                None
            }
            Phase::Rest => None,
        }
    }

    /// The ways in which the call can be torn at which it is held.
    pub(super) fn tears(&self) -> Vec<Tear> {
        let items = if self.batch > 1 { 0..self.batch } else { 0..0 };
        items.flat_map(|item| [false, true].map(|late| Tear { item, late })).collect()
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
