//! Names and values of a query string or a form.

use schemars::JsonSchema;
use serde_json::{Map, Value};

use crate::{
    error::{Code, Error, FieldError, Result},
    schema,
};

/// Pairs of a query or form as a JSON object, numbers and booleans as the schema of `T` has them.
pub(super) fn typed<T: JsonSchema + 'static>(text: &str) -> Result<Value> {
    let schema = schema::of::<T>();
    let mut fields = Map::new();
    let mut twice: Vec<FieldError> = Vec::new();
    for (name, value) in form(text) {
        // What stands for bytes that are no UTF-8.
        if value.contains('\u{fffd}') {
            return Err(Code::InvalidFormat.at(schema::clip(&name)).into());
        }
        let property = &schema["properties"][&name];
        let value = coerce(property["type"].as_str().unwrap_or_default(), value);
        if fields.insert(name.clone(), value).is_some() {
            twice.push(Code::DuplicateField.at(schema::clip(&name)));
        }
    }
    if twice.is_empty() { Ok(Value::Object(fields)) } else { Err(Error::invalid(twice)) }
}

fn coerce(expected: &str, text: String) -> Value {
    // As JSON spells them: no leading plus or zeros, no bare point. Its reader would pass blanks around them.
    let number = || serde_json::from_str(&text).ok().filter(|_| text.trim() == text).map(Value::Number);
    let parsed = match expected {
        "integer" | "number" => number(),
        "boolean" => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    parsed.unwrap_or(Value::String(text))
}

fn form(text: &str) -> impl Iterator<Item = (String, String)> {
    form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_query_are_those_of_json() {
        for good in ["0", "-1", "2.5", "1e3", "-0.0", "18446744073709551615"] {
            assert!(coerce("number", good.to_owned()).is_number(), "{good}");
        }
        for bad in
            ["", "+1", "+2.5", "2.", ".5", "007", " 1", "1 ", "1\n", "inf", "NaN", "1e999", "0x1", "1_0"]
        {
            assert_eq!(coerce("number", bad.to_owned()), Value::from(bad));
            assert_eq!(coerce("integer", bad.to_owned()), Value::from(bad));
        }
    }
}
