//! What follows from a change of the table: the table's stream tells of every change, and the reaction to it may come
//! more than once.

use std::{collections::HashMap, panic::AssertUnwindSafe, time::Instant};

use aws_lambda_events::{
    dynamodb::{Event, EventRecord},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_dynamo::Item;
use tracing::Instrument;

use crate::{
    app::App,
    error::{Error, Result},
    store::Key,
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
        self.before.clone().map(serde_dynamo::from_item).transpose().map_err(Error::internal)
    }

    /// The item after the change, as a `T`; `None` when there is none any more.
    pub fn after<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        self.after.clone().map(serde_dynamo::from_item).transpose().map_err(Error::internal)
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
            key: serde_dynamo::from_item(record.keys).map_err(Error::internal)?,
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
        let mut partitions: HashMap<String, Vec<(String, Result<Change>)>> = HashMap::new();
        for record in event.records {
            let sequence_number = record.change.sequence_number.clone().unwrap_or_default();
            let change = Change::of(record);
            let partition = change.as_ref().map(|change| change.key.pk.clone()).unwrap_or_default();
            partitions.entry(partition).or_default().push((sequence_number, change));
        }
        let work = stream::iter(partitions.into_values()).map(|changes| self.follow(app, changes));
        let failed: Vec<Option<String>> = work.buffer_unordered(AT_ONCE).collect().await;
        let mut response = DynamoDbEventResponse::default();
        response.batch_item_failures = failed.into_iter().flatten().map(failure).collect();
        response
    }

    /// The first that failed.
    async fn follow(&self, app: &App, changes: Vec<(String, Result<Change>)>) -> Option<String> {
        for (sequence_number, change) in changes {
            let outcome = match change {
                Ok(change) => self.one(app, &change).await,
                Err(error) => Err(error),
            };
            if let Err(error) = outcome {
                let (cause, code) = (error.cause().map(ToString::to_string), error.code.as_str());
                tracing::error!(cause, code, sequence_number, "failed");
                return Some(sequence_number);
            }
        }
        None
    }

    async fn one(&self, app: &App, change: &Change) -> Result<()> {
        let app = &app.metered();
        let (pk, sk) = (change.key.pk.as_str(), change.key.sk.as_str());
        let span = tracing::info_span!("react", pk, sk, sequence_number = change.sequence_number);
        let started = Instant::now();
        let work = AssertUnwindSafe((self.react)(app, change)).catch_unwind().instrument(span.clone());
        let outcome = work.await.unwrap_or_else(|_| Err(Error::internal("the reaction panicked")));
        let (cost, ms) = (app.store().cost(), started.elapsed().as_millis());
        let _entered = span.enter();
        tracing::debug!(ms, calls = cost.calls, rcu = cost.rcu, wcu = cost.wcu, "reacted");
        outcome
    }
}

fn failure(sequence_number: String) -> DynamoDbBatchItemFailure {
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier = Some(sequence_number);
    failure
}
