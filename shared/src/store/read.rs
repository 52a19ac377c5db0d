use std::collections::HashMap;

use aws_sdk_dynamodb::{
    operation::query::QueryOutput,
    types::{AttributeValue, ReturnConsumedCapacity},
};
use serde::de::DeserializeOwned;

use super::{Item, Key, Store, failed};
use crate::{error::Result, row};

/// A query over one partition of the table, or of an index.
#[derive(Clone, Debug)]
pub struct Query {
    partition: String,
    index: Option<&'static str>,
    prefix: Option<String>,
    between: Option<(String, String)>,
    after: Option<Item>,
    limit: Option<usize>,
    consistent: bool,
    backwards: bool,
}

/// Rows in their order, and whether there are more.
#[derive(Debug)]
pub struct Found<T> {
    pub rows: Vec<T>,
    pub more: bool,
}

impl Query {
    /// All of a partition, in the order of its sort keys.
    pub fn partition(pk: impl Into<String>) -> Self {
        Self {
            partition: pk.into(),
            index: None,
            prefix: None,
            between: None,
            after: None,
            limit: None,
            consistent: false,
            backwards: false,
        }
    }

    /// All entries of an index under one key.
    pub fn index(index: &'static str, partition: impl Into<String>) -> Self {
        Self { index: Some(index), ..Self::partition(partition) }
    }

    #[must_use]
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        Self { prefix: Some(prefix.into()), ..self }
    }

    /// Sort keys from the first to the last, both included.
    #[must_use]
    pub fn between(self, first: impl Into<String>, last: impl Into<String>) -> Self {
        Self { between: Some((first.into(), last.into())), ..self }
    }

    /// Goes on behind this item of the table.
    #[must_use]
    pub fn after(self, key: Option<&Key>) -> Self {
        Self { after: key.cloned().map(Item::from), ..self }
    }

    /// Goes on behind the entry that this item has in the index, under this sort key.
    #[must_use]
    pub fn after_entry(self, entry: Option<(&Key, &str)>) -> Self {
        let Some(index) = self.index else { return self };
        let after = entry.map(|(key, sort)| {
            let mut item = Item::from(key.clone());
            item.insert(index.to_owned(), AttributeValue::S(self.partition.clone()));
            item.insert(sort_key(index), AttributeValue::S(sort.to_owned()));
            item
        });
        Self { after, ..self }
    }

    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Sees every write that was acknowledged before.
    #[must_use]
    pub fn consistent(self) -> Self {
        Self { consistent: true, ..self }
    }

    #[must_use]
    pub fn backwards(self) -> Self {
        Self { backwards: true, ..self }
    }

    fn condition(&self) -> (String, HashMap<String, String>, Item) {
        let (pk, sk) = match self.index {
            None => ("pk".to_owned(), "sk".to_owned()),
            Some(index) => (index.to_owned(), sort_key(index)),
        };
        let text = |text: &String| AttributeValue::S(text.clone());
        let mut names = HashMap::from([("#pk".to_owned(), pk)]);
        let mut values = HashMap::from([(":pk".to_owned(), text(&self.partition))]);
        let mut condition = "#pk = :pk".to_owned();
        if let Some(prefix) = &self.prefix {
            condition.push_str(" AND begins_with(#sk, :prefix)");
            values.insert(":prefix".to_owned(), text(prefix));
        } else if let Some((first, last)) = &self.between {
            condition.push_str(" AND #sk BETWEEN :first AND :last");
            values.extend([(":first".to_owned(), text(first)), (":last".to_owned(), text(last))]);
        }
        if self.prefix.is_some() || self.between.is_some() {
            names.insert("#sk".to_owned(), sk);
        }
        (condition, names, values)
    }
}

/// What an index is sorted by.
fn sort_key(index: &str) -> String {
    if index.starts_with("geo") { "starts".to_owned() } else { format!("{index}_sk") }
}

/// A call of the SDK is a future of many kilobytes. Each is boxed, so that what waits for several of them is small.
impl Store {
    /// Reads the rows of a query, over as many pages as it takes to reach the limit or the end.
    pub async fn query<T: DeserializeOwned>(&self, query: &Query) -> Result<Found<T>> {
        let Found { rows, more } = self.query_items(query).await?;
        let rows = rows.into_iter().map(row::read).collect::<Result<_>>()?;
        Ok(Found { rows, more })
    }

    /// The same for items of several kinds.
    pub(super) async fn query_items(&self, query: &Query) -> Result<Found<Item>> {
        // One more than wanted tells whether there are more.
        let wanted = query.limit.map_or(usize::MAX, |limit| limit + 1);
        let mut after = query.after.clone();
        let mut items: Vec<Item> = Vec::new();
        loop {
            let limit = query.limit.map(|_| wanted - items.len());
            let page = self.read_page(query, after, limit).await?;
            items.extend(page.items.unwrap_or_default());
            after = page.last_evaluated_key;
            if after.is_none() || items.len() >= wanted {
                break;
            }
        }
        let more = items.len() >= wanted;
        items.truncate(query.limit.unwrap_or(usize::MAX));
        Ok(Found { rows: items, more })
    }

    /// One read of a query: at most `limit` items, and whether there may be more behind them.
    pub(super) async fn page(&self, query: &Query) -> Result<Found<Item>> {
        let page = self.read_page(query, query.after.clone(), query.limit).await?;
        let more = page.last_evaluated_key.is_some();
        Ok(Found { rows: page.items.unwrap_or_default(), more })
    }

    async fn read_page(
        &self,
        query: &Query,
        after: Option<Item>,
        limit: Option<usize>,
    ) -> Result<QueryOutput> {
        let (condition, names, values) = query.condition();
        let call = self
            .client
            .query()
            .table_name(&*self.table)
            .set_index_name(query.index.map(str::to_owned))
            .key_condition_expression(condition)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .set_exclusive_start_key(after)
            .set_limit(limit.and_then(|limit| i32::try_from(limit).ok()))
            .scan_index_forward(!query.backwards)
            .set_consistent_read(query.consistent.then_some(true))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let trip = self.meter.begin();
        let page = Box::pin(call.send()).await.map_err(failed)?;
        trip.read(page.items().len(), page.consumed_capacity.as_ref());
        Ok(page)
    }

    /// The keys of all items of a partition, seeing every write that was acknowledged before.
    pub(crate) async fn keys_of(&self, partition: String) -> Result<Vec<Key>> {
        Ok(self.query(&Query::partition(partition).consistent()).await?.rows)
    }
}
