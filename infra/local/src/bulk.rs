//! Fills a table of the embedded database past DynamoDB's interface.
//!
//! A batch of 25 costs the emulator 25 transactions of `SQLite`, a look at the stream and a record in it for each. An
//! import is one transaction without stream records.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dynoxide::{Database, ImportOptions};
use tunelink::store::load::Load;

use crate::error::{Error, Result};

/// An item as the embedded database takes it.
pub(crate) type Item = dynoxide::Item;

/// A table that is being filled. Until this is dropped the database does not wait for the disk: when the *machine*
/// stops meanwhile, it may be lost.
pub struct Bulk {
    database: Database,
    table: String,
}

impl Bulk {
    pub(crate) fn begin(database: Database, table: &str) -> Result<Self> {
        database.enable_bulk_loading().map_err(refused)?;
        Ok(Self { database, table: table.to_owned() })
    }

    /// Puts all of a load or nothing, over whatever is there. It blocks.
    pub fn load(&self, load: Load) -> Result<()> {
        self.put(load.into_items().into_iter().map(item).collect::<Result<_>>()?)
    }

    /// Puts all of these items or none, over whatever is there. It blocks.
    pub(crate) fn put(&self, items: Vec<Item>) -> Result<()> {
        self.database.import_items(&self.table, items, ImportOptions::default()).map_err(refused)?;
        Ok(())
    }
}

impl Drop for Bulk {
    fn drop(&mut self) {
        if let Err(error) = self.database.disable_bulk_loading() {
            tracing::warn!("the database stays as it is for filling: {error}");
        }
    }
}

/// An item of the SDK's in the embedded database's terms.
pub(crate) fn item(item: HashMap<String, AttributeValue>) -> Result<Item> {
    item.into_iter().map(|(name, attribute)| Ok((name, value(attribute)?))).collect()
}

fn value(value: AttributeValue) -> Result<dynoxide::AttributeValue> {
    use dynoxide::AttributeValue as Value;
    Ok(match value {
        AttributeValue::S(text) => Value::S(text),
        AttributeValue::N(number) => Value::N(number),
        AttributeValue::B(bytes) => Value::B(bytes.into_inner()),
        AttributeValue::Bool(truth) => Value::BOOL(truth),
        AttributeValue::Null(null) => Value::NULL(null),
        AttributeValue::L(list) => Value::L(list.into_iter().map(self::value).collect::<Result<_>>()?),
        AttributeValue::M(map) => Value::M(item(map)?),
        AttributeValue::Ss(texts) => Value::SS(texts),
        AttributeValue::Ns(numbers) => Value::NS(numbers),
        AttributeValue::Bs(blobs) => {
            Value::BS(blobs.into_iter().map(aws_sdk_dynamodb::primitives::Blob::into_inner).collect())
        }
        _ => return Err(Error::Store("an attribute of an unknown type".to_owned())),
    })
}

fn refused(error: dynoxide::DynoxideError) -> Error {
    Error::Store(error.to_string())
}
