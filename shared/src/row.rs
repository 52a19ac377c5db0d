//! Reading rows of the table, whose content may be anybody's.

use serde::de::DeserializeOwned;
use serde_dynamo::Item;

use crate::error::{Error, Result};

/// An item as a `T`. An error goes to the log, so it says what could not be read, and never what it was: serde's own
/// would quote the value.
pub(crate) fn read<T: DeserializeOwned>(item: impl Into<Item>) -> Result<T> {
    serde_dynamo::from_item(item.into()).map_err(|error: serde_dynamo::Error| {
        let row = std::any::type_name::<T>();
        let why = error.to_string();
        // The name is one of ours, not of what was read.
        let why = if why.starts_with("missing field") { &why } else { "a value is not as it should be" };
        Error::internal(format!("{row} cannot be read: {why}"))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde::Deserialize;
    use serde_dynamo::AttributeValue;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "nothing of it is ever read")]
    struct Row {
        level: Level,
        seq: u32,
    }

    #[derive(Debug, Deserialize)]
    enum Level {
        High,
    }

    fn cause(fields: &[(&str, &str)]) -> String {
        let value = |text: &str| AttributeValue::S(text.to_owned());
        let fields = fields.iter().map(|(name, text)| ((*name).to_owned(), value(text)));
        let item: HashMap<String, AttributeValue> = fields.collect();
        read::<Row>(item).unwrap_err().cause().unwrap().to_string()
    }

    #[test]
    fn what_cannot_be_read_is_named_and_not_quoted() {
        for row in [
            &[("level", "canary"), ("seq", "1")][..],
            &[("level", "High"), ("seq", "canary")],
            &[("level", "High"), ("canary", "1")],
        ] {
            let cause = cause(row);
            assert!(cause.contains("Row cannot be read") && !cause.contains("canary"), "{cause}");
        }
        assert!(cause(&[("level", "High")]).contains("missing field `seq`"));
    }
}
