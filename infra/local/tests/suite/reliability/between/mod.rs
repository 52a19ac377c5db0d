//! What somebody does in the middle of another's request, or of a reaction, is not undone by it: one test for each
//! condition that no two scenes of `meanwhile` need.

mod accounts;
mod conversations;
mod devices;
mod notifications;
mod people;

use serde_json::Value;

use crate::harness::Fault;

/// Holds the first write that has this in it.
fn write(text: impl Into<String>) -> impl FnMut(&str, &str) -> Option<Fault> + Send + 'static {
    let text = text.into();
    move |operation, body| {
        let is_write = ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"].contains(&operation);
        (is_write && body.contains(&text)).then_some(Fault::Hold)
    }
}

/// Reads the item whose key has this in it early, of the first batch in which there is one.
fn early(key: impl Into<String>) -> impl FnMut(&str, &str) -> Option<Fault> + Send + 'static {
    let key = key.into();
    move |operation, body| {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let tables = body["RequestItems"].as_object().filter(|_| operation == "BatchGetItem")?;
        let keys = tables.values().filter_map(|table| table["Keys"].as_array()).flatten();
        let mut keys: Vec<String> = keys.map(Value::to_string).collect();
        keys.sort();
        let item = keys.iter().position(|found| found.contains(&key)).filter(|_| keys.len() > 1)?;
        Some(Fault::Torn { item, late: false })
    }
}
