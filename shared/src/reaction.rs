//! What follows from a change of the table: the table's stream tells of every change, and the reaction to it may come
//! more than once.

use std::{collections::HashMap, panic::AssertUnwindSafe};

use aws_lambda_events::{
    dynamodb::{Event, EventRecord},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_dynamo::{AttributeValue, Item};
use tracing::Instrument;

use crate::{
    app::App,
    error::{Error, Result},
    observe::{TraceId, report},
    row,
    store::{Cost, Key, TRACE},
};

/// How many partitions' changes are worked on at a time.
const AT_ONCE: usize = 16;

/// That an item was put, changed or deleted.
#[derive(Clone, Debug)]
pub struct Change {
    pub key: Key,
    /// When it was made, to the second.
    pub at: Timestamp,
    before: Option<Item>,
    after: Option<Item>,
    sequence_number: String,
}

impl Change {
    /// The item before the change, as a `T`; `None` when there was none.
    pub fn before<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        self.before.clone().map(row::read).transpose()
    }

    /// The item after the change, as a `T`; `None` when there is none any more.
    pub fn after<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        self.after.clone().map(row::read).transpose()
    }

    /// The trace of the call that made it, however far back; `None` of a deletion, and of what no call has made.
    pub fn trace(&self) -> Option<TraceId> {
        match self.after.as_ref()?.get(TRACE)? {
            AttributeValue::S(trace) => TraceId::parse(trace),
            _ => None,
        }
    }

    pub const fn is_new(&self) -> bool {
        self.before.is_none()
    }

    pub const fn is_gone(&self) -> bool {
        self.after.is_none()
    }

    /// What a record of the stream says.
    pub fn of(record: EventRecord) -> Result<Self> {
        let record = record.change;
        let some = |item: Item| (!item.is_empty()).then_some(item);
        let second = record.approximate_creation_date_time.timestamp();
        Ok(Self {
            key: row::read(record.keys)?,
            at: Timestamp::from_second(second).map_err(Error::internal)?,
            before: some(record.old_image),
            after: some(record.new_image),
            sequence_number: record.sequence_number.unwrap_or_default(),
        })
    }
}

type React = for<'a> fn(&'a App, &'a Change) -> BoxFuture<'a, Result<()>>;

/// What is done about changes.
pub struct Reaction {
    /// The name of file, binary and sample.
    pub name: &'static str,
    react: React,
}

impl Reaction {
    /// `react` may be called again with the same change, also after it succeeded.
    pub const fn new(name: &'static str, react: React) -> Self {
        Self { name, react }
    }

    /// Reacts to a batch: the changes of one partition in their order, those of different partitions side by side. Names
    /// those that failed; what comes behind the first of a partition waits for the next attempt.
    pub async fn call(&'static self, app: &App, event: Event) -> DynamoDbEventResponse {
        let (request_id, trace) = app.invocation().clone().or_new(app.new_id());
        let trace_id = trace.as_str();
        let span = tracing::error_span!("batch", operation = self.name, request_id, trace_id);
        self.batch(&app.for_call(None), event).instrument(span).await
    }

    async fn batch(&self, app: &App, event: Event) -> DynamoDbEventResponse {
        let changes = event.records.len();
        let mut partitions: HashMap<String, Vec<(String, Result<Change>)>> = HashMap::new();
        for record in event.records {
            let sequence_number = record.change.sequence_number.clone().unwrap_or_default();
            let change = Change::of(record);
            let partition = change.as_ref().map(|change| change.key.pk.clone()).unwrap_or_default();
            partitions.entry(partition).or_default().push((sequence_number, change));
        }
        let work = stream::iter(partitions.into_values()).map(|changes| self.follow(app, changes));
        let (failed, costs): (Vec<Option<String>>, Vec<Cost>) = work.buffer_unordered(AT_ONCE).unzip().await;
        let failed: Vec<_> = failed.into_iter().flatten().map(failure).collect();
        let number = failed.len();
        report!(app, costs.into_iter().sum(), number > 0, "reacted", changes, failed = number);
        let mut response = DynamoDbEventResponse::default();
        response.batch_item_failures = failed;
        response
    }

    /// The first that failed, and what all together cost.
    async fn follow(&self, app: &App, changes: Vec<(String, Result<Change>)>) -> (Option<String>, Cost) {
        let mut costs = Vec::with_capacity(changes.len());
        for (sequence_number, change) in changes {
            let outcome = match change {
                Ok(change) => {
                    let app = &app.for_call(change.trace());
                    let outcome = self.one(app, &change).await;
                    costs.push(app.store().cost());
                    outcome
                }
                Err(error) => log_failure(&error, &sequence_number),
            };
            if outcome.is_err() {
                return (Some(sequence_number), costs.into_iter().sum());
            }
        }
        (None, costs.into_iter().sum())
    }

    /// Reacts to a change. The lines of it tell the trace of the call that has led to it, and neither its key nor what
    /// is in the item: who has the sequence number finds them in the stream.
    async fn one(&self, app: &App, change: &Change) -> Result<(), ()> {
        let sequence_number = change.sequence_number.as_str();
        let kind = change.key.kind().map(tracing::field::debug);
        // Without one of its own its lines have the trace of the batch.
        let trace = change.trace();
        let trace_id = trace.as_ref().map(TraceId::as_str);
        let span = tracing::error_span!("change", kind, sequence_number, trace_id);
        let work = async {
            let work = AssertUnwindSafe((self.react)(app, change)).catch_unwind().await;
            let outcome = work.unwrap_or_else(|_| Err(Error::internal("the reaction panicked")));
            let Cost { calls, rounds, items, rcu, wcu } = app.store().cost();
            let duration_ms = app.call().duration_ms();
            // Most changes mean nothing, and nobody wants to hear of them.
            if calls > 0 {
                tracing::info!(duration_ms, calls, rounds, items, rcu, wcu, "followed");
            } else {
                tracing::debug!(duration_ms, "followed");
            }
            outcome.or_else(|error| log_failure(&error, sequence_number))
        };
        work.instrument(span).await
    }
}

/// Logs why there is no more to be said of a change than that it failed.
fn log_failure(error: &Error, sequence_number: &str) -> Result<(), ()> {
    let (cause, code) = (error.cause().map(ToString::to_string), error.code.as_str());
    tracing::error!(cause, code, sequence_number, "failed");
    Err(())
}

fn failure(sequence_number: String) -> DynamoDbBatchItemFailure {
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier = Some(sequence_number);
    failure
}
