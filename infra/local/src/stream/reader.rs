use std::path::PathBuf;

use aws_lambda_events::dynamodb::EventRecord;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::operation::get_records::GetRecordsError;
use aws_sdk_dynamodbstreams::operation::get_shard_iterator::GetShardIteratorError;
use aws_sdk_dynamodbstreams::types::ShardIteratorType;
use tokio::sync::watch;

use super::mapping::Order;
use super::record::event_record;
use crate::error::{Error, Result};
use crate::store::Store;

/// The most records that are read at a time, as on AWS.
pub(super) const AT_ONCE: usize = 1000;

/// A shard of the stream of a table; in the emulator there is one, which never closes.
#[derive(Clone)]
pub struct Stream {
    client: Client,
    pub(super) arn: String,
    pub(super) shard: String,
    /// The names of the table's key attributes, that of the partition first.
    keys: Vec<String>,
    pub(super) written: Option<watch::Receiver<()>>,
    /// The database to trim, and the table.
    pub(super) trim: Option<(PathBuf, String)>,
}

impl Stream {
    /// The stream of `table`; both clients are for the same DynamoDB.
    pub async fn of(table: &str, dynamodb: &aws_sdk_dynamodb::Client, client: Client) -> Result<Self> {
        let (arn, keys) = describe(table, dynamodb).await?;
        let reply = client.describe_stream().stream_arn(&arn).limit(1).send().await.map_err(refused)?;
        let shards = reply.stream_description.and_then(|description| description.shards).unwrap_or_default();
        let shard = shards.into_iter().next().and_then(|shard| shard.shard_id);
        let shard = shard.ok_or_else(|| Error::Store(format!("the stream of {table} has no shard")))?;
        Ok(Self { client, arn, shard, keys, written: None, trim: None })
    }

    /// This shard of a stream of our table.
    pub(super) fn shard(client: Client, arn: &str, shard: &str) -> Self {
        let keys = ["pk", "sk"].map(str::to_owned).to_vec();
        Self { client, arn: arn.to_owned(), shard: shard.to_owned(), keys, written: None, trim: None }
    }

    /// The same stream in a database of this process: writes are noticed at once, and what is old is removed if it is
    /// kept in a file. The database in memory is not made for days, and lets nobody else write to it.
    #[must_use]
    pub fn embedded(mut self, store: &Store, table: &str) -> Self {
        self.written = Some(store.written());
        self.trim = store.file().map(|file| (file.to_owned(), table.to_owned()));
        self
    }

    /// Everything in it, from the oldest record on.
    pub async fn records(self) -> Result<Vec<EventRecord>> {
        let (mut reader, mut records) = (Reader::new(self, Place::Horizon), Vec::new());
        loop {
            match reader.read().await? {
                more if more.is_empty() => return Ok(records),
                more => records.extend(more),
            }
        }
    }

    /// The attributes by which `order` is kept.
    pub(super) fn ordered_by(&self, order: Order) -> &[String] {
        match order {
            Order::Partition => &self.keys[..self.keys.len().min(1)],
            Order::Item => &self.keys,
        }
    }
}

/// The ARN of the stream of `table`.
pub async fn arn(table: &str, dynamodb: &aws_sdk_dynamodb::Client) -> Result<String> {
    Ok(describe(table, dynamodb).await?.0)
}

/// The ARN of a table's stream, and the names of the table's key attributes.
async fn describe(table: &str, dynamodb: &aws_sdk_dynamodb::Client) -> Result<(String, Vec<String>)> {
    let reply = dynamodb.describe_table().table_name(table).send().await.map_err(refused)?;
    let missing = || Error::Store(format!("the table {table} has no stream"));
    let description = reply.table.ok_or_else(missing)?;
    let arn = description.latest_stream_arn().ok_or_else(missing)?.to_owned();
    Ok((arn, description.key_schema().iter().map(|key| key.attribute_name.clone()).collect()))
}

/// Reads a stream from one end to the other.
pub(super) struct Reader {
    stream: Stream,
    place: Place,
    iterator: Option<String>,
}

/// Where a reader begins.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// With the oldest record there is.
    Horizon,
    After(String),
    At(String),
}

impl Reader {
    pub(super) fn new(stream: Stream, place: Place) -> Self {
        Self { stream, place, iterator: None }
    }

    /// The next records, at most [`AT_ONCE`]; none where there are none yet.
    ///
    /// Where the next record was trimmed away it goes on with the oldest there is.
    pub(super) async fn read(&mut self) -> Result<Vec<EventRecord>> {
        loop {
            let iterator = match self.iterator.take() {
                Some(iterator) => iterator,
                None => self.start().await?,
            };
            let limit = i32::try_from(AT_ONCE).ok();
            let call = self.stream.client.get_records().shard_iterator(iterator).set_limit(limit).send();
            let reply = match call.await {
                Ok(reply) => reply,
                Err(error) => match error.as_service_error() {
                    Some(GetRecordsError::ExpiredIteratorException(_)) => continue,
                    Some(GetRecordsError::TrimmedDataAccessException(_)) if !self.at_horizon() => {
                        self.trimmed();
                        continue;
                    }
                    _ => return Err(refused(error)),
                },
            };
            self.iterator = reply.next_shard_iterator;
            let records = reply.records.unwrap_or_default().into_iter();
            let records: Vec<_> = records.map(|record| event_record(record, &self.stream.arn)).collect();
            if let Some(last) = records.last().and_then(|record| record.change.sequence_number.clone()) {
                self.place = Place::After(last);
            }
            return Ok(records);
        }
    }

    async fn start(&mut self) -> Result<String> {
        loop {
            let (kind, sequence_number) = match &self.place {
                Place::Horizon => (ShardIteratorType::TrimHorizon, None),
                Place::After(last) => (ShardIteratorType::AfterSequenceNumber, Some(last.clone())),
                Place::At(first) => (ShardIteratorType::AtSequenceNumber, Some(first.clone())),
            };
            let call = self.stream.client.get_shard_iterator().stream_arn(&self.stream.arn);
            let call = call.shard_id(&self.stream.shard).shard_iterator_type(kind);
            match call.set_sequence_number(sequence_number).send().await {
                Ok(reply) => {
                    let none = || Error::Store(format!("{} has no iterator", self.stream.shard));
                    return reply.shard_iterator.ok_or_else(none);
                }
                Err(error) => match error.as_service_error() {
                    Some(GetShardIteratorError::TrimmedDataAccessException(_)) if !self.at_horizon() => {
                        self.trimmed();
                    }
                    _ => return Err(refused(error)),
                },
            }
        }
    }

    fn at_horizon(&self) -> bool {
        matches!(self.place, Place::Horizon)
    }

    fn trimmed(&mut self) {
        tracing::warn!(place = ?self.place, "the stream no longer goes back so far: records were lost");
        self.place = Place::Horizon;
    }
}

fn refused(error: impl std::error::Error) -> Error {
    Error::Store(DisplayErrorContext(error).to_string())
}
