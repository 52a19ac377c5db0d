//! The JSON schema of an input type: it documents the type, and it finds every fault of a value at once where
//! serde stops at the first.

use std::{
    any::TypeId,
    collections::HashMap,
    sync::{OnceLock, PoisonError, RwLock},
};

use schemars::{JsonSchema, Schema, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::{Map, Value};

use crate::error::{Code, FieldError, MAX_FAULTS};

/// The largest integer that all readers of JSON have exactly (RFC 7493 §2.2).
pub(crate) const LARGEST_INTEGER: u64 = (1 << 53) - 1;

/// Settings of every schema in the document: OpenAPI 3.0, which is what API Gateway imports.
pub(crate) fn settings() -> SchemaSettings {
    let settings = SchemaSettings::openapi3().with_transform(RecursiveTransform(typed_null));
    settings.with_transform(RecursiveTransform(exact))
}

/// The same for `AsyncAPI`, whose schemas are those of JSON Schema draft 7.
pub(crate) fn plain_settings() -> SchemaSettings {
    let settings = SchemaSettings::draft07().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    settings.with_transform(RecursiveTransform(exact))
}

/// OpenAPI 3.0.3 gives `nullable` a meaning only beside a `type`: what can only be null needs one, too.
fn typed_null(schema: &mut Schema) {
    let only_null =
        schema.get("enum").and_then(Value::as_array).is_some_and(|values| values == &[Value::Null]);
    if only_null && schema.get("type").is_none() {
        schema.insert("type".to_owned(), "object".into());
    }
}

/// An integer that may be large is no larger than all readers can tell.
fn exact(schema: &mut Schema) {
    let may_be_large = schema.get("format").is_some_and(|format| format == "uint64");
    if may_be_large && schema.get("maximum").is_none() {
        schema.insert("maximum".to_owned(), LARGEST_INTEGER.into());
    }
}

/// The schema of `T` with everything inlined, generated once per process.
pub(crate) fn of<T: JsonSchema + 'static>() -> &'static Value {
    type Known = RwLock<HashMap<TypeId, &'static Value>>;
    static KNOWN: OnceLock<Known> = OnceLock::new();
    let known = KNOWN.get_or_init(Known::default);
    if let Some(schema) = known.read().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<T>()) {
        return schema;
    }
    let schema = settings().with(|s| s.inline_subschemas = true).into_generator().into_root_schema_for::<T>();
    let schema: &'static Value = Box::leak(Box::new(schema.to_value()));
    known.write().unwrap_or_else(PoisonError::into_inner).insert(TypeId::of::<T>(), schema);
    schema
}

/// Every way in which `value` is not what `schema` says: missing and unknown fields, types, lengths, ranges.
/// Formats and rules of the domain are not looked at; they are checked once the value has its shape.
pub(crate) fn faults(schema: &Value, value: &Value) -> Vec<FieldError> {
    let mut faults = Vec::new();
    walk(schema, value, "", &mut faults);
    faults
}

fn walk(schema: &Value, value: &Value, path: &str, faults: &mut Vec<FieldError>) {
    if (value.is_null() && schema["nullable"] == true) || faults.len() >= MAX_FAULTS {
        return;
    }
    for part in list(&schema["allOf"]) {
        walk(part, value, path, faults);
    }
    let choices = [list(&schema["anyOf"]), list(&schema["oneOf"])].concat();
    if !choices.is_empty() {
        return choose(&choices, value, path, faults);
    }
    if !list(&schema["enum"]).is_empty() && !list(&schema["enum"]).contains(value) {
        faults.push(not_among(&allowed(schema), path));
        return;
    }
    if let Some(expected) = schema["type"].as_str()
        && !has_type(value, expected)
    {
        faults.push(Code::WrongType.at(path).limit(expected));
        return;
    }
    match value {
        Value::Object(fields) => walk_object(schema, fields, path, faults),
        Value::Array(entries) => {
            limits(schema, ["minItems", "maxItems"], entries.len(), path, faults);
            for (index, entry) in entries.iter().enumerate() {
                walk(&schema["items"], entry, &format!("{path}[{index}]"), faults);
            }
        }
        Value::String(text) => {
            let length = text.chars().count();
            limits(schema, ["minLength", "maxLength"], length, path, faults);
        }
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            if let Some(least) = schema["minimum"].as_f64().filter(|least| number < *least) {
                faults.push(Code::TooSmall.at(path).limit(least));
            }
            if let Some(most) = schema["maximum"].as_f64().filter(|most| number > *most) {
                faults.push(Code::TooLarge.at(path).limit(most));
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// A value has to be one of several: fine when it fits any, otherwise an unknown word or a wrong type.
fn choose(choices: &[Value], value: &Value, path: &str, faults: &mut Vec<FieldError>) {
    if choices.iter().any(|choice| self::faults(choice, value).is_empty()) {
        return;
    }
    let words: Vec<&str> = choices.iter().flat_map(allowed).collect();
    if words.is_empty() {
        faults.push(Code::WrongType.at(path).limit("another shape"));
    } else {
        faults.push(not_among(&words, path));
    }
}

fn walk_object(schema: &Value, fields: &Map<String, Value>, path: &str, faults: &mut Vec<FieldError>) {
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for name in list(&schema["required"]).iter().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            faults.push(Code::Missing.at(at(name)));
        }
    }
    for (name, value) in fields {
        match schema["properties"].get(name) {
            Some(property) => walk(property, value, &at(name), faults),
            None if schema["additionalProperties"] == false => {
                faults.push(Code::UnknownField.at(at(&clip(name))));
            }
            None => walk(&schema["additionalProperties"], value, &at(name), faults),
        }
    }
}

fn limits(schema: &Value, [least, most]: [&str; 2], length: usize, path: &str, faults: &mut Vec<FieldError>) {
    let limit = |name: &str| schema[name].as_u64().and_then(|n| usize::try_from(n).ok());
    if let Some(least) = limit(least).filter(|least| length < *least) {
        faults.push(Code::TooShort.at(path).limit(least));
    }
    if let Some(most) = limit(most).filter(|most| length > *most) {
        faults.push(Code::TooLong.at(path).limit(most));
    }
}

/// A name that the client made up, no longer than it takes to recognise it.
pub(crate) fn clip(name: &str) -> String {
    name.chars().take(100).collect()
}

fn not_among(words: &[&str], path: &str) -> FieldError {
    Code::InvalidValue.at(path).limit(words.join(", "))
}

/// The words that a schema lets pass, in itself or in its choices.
fn allowed(schema: &Value) -> Vec<&str> {
    let choices = ["anyOf", "oneOf"].iter().flat_map(|choice| list(&schema[*choice])).flat_map(allowed);
    list(&schema["enum"]).iter().filter_map(Value::as_str).chain(choices).collect()
}

fn has_type(value: &Value, expected: &str) -> bool {
    match expected {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        _ => true,
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[allow(dead_code)]
    #[derive(JsonSchema, garde::Validate)]
    #[schemars(deny_unknown_fields)]
    struct Song {
        #[garde(length(chars, min = 2, max = 5))]
        title: String,
        #[garde(range(min = 1, max = 9))]
        stars: Option<u8>,
        #[garde(skip)]
        plays: Option<u64>,
        #[garde(length(max = 1), inner(length(chars, min = 2)))]
        tags: Vec<String>,
        #[garde(skip)]
        key: Option<Key>,
    }

    #[allow(dead_code)]
    #[derive(JsonSchema)]
    #[schemars(rename_all = "lowercase")]
    enum Key {
        /// Happy
        Major,
        /// Sad
        Minor,
    }

    fn codes(value: &Value) -> Vec<(String, Code)> {
        faults(of::<Song>(), value).into_iter().map(|f| (f.field, f.code)).collect()
    }

    #[test]
    fn every_fault_is_found_at_once() {
        let found = codes(&json!({ "stars": 10, "tags": ["a", "bb"], "key": "flat", "year": 1959 }));
        let expected = [
            ("title", Code::Missing),
            ("key", Code::InvalidValue),
            ("stars", Code::TooLarge),
            ("tags", Code::TooLong),
            ("tags[0]", Code::TooShort),
            ("year", Code::UnknownField),
        ];
        assert_eq!(found, expected.map(|(field, code)| (field.to_owned(), code)));
    }

    #[test]
    fn integers_are_as_large_as_all_can_read_them() {
        let most = |plays: u64| codes(&json!({ "title": "Swing", "tags": [], "plays": plays }));
        assert_eq!(most(LARGEST_INTEGER), []);
        assert_eq!(most(LARGEST_INTEGER + 1), [("plays".to_owned(), Code::TooLarge)]);
    }

    #[test]
    fn types_are_told_by_the_name_of_what_was_expected() {
        let found = faults(of::<Song>(), &json!({ "title": 5, "stars": 1.5, "tags": {}, "key": null }));
        let messages: Vec<_> =
            found.iter().map(|f| (f.field.as_str(), f.message(crate::text::Language::En))).collect();
        assert_eq!(messages.len(), 3);
        assert!(messages.iter().all(|(_, m)| m.contains("wrong type")), "{messages:?}");
        assert!(faults(of::<Song>(), &json!(7))[0].field.is_empty());
    }

    #[test]
    fn lengths_count_characters() {
        assert!(codes(&json!({ "title": "éèàùç", "tags": [] })).is_empty());
    }
}
