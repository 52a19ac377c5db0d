use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::{
    config::{Builder, retry::RetryConfig},
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
    types::{CancellationReason, DeleteRequest, ReturnConsumedCapacity, ReturnValue, WriteRequest},
};
use serde::de::DeserializeOwned;

use super::{
    Item, Key, Store, Write, failed,
    write::{Rendered, Target},
};
use crate::{
    encoding::base64url,
    error::{Code, Error, Result},
    random, row,
};

/// The most writes in one transaction (DynamoDB's limit).
const MAX_WRITES: usize = 100;
/// How long we contend for items that others write too before we give up.
const CONTEND: Duration = Duration::from_secs(5);
const FIRST_PAUSE_MS: u64 = 25;
const LONGEST_PAUSE_MS: u64 = 800;

impl Store {
    /// Writes all or nothing, once the caller's session is confirmed. The first failed condition gives the
    /// error, with the fields of the others that failed beside it.
    pub async fn commit(&self, writes: impl IntoIterator<Item = Write>) -> Result<()> {
        let mut writes: Vec<Write> = writes.into_iter().collect();
        self.gate.pass().await?;
        match writes.len() {
            0 => Ok(()),
            1 if !writes[0].is_check() => self.write(writes.remove(0), ReturnValue::None).await.map(|_| ()),
            _ => self.transact(writes).await,
        }
    }

    /// Makes one update and gives the item as it is afterwards.
    pub async fn update<T: DeserializeOwned>(&self, write: Write) -> Result<T> {
        self.gate.pass().await?;
        let item = self.write(write, ReturnValue::AllNew).await?;
        let item = item.ok_or_else(|| Error::internal("only an update gives the item back"))?;
        row::read(item)
    }

    async fn write(&self, write: Write, give: ReturnValue) -> Result<Option<Item>> {
        let mut write = write.render(self.trace.as_ref());
        let mut contention = Contention::new();
        loop {
            match self.attempt(&write, give.clone()).await {
                Attempt::Written(item) => return Ok(item),
                Attempt::Refused => return Err(refuse(write.refusal.take())),
                Attempt::Contended => contention.pause().await?,
                Attempt::Failed(error) => return Err(error),
            }
        }
    }

    /// The SDK must not send a single write again on its own: one that was applied although its reply got lost
    /// would fail its own condition. What DynamoDB says it has not done is attempted again by us.
    async fn attempt(&self, write: &Rendered, give: ReturnValue) -> Attempt {
        macro_rules! send {
            ($call:expr) => {{
                let trip = self.meter.begin();
                let call = $call
                    .table_name(&*self.table)
                    .set_condition_expression(write.condition.clone())
                    .set_expression_attribute_names(write.expression.names())
                    .set_expression_attribute_values(write.expression.values())
                    .return_consumed_capacity(ReturnConsumedCapacity::Total)
                    .customize()
                    .config_override(Builder::new().retry_config(RetryConfig::disabled()))
                    .send();
                Box::pin(call).await.map_or_else(Attempt::failed, |output| {
                    trip.wrote(output.consumed_capacity.as_ref());
                    Attempt::Written(output.attributes)
                })
            }};
        }
        match &write.target {
            Target::Put(item) => send!(self.client.put_item().set_item(Some(item.clone()))),
            Target::Delete(key) => send!(self.client.delete_item().set_key(Some(key.clone()))),
            Target::Update(key) => {
                let call = self.client.update_item().set_key(Some(key.clone())).return_values(give);
                send!(call.set_update_expression(write.update.clone()))
            }
            Target::Check(_) => Attempt::Failed(Error::internal("a check stands beside writes")),
        }
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<()> {
        if writes.len() > MAX_WRITES {
            return Err(Error::internal(format!("{} writes in one transaction", writes.len())));
        }
        let mut writes: Vec<Rendered> =
            writes.into_iter().map(|write| write.render(self.trace.as_ref())).collect();
        let mut refusals: Vec<_> = writes.iter_mut().map(|write| write.refusal.take()).collect();
        let parts =
            writes.into_iter().map(|write| write.into_part(&self.table)).collect::<Result<Vec<_>>>()?;
        // One token for all attempts: one that was applied although its reply got lost is not applied twice.
        let token = base64url(&random::bytes::<24>()?);
        let mut contention = Contention::new();
        loop {
            let call = self.client.transact_write_items().set_transact_items(Some(parts.clone()));
            let call = call.return_consumed_capacity(ReturnConsumedCapacity::Total);
            let trip = self.meter.begin();
            let error = match Box::pin(call.client_request_token(&token).send()).await {
                Ok(done) => {
                    trip.wrote(done.consumed_capacity());
                    return Ok(());
                }
                Err(error) => error,
            };
            drop(trip);
            match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                    let reasons = canceled.cancellation_reasons();
                    if let Some(refusal) = refusal(reasons, &mut refusals) {
                        return Err(refusal);
                    }
                    let again = |reason: &CancellationReason| reason.code().is_some_and(is_passing);
                    if !reasons.iter().any(again) {
                        return Err(failed(error));
                    }
                }
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => {}
                _ => return Err(failed(error)),
            }
            contention.pause().await?;
        }
    }

    /// Deletes items that nothing depends on, 25 a call; what the table leaves unprocessed is sent again.
    pub(crate) async fn delete_all(&self, keys: Vec<Key>) -> Result<()> {
        self.gate.pass().await?;
        for chunk in keys.chunks(25) {
            let delete = |key: &Key| {
                let request = DeleteRequest::builder().set_key(Some(key.clone().into())).build();
                request
                    .map(|request| WriteRequest::builder().delete_request(request).build())
                    .map_err(Error::internal)
            };
            self.batch(chunk.iter().map(delete).collect::<Result<_>>()?).await?;
        }
        Ok(())
    }

    /// Makes at most 25 writes that stand under no condition.
    pub(super) async fn batch(&self, writes: Vec<WriteRequest>) -> Result<()> {
        let mut pending = HashMap::from([(self.table.to_string(), writes)]);
        let mut contention = Contention::new();
        while !pending.is_empty() {
            let call = self.client.batch_write_item().set_request_items(Some(pending));
            let call = call.return_consumed_capacity(ReturnConsumedCapacity::Total);
            let trip = self.meter.begin();
            let sent = Box::pin(call.send()).await.map_err(failed)?;
            trip.wrote(sent.consumed_capacity());
            pending = sent.unprocessed_items.unwrap_or_default();
            if !pending.is_empty() {
                contention.pause().await?;
            }
        }
        Ok(())
    }
}

/// Refusals that leave no doubt that nothing was written and that say to try again.
const NOT_DONE: [&str; 4] = [
    "TransactionConflictException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
];

/// Whether a transaction that was cancelled for this reason may go through in a moment.
fn is_passing(reason: &str) -> bool {
    ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"].contains(&reason)
}

/// What became of an attempt at a single write.
enum Attempt {
    Written(Option<Item>),
    /// Its condition does not hold.
    Refused,
    /// It met a transaction under way on the item, or too many other requests.
    Contended,
    Failed(Error),
}

impl Attempt {
    fn failed<E, R>(error: SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        match error.as_service_error().and_then(ProvideErrorMetadata::code) {
            Some("ConditionalCheckFailedException") => Self::Refused,
            Some(code) if NOT_DONE.contains(&code) => Self::Contended,
            _ => Self::Failed(failed(error)),
        }
    }
}

/// Pauses between attempts that contend with others: exponential, with full jitter.
pub(super) struct Contention {
    since: Instant,
    longest: Duration,
    pause_ms: u64,
}

impl Contention {
    pub(super) fn new() -> Self {
        Self::lasting(CONTEND)
    }

    pub(super) fn lasting(longest: Duration) -> Self {
        Self { since: Instant::now(), longest, pause_ms: FIRST_PAUSE_MS }
    }

    /// Waits for the next attempt; gives up when it has been long enough.
    pub(super) async fn pause(&mut self) -> Result<()> {
        if self.since.elapsed() >= self.longest {
            return Err(Error::unavailable("too many contend for the same items"));
        }
        tokio::time::sleep(Duration::from_millis(random::up_to(self.pause_ms))).await;
        self.pause_ms = (self.pause_ms * 2).min(LONGEST_PAUSE_MS);
        Ok(())
    }
}

/// The errors of all conditions that failed, joined.
fn refusal(reasons: &[CancellationReason], refusals: &mut [Option<Error>]) -> Option<Error> {
    let failed =
        reasons.iter().zip(refusals).filter(|(reason, _)| reason.code() == Some("ConditionalCheckFailed"));
    failed.map(|(_, refusal)| refuse(refusal.take())).reduce(Error::and)
}

fn refuse(refusal: Option<Error>) -> Error {
    refusal.unwrap_or_else(|| Code::Conflict.into())
}
