use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem, Update};
use serde::Serialize;

use super::{
    Condition, Item, Key,
    expression::{Change, Expression},
};
use crate::{
    error::{Error, Result},
    input::Patch,
    observe::TraceId,
};

/// The attribute that names the trace of an item's last write.
pub(crate) const TRACE: &str = "trace";

/// One write, the condition it stands under, and what it means to the caller when that fails.
#[derive(Debug)]
pub struct Write {
    kind: Kind,
    condition: Option<Condition>,
    refusal: Option<Error>,
}

#[derive(Debug)]
pub(super) enum Kind {
    Put(Item),
    Update(Key, Vec<Change>),
    Delete(Key),
    Check(Key),
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

    /// The same under one more condition. The error of the first one stands for both.
    #[must_use]
    pub fn and_when(mut self, condition: Condition, refusal: impl Into<Error>) -> Self {
        match self.condition.take() {
            Some(first) => Self { condition: Some(first.and(condition)), ..self },
            None => self.when(condition, refusal),
        }
    }

    /// What it deletes, if it does.
    pub(super) const fn deletes(&self) -> Option<&Key> {
        match &self.kind {
            Kind::Delete(key) => Some(key),
            _ => None,
        }
    }

    /// Whether it writes anything.
    pub(super) const fn is_check(&self) -> bool {
        matches!(self.kind, Kind::Check(_))
    }

    /// The item that a put writes, whatever its condition; `None` for other writes.
    pub(super) fn into_item(self) -> Option<Item> {
        match self.kind {
            Kind::Put(item) => Some(item),
            _ => None,
        }
    }

    /// Says which trace the write belongs to, on the items whose changes are reacted to. Where there is none it takes
    /// away the one before: what is there is always that of the last write.
    fn traced(self, trace: Option<&TraceId>) -> Self {
        let value = trace.map(|trace| AttributeValue::S(trace.as_str().to_owned()));
        match (self.kind, value) {
            (Kind::Put(mut item), value) => {
                if let Some(value) = value.filter(|_| Key::of(&item).is_some_and(|key| key.kind().is_some()))
                {
                    item.insert(TRACE.to_owned(), value);
                }
                Self { kind: Kind::Put(item), ..self }
            }
            (Kind::Update(key, mut changes), value) => {
                if key.kind().is_some() {
                    changes.push(value.map_or(Change::Remove(TRACE), |value| Change::Set(TRACE, value)));
                }
                Self { kind: Kind::Update(key, changes), ..self }
            }
            (kind, _) => Self { kind, ..self },
        }
    }

    pub(super) fn render(self, trace: Option<&TraceId>) -> Rendered {
        let this = self.traced(trace);
        let mut expression = Expression::default();
        let condition = this.condition.map(|condition| condition.render(&mut expression));
        let (target, update) = match this.kind {
            Kind::Put(item) => (Target::Put(item), None),
            Kind::Delete(key) => (Target::Delete(key.into()), None),
            Kind::Check(key) => (Target::Check(key.into()), None),
            Kind::Update(key, changes) => (Target::Update(key.into()), expression.changes(changes)),
        };
        Rendered { target, update, condition, expression, refusal: this.refusal }
    }
}

/// A write in DynamoDB's own terms.
pub(super) struct Rendered {
    pub(super) target: Target,
    pub(super) update: Option<String>,
    pub(super) condition: Option<String>,
    pub(super) expression: Expression,
    pub(super) refusal: Option<Error>,
}

/// The item to be put, or the key of the one to be changed.
pub(super) enum Target {
    Put(Item),
    Update(Item),
    Delete(Item),
    Check(Item),
}

impl Rendered {
    /// As a part of a transaction.
    pub(super) fn into_part(self, table: &str) -> Result<TransactWriteItem> {
        let Self { target, update, condition, expression, .. } = self;
        let (names, values) = (expression.names(), expression.values());
        macro_rules! part {
            ($builder:expr) => {
                $builder
                    .table_name(table)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .build()
                    .map_err(Error::internal)?
            };
        }
        let item = TransactWriteItem::builder();
        Ok(match target {
            Target::Put(attributes) => item.put(part!(Put::builder().set_item(Some(attributes)))),
            Target::Delete(key) => item.delete(part!(Delete::builder().set_key(Some(key)))),
            Target::Check(key) => item.condition_check(part!(ConditionCheck::builder().set_key(Some(key)))),
            Target::Update(key) => {
                item.update(part!(Update::builder().set_key(Some(key)).set_update_expression(update)))
            }
        }
        .build())
    }
}

impl From<Key> for Item {
    fn from(key: Key) -> Self {
        key.attributes().into_iter().collect()
    }
}
