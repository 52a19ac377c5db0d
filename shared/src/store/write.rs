use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        AttributeValue, CancellationReason, ConditionCheck, Delete, Put, ReturnValue, TransactWriteItem,
        Update, WriteRequest,
    },
};
use serde::{Serialize, de::DeserializeOwned};

use super::{Key, Store, failed};
use crate::{
    error::{Code, Error, Result},
    input::Patch,
    random,
};

type Item = HashMap<String, AttributeValue>;

/// The most writes in one transaction (DynamoDB's limit).
const MAX_WRITES: usize = 100;
/// How long we contend for items that others write too before we give up.
const CONTEND: Duration = Duration::from_secs(5);
const FIRST_PAUSE_MS: u64 = 25;
const LONGEST_PAUSE_MS: u64 = 800;

/// One write, the condition it stands under, and what it means to the caller when that fails.
#[derive(Debug)]
pub struct Write {
    kind: Kind,
    condition: Option<Condition>,
    refusal: Option<Error>,
}

#[derive(Debug)]
enum Kind {
    Put(Item),
    Update(Key, Vec<Change>),
    Delete(Key),
    Check(Key),
}

#[derive(Debug)]
enum Change {
    Set(&'static str, AttributeValue),
    Remove(&'static str),
    Add(&'static str, i64),
}

/// What has to hold of an item for its write to happen.
#[derive(Clone, Debug)]
pub enum Condition {
    Exists(&'static str),
    Lacks(&'static str),
    OneOf(&'static str, Vec<AttributeValue>),
    Below(&'static str, AttributeValue),
    Above(&'static str, AttributeValue),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

impl Condition {
    /// There is no such item.
    pub const fn absent() -> Self {
        Self::Lacks("pk")
    }

    /// There is such an item.
    pub const fn exists() -> Self {
        Self::Exists("pk")
    }

    pub fn equals(attribute: &'static str, number: u64) -> Self {
        Self::one_of(attribute, [number])
    }

    pub fn is(attribute: &'static str, text: impl Into<String>) -> Self {
        Self::OneOf(attribute, vec![AttributeValue::S(text.into())])
    }

    /// Never holds for an empty list.
    pub fn one_of(attribute: &'static str, numbers: impl IntoIterator<Item = u64>) -> Self {
        Self::OneOf(attribute, numbers.into_iter().map(|n| AttributeValue::N(n.to_string())).collect())
    }

    pub fn below(attribute: &'static str, number: i64) -> Self {
        Self::Below(attribute, AttributeValue::N(number.to_string()))
    }

    pub fn above(attribute: &'static str, number: i64) -> Self {
        Self::Above(attribute, AttributeValue::N(number.to_string()))
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::And(Box::new(self), Box::new(other))
    }

    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::Or(Box::new(self), Box::new(other))
    }

    fn render(&self, expression: &mut Expression) -> String {
        match self {
            Self::Exists(name) => format!("attribute_exists({})", expression.name(name)),
            Self::Lacks(name) => format!("attribute_not_exists({})", expression.name(name)),
            // IN () is no expression; an attribute that is there and is not there says the same.
            Self::OneOf(name, values) if values.is_empty() => {
                let name = expression.name(name);
                format!("(attribute_exists({name}) AND attribute_not_exists({name}))")
            }
            Self::OneOf(name, values) => {
                let values: Vec<_> = values.iter().map(|value| expression.value(value.clone())).collect();
                format!("{} IN ({})", expression.name(name), values.join(", "))
            }
            Self::Below(name, value) => {
                format!("{} < {}", expression.name(name), expression.value(value.clone()))
            }
            Self::Above(name, value) => {
                format!("{} > {}", expression.name(name), expression.value(value.clone()))
            }
            Self::And(a, b) => format!("({} AND {})", a.render(expression), b.render(expression)),
            Self::Or(a, b) => format!("({} OR {})", a.render(expression), b.render(expression)),
        }
    }
}

/// Placeholders of an expression, so that no attribute name meets a reserved word.
#[derive(Default)]
struct Expression {
    names: HashMap<String, String>,
    values: Item,
}

impl Expression {
    fn name(&mut self, name: &str) -> String {
        let placeholder = format!("#{name}");
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    fn changes(&mut self, changes: Vec<Change>) -> String {
        let (mut set, mut remove, mut add) = (Vec::new(), Vec::new(), Vec::new());
        for change in changes {
            match change {
                Change::Set(name, value) => set.push(format!("{} = {}", self.name(name), self.value(value))),
                Change::Remove(name) => remove.push(self.name(name)),
                Change::Add(name, number) => {
                    let number = self.value(AttributeValue::N(number.to_string()));
                    add.push(format!("{} {number}", self.name(name)));
                }
            }
        }
        let clause =
            |verb, parts: Vec<String>| (!parts.is_empty()).then(|| format!("{verb} {}", parts.join(", ")));
        [clause("SET", set), clause("REMOVE", remove), clause("ADD", add)]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn names(&mut self) -> Option<HashMap<String, String>> {
        Some(std::mem::take(&mut self.names)).filter(|names| !names.is_empty())
    }

    fn values(&mut self) -> Option<Item> {
        Some(std::mem::take(&mut self.values)).filter(|values| !values.is_empty())
    }
}

impl Write {
    const fn new(kind: Kind) -> Self {
        Self { kind, condition: None, refusal: None }
    }

    /// Writes a whole item.
    pub fn put(key: Key, row: &impl Serialize) -> Result<Self> {
        let mut item: Item = serde_dynamo::to_item(row).map_err(Error::internal)?;
        // An attribute that is null takes room and says what its absence says.
        item.retain(|_, value| !value.is_null());
        item.extend(key.attributes());
        Ok(Self::new(Kind::Put(item)))
    }

    /// Changes attributes of an item; follow with [`set`](Self::set) and its like.
    pub const fn update(key: Key) -> Self {
        Self::new(Kind::Update(key, Vec::new()))
    }

    pub const fn delete(key: Key) -> Self {
        Self::new(Kind::Delete(key))
    }

    /// Writes nothing; the rest of the transaction depends on the condition.
    pub const fn check(key: Key) -> Self {
        Self::new(Kind::Check(key))
    }

    /// Sets an attribute; a null removes it.
    pub fn set(self, name: &'static str, value: &impl Serialize) -> Result<Self> {
        let value: AttributeValue = serde_dynamo::to_attribute_value(value).map_err(Error::internal)?;
        Ok(if value.is_null() { self.remove(name) } else { self.change(Change::Set(name, value)) })
    }

    /// Does what a member of a merge patch asks for.
    pub fn patch(self, name: &'static str, patch: &Patch<impl Serialize>) -> Result<Self> {
        match patch {
            Patch::Keep => Ok(self),
            Patch::Clear => Ok(self.remove(name)),
            Patch::Set(value) => self.set(name, value),
        }
    }

    #[must_use]
    pub fn remove(self, name: &'static str) -> Self {
        self.change(Change::Remove(name))
    }

    /// Adds to a number; an absent one counts as zero.
    #[must_use]
    pub fn add(self, name: &'static str, number: i64) -> Self {
        self.change(Change::Add(name, number))
    }

    fn change(mut self, change: Change) -> Self {
        if let Kind::Update(_, changes) = &mut self.kind {
            changes.push(change);
        }
        self
    }

    /// Writes only under this condition; the error is what its failure means to the caller.
    #[must_use]
    pub fn when(mut self, condition: Condition, refusal: impl Into<Error>) -> Self {
        self.condition = Some(condition);
        self.refusal = Some(refusal.into());
        self
    }

    fn render(self) -> (Kind, Option<String>, Expression, Option<Error>) {
        let mut expression = Expression::default();
        let condition = self.condition.map(|condition| condition.render(&mut expression));
        (self.kind, condition, expression, self.refusal)
    }

    fn into_transact(self) -> Result<(TransactWriteItem, Option<Error>)> {
        let (kind, condition, mut expression, refusal) = self.render();
        let item = TransactWriteItem::builder();
        macro_rules! build {
            ($set:ident, $builder:expr) => {{
                let part = $builder
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(expression.names())
                    .set_expression_attribute_values(expression.values());
                item.$set(part.build().map_err(Error::internal)?)
            }};
        }
        // The table's name is filled in by the store.
        let item = match kind {
            Kind::Put(attributes) => build!(put, Put::builder().table_name("").set_item(Some(attributes))),
            Kind::Delete(key) => build!(delete, Delete::builder().table_name("").set_key(Some(key.into()))),
            Kind::Check(key) => {
                let condition = condition.unwrap_or_default();
                let part = ConditionCheck::builder().table_name("").set_key(Some(key.into()));
                let part =
                    part.condition_expression(condition).set_expression_attribute_names(expression.names());
                let part = part.set_expression_attribute_values(expression.values());
                item.condition_check(part.build().map_err(Error::internal)?)
            }
            Kind::Update(key, changes) => {
                let update = expression.changes(changes);
                build!(
                    update,
                    Update::builder().table_name("").set_key(Some(key.into())).update_expression(update)
                )
            }
        };
        Ok((item.build(), refusal))
    }
}

impl From<Key> for Item {
    fn from(key: Key) -> Self {
        key.attributes().into_iter().collect()
    }
}

fn refuse(refusal: Option<Error>) -> Error {
    refusal.unwrap_or_else(|| Code::Conflict.into())
}

/// Whether an operation on a single item met a transaction under way on it.
fn conflicts<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::code) == Some("TransactionConflictException")
}

fn condition_failed<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::code) == Some("ConditionalCheckFailedException")
}

/// Pauses between attempts that contend with others: exponential, with full jitter.
struct Contention {
    since: Instant,
    pause_ms: u64,
}

impl Contention {
    fn new() -> Self {
        Self { since: Instant::now(), pause_ms: FIRST_PAUSE_MS }
    }

    /// Waits for the next attempt; gives up when it has been long enough.
    async fn pause(&mut self) -> Result<()> {
        if self.since.elapsed() >= CONTEND {
            return Err(Error::unavailable("too many transactions contend for the same items"));
        }
        tokio::time::sleep(Duration::from_millis(random::up_to(self.pause_ms))).await;
        self.pause_ms = (self.pause_ms * 2).min(LONGEST_PAUSE_MS);
        Ok(())
    }
}

impl Store {
    /// Writes all or nothing, once the caller's session is confirmed. The first failed condition gives the
    /// error, with the fields of the others that failed beside it.
    pub async fn commit(&self, writes: impl IntoIterator<Item = Write>) -> Result<()> {
        let mut writes: Vec<Write> = writes.into_iter().collect();
        self.gate.pass().await?;
        match writes.len() {
            0 => Ok(()),
            1 if !matches!(writes[0].kind, Kind::Check(_)) => {
                self.write::<serde_json::Value>(writes.remove(0), ReturnValue::None).await.map(|_| ())
            }
            _ => self.transact(writes).await,
        }
    }

    /// Makes one update and gives the item as it is afterwards.
    pub async fn update<T: DeserializeOwned>(&self, write: Write) -> Result<T> {
        self.gate.pass().await?;
        let item = self.write(write, ReturnValue::AllNew).await?;
        item.ok_or_else(|| Error::internal("only an update gives the item back"))
    }

    async fn write<T: DeserializeOwned>(&self, write: Write, give: ReturnValue) -> Result<Option<T>> {
        let (kind, condition, mut expression, refusal) = write.render();
        let changes = if let Kind::Update(_, _) = &kind { Some(()) } else { None };
        let (kind, update) = match kind {
            Kind::Update(key, list) => {
                (Kind::Update(key, Vec::new()), changes.map(|()| expression.changes(list)))
            }
            other => (other, None),
        };
        let (names, values) = (expression.names(), expression.values());
        let mut contention = Contention::new();
        loop {
            macro_rules! send {
                ($call:expr) => {{
                    let sent = $call
                        .table_name(&*self.table)
                        .set_condition_expression(condition.clone())
                        .set_expression_attribute_names(names.clone())
                        .set_expression_attribute_values(values.clone())
                        .send()
                        .await;
                    match sent {
                        Ok(output) => Ok(output.attributes),
                        Err(error) if condition_failed(&error) => return Err(refuse(refusal)),
                        Err(error) if conflicts(&error) => Err(()),
                        Err(error) => return Err(failed(error)),
                    }
                }};
            }
            let written = match &kind {
                Kind::Put(item) => send!(self.client.put_item().set_item(Some(item.clone()))),
                Kind::Delete(key) => send!(self.client.delete_item().set_key(Some(key.clone().into()))),
                Kind::Update(key, _) => send!(
                    self.client
                        .update_item()
                        .set_key(Some(key.clone().into()))
                        .set_update_expression(update.clone().filter(|update| !update.is_empty()))
                        .return_values(give.clone())
                ),
                Kind::Check(_) => return Err(Error::internal("a check stands beside writes")),
            };
            match written {
                Ok(Some(item)) if give == ReturnValue::AllNew => {
                    return serde_dynamo::from_item(item).map(Some).map_err(Error::internal);
                }
                Ok(_) => return Ok(None),
                Err(()) => contention.pause().await?,
            }
        }
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<()> {
        if writes.len() > MAX_WRITES {
            return Err(Error::internal(format!("{} writes in one transaction", writes.len())));
        }
        let parts = writes.into_iter().map(Write::into_transact).collect::<Result<Vec<_>>>()?;
        let (items, mut refusals): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        let items: Vec<_> = items.into_iter().map(|item| self.on_table(item)).collect();
        let mut contention = Contention::new();
        loop {
            let sent =
                self.client.transact_write_items().set_transact_items(Some(items.clone())).send().await;
            let error = match sent {
                Ok(_) => return Ok(()),
                Err(error) => error,
            };
            let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) =
                error.as_service_error()
            else {
                let busy = error.as_service_error().and_then(ProvideErrorMetadata::code)
                    == Some("TransactionInProgressException");
                if busy {
                    contention.pause().await?;
                    continue;
                }
                return Err(failed(error));
            };
            let reasons = canceled.cancellation_reasons();
            if let Some(refusal) = refusal(reasons, &mut refusals) {
                return Err(refusal);
            }
            if !reasons.iter().any(|reason| reason.code() == Some("TransactionConflict")) {
                return Err(failed(error));
            }
            contention.pause().await?;
        }
    }

    fn on_table(&self, mut item: TransactWriteItem) -> TransactWriteItem {
        let table = self.table.to_string();
        let name = [
            item.put.as_mut().map(|put| &mut put.table_name),
            item.update.as_mut().map(|update| &mut update.table_name),
            item.delete.as_mut().map(|delete| &mut delete.table_name),
            item.condition_check.as_mut().map(|check| &mut check.table_name),
        ];
        if let Some(name) = name.into_iter().flatten().next() {
            *name = table;
        }
        item
    }

    /// Deletes items that nothing depends on, 25 a call; what the table leaves unprocessed is sent again.
    pub(crate) async fn delete_all(&self, keys: Vec<Key>) -> Result<()> {
        self.gate.pass().await?;
        for chunk in keys.chunks(25) {
            let delete = |key: &Key| {
                let request = aws_sdk_dynamodb::types::DeleteRequest::builder()
                    .set_key(Some(key.clone().into()))
                    .build();
                request
                    .map(|request| WriteRequest::builder().delete_request(request).build())
                    .map_err(Error::internal)
            };
            let mut pending = HashMap::from([(
                self.table.to_string(),
                chunk.iter().map(delete).collect::<Result<Vec<_>>>()?,
            )]);
            let mut contention = Contention::new();
            while !pending.is_empty() {
                let sent = self.client.batch_write_item().set_request_items(Some(pending)).send().await;
                pending = sent.map_err(failed)?.unprocessed_items.unwrap_or_default();
                if !pending.is_empty() {
                    contention.pause().await?;
                }
            }
        }
        Ok(())
    }
}

/// The errors of all conditions that failed, joined.
fn refusal(reasons: &[CancellationReason], refusals: &mut [Option<Error>]) -> Option<Error> {
    let failed =
        reasons.iter().zip(refusals).filter(|(reason, _)| reason.code() == Some("ConditionalCheckFailed"));
    failed.map(|(_, refusal)| refuse(refusal.take())).reduce(Error::and)
}
