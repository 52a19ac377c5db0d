mod failing;
mod flow;
mod redriving;
mod restarting;
mod scheduling;
mod trimming;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{Backoff, Function, Journal, Mapping, Pump, Stream};
use crate::backend::Options;
use crate::store::Store;
use crate::table;

const TABLE: &str = "records";

/// A table with a stream.
struct Source {
    store: Store,
    stream: Stream,
}

impl Source {
    async fn in_memory() -> Self {
        Self::open(None).await
    }

    async fn open(file: Option<PathBuf>) -> Self {
        let store = Store::start(file, Options::ephemeral().dynamodb, None).await.unwrap();
        table::ensure(store.client(), TABLE).await.unwrap();
        let stream = Stream::of(TABLE, store.client(), store.streams().clone()).await.unwrap();
        let stream = stream.embedded(&store, TABLE);
        Self { store, stream }
    }

    async fn pump(&self, mapping: Mapping, function: &Function) -> Pump {
        self.pump_with(Journal::in_memory(), mapping, function).await
    }

    async fn pump_with(&self, journal: Journal, mapping: Mapping, function: &Function) -> Pump {
        Pump::start(self.stream.clone(), mapping, journal, Arc::clone(function)).await.unwrap()
    }

    /// Puts an item that no other test step puts: one record in the stream.
    async fn put(&self, key: &str, number: u32) {
        put(self.store.client(), key, number).await;
    }
}

async fn put(client: &Client, key: &str, number: u32) {
    let put = client.put_item().table_name(TABLE).item("pk", AttributeValue::S(key.to_owned()));
    let put = put.item("sk", AttributeValue::S(format!("{number:05}")));
    put.send().await.unwrap();
}

/// A folder that goes away with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("tunelink-{}", Uuid::now_v7()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn database(&self) -> PathBuf {
        self.0.join("dynamodb.sqlite")
    }

    fn journal(&self) -> Journal {
        Journal::in_folder(&self.0)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A record that the function was given.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Given {
    key: String,
    number: u32,
    sequence_number: String,
}

/// What a function was called with, one entry for each call.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<Vec<Vec<Given>>>>);

impl Calls {
    fn batches(&self) -> Vec<Vec<u32>> {
        let calls = self.0.lock().unwrap();
        calls.iter().map(|batch| batch.iter().map(|given| given.number).collect()).collect()
    }

    fn numbers(&self) -> Vec<u32> {
        self.batches().concat()
    }

    fn by_key(&self) -> HashMap<String, Vec<u32>> {
        let mut keys: HashMap<String, Vec<u32>> = HashMap::new();
        for given in self.0.lock().unwrap().iter().flatten() {
            keys.entry(given.key.clone()).or_default().push(given.number);
        }
        keys
    }
}

type Work = BoxFuture<'static, Result<Vec<String>, String>>;

/// A function whose `work` says which sequence numbers failed, and a note of its calls.
fn function(work: impl Fn(Vec<Given>) -> Work + Send + Sync + 'static) -> (Function, Calls) {
    let calls = Calls::default();
    let noted = calls.clone();
    let function: Function = Arc::new(move |event: Event| {
        let batch: Vec<Given> = event.records.iter().map(given).collect();
        noted.0.lock().unwrap().push(batch.clone());
        let work = work(batch);
        Box::pin(async move {
            let mut response = DynamoDbEventResponse::default();
            response.batch_item_failures = work.await?.into_iter().map(failure).collect();
            Ok(response)
        })
    });
    (function, calls)
}

fn failure(sequence_number: String) -> DynamoDbBatchItemFailure {
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier = Some(sequence_number);
    failure
}

/// A function for which `fails` decides about each batch, at once.
fn deciding(
    fails: impl Fn(&[Given]) -> Result<Vec<String>, String> + Send + Sync + 'static,
) -> (Function, Calls) {
    function(move |batch| {
        let outcome = fails(&batch);
        Box::pin(async move { outcome })
    })
}

fn given(record: &aws_lambda_events::dynamodb::EventRecord) -> Given {
    let keys = record.change.keys.inner();
    let text = |name: &str| match &keys[name] {
        serde_dynamo::AttributeValue::S(text) => text.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(record.event_name, "INSERT");
    assert_eq!(record.change.new_image.inner(), keys);
    Given {
        key: text("pk"),
        number: text("sk").parse().unwrap(),
        sequence_number: record.change.sequence_number.clone().unwrap(),
    }
}

/// One batch at a time, and hardly any waiting.
fn one_by_one() -> Mapping {
    Mapping { parallelization_factor: 1, ..quick() }
}

fn quick() -> Mapping {
    let backoff = Backoff { first: Duration::from_millis(1), longest: Duration::from_millis(5) };
    Mapping { backoff, ..Mapping::default() }
}

async fn idle(pump: &Pump) {
    tokio::time::timeout(Duration::from_secs(20), pump.idle()).await.expect("not idle after 20 s");
}
