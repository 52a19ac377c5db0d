use aws_lambda_events::dynamodb::EventRecord;
use serde_json::{Map, Value, json};

/// Which records of a stream the function is given: those that one of the patterns fits.
///
/// Of Lambda's language there is what the template uses: fields, texts and prefixes.
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>
#[derive(Clone, Debug)]
pub struct Filter(Vec<Value>);

impl Filter {
    /// The patterns as the mapping has them; what is not understood is refused.
    pub fn new(patterns: &[String]) -> Result<Self, String> {
        let parse = |text: &String| {
            let pattern = serde_json::from_str(text).map_err(|error| format!("{text}: {error}"))?;
            check(&pattern).map(|()| pattern).map_err(|part| format!("{text}: {part} is not understood"))
        };
        patterns.iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn admits(&self, record: &EventRecord) -> bool {
        let keys: Map<String, Value> = record
            .change
            .keys
            .inner()
            .iter()
            .map(|(name, value)| (name.clone(), serde_json::to_value(value).unwrap_or_default()))
            .collect();
        self.admits_keys(&Value::Object(keys))
    }

    /// The same for a record of the item with these keys, in the JSON of DynamoDB.
    pub(crate) fn admits_keys(&self, keys: &Value) -> bool {
        let record = json!({ "dynamodb": { "Keys": keys } });
        self.0.iter().any(|pattern| fits(pattern, &record))
    }
}

fn check(pattern: &Value) -> Result<(), String> {
    let alternative = |alternative: &Value| match alternative {
        Value::String(_) => Ok(()),
        Value::Object(operator)
            if operator.len() == 1 && operator.get("prefix").is_some_and(Value::is_string) =>
        {
            Ok(())
        }
        other => Err(other.to_string()),
    };
    match pattern {
        Value::Object(fields) => fields.values().try_for_each(check),
        Value::Array(alternatives) => alternatives.iter().try_for_each(alternative),
        other => Err(other.to_string()),
    }
}

fn fits(pattern: &Value, value: &Value) -> bool {
    let is = |alternative: &Value| match alternative["prefix"].as_str() {
        Some(prefix) => value.as_str().is_some_and(|text| text.starts_with(prefix)),
        None => alternative == value,
    };
    match pattern {
        Value::Object(fields) => fields.iter().all(|(name, pattern)| fits(pattern, &value[name])),
        Value::Array(alternatives) => alternatives.iter().any(is),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(filter: &Filter, pk: &str, sk: &str) -> bool {
        filter.admits_keys(&json!({ "pk": { "S": pk }, "sk": { "S": sk } }))
    }

    #[test]
    fn a_record_is_let_through_that_one_of_the_patterns_fits() {
        let pattern = |text: &str| text.to_owned();
        let filter = Filter::new(&[
            pattern(r#"{"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"E#"}]},"sk":{"S":["EVENT",{"prefix":"LEFT#"}]}}}}"#),
            pattern(r#"{"dynamodb":{"Keys":{"pk":{"S":["ERASURE"]}}}}"#),
        ])
        .unwrap();
        let let_through = [("E#1", "EVENT"), ("E#1", "LEFT#2"), ("ERASURE", "U#1")];
        let held_back = [("E#1", "EVENT#TEXT"), ("U#1", "EVENT"), ("ERASURES", "U#1"), ("", "")];
        assert!(let_through.iter().all(|(pk, sk)| admits(&filter, pk, sk)));
        assert!(!held_back.iter().any(|(pk, sk)| admits(&filter, pk, sk)));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for pattern in [r#"{"a":[{"suffix":"x"}]}"#, r#"{"a":[1]}"#, r#"{"a":"x"}"#, "{"] {
            assert!(Filter::new(&[pattern.to_owned()]).is_err(), "{pattern}");
        }
    }
}
