//! What the published documents promise.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use tunelink::operation::Function;

/// The document of the HTTP API.
pub(crate) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| tunelink::openapi::document(functions::SECTIONS));

/// An operation's entry in the document.
pub(crate) fn entry(function: &Function) -> &'static Value {
    match function.route.path {
        "$default" => &DOCUMENT["paths"]["/$default"]["x-amazon-apigateway-any-method"],
        path => &DOCUMENT["paths"][path][function.route.method.to_lowercase()],
    }
}

/// What an operation takes in its `path` or `query`: names and schemas.
pub(crate) fn parameters(
    function: &Function,
    place: &'static str,
) -> impl Iterator<Item = (&'static str, &'static Value)> {
    let parameters = entry(function)["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let there = parameters.iter().filter(move |parameter| parameter["in"] == place);
    there.filter_map(|parameter| Some((parameter["name"].as_str()?, &parameter["schema"])))
}

/// The parameters of an operation's path, each with an example.
pub(crate) fn path_parameters(function: &Function) -> impl Iterator<Item = (String, String)> {
    parameters(function, "path").map(|(name, schema)| {
        let example = match schema["example"].as_str() {
            Some(example) => example,
            None if schema["type"] == "integer" => "1",
            None => "01900000-0000-7000-8000-000000000000",
        };
        (name.to_owned(), example.to_owned())
    })
}

/// The content type and the example of the body that an operation takes.
pub(crate) fn body(function: &Function) -> Option<(&'static str, &'static Value)> {
    let (content_type, schema) = body_schema(function)?;
    Some((content_type, &resolve(schema)["example"]))
}

/// The content type and the schema of the body that an operation takes.
pub(crate) fn body_schema(function: &Function) -> Option<(&'static str, &'static Value)> {
    let content = entry(function)["requestBody"]["content"].as_object()?;
    content.iter().next().map(|(content_type, media)| (content_type.as_str(), &media["schema"]))
}

/// What a schema refers to, or itself.
pub(crate) fn resolve(schema: &'static Value) -> &'static Value {
    let reference = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    reference.and_then(|pointer| DOCUMENT.pointer(pointer)).unwrap_or(schema)
}

/// How a value breaks a schema of the document; `None` if it does not.
pub(crate) fn fault(schema: &Value, value: &Value) -> Option<String> {
    type Known = HashMap<String, Arc<Validator>>;
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
    static COMPONENTS: LazyLock<Value> = LazyLock::new(|| json_schema(&DOCUMENT["components"]));
    let mut known = KNOWN.lock().expect("nobody panics while it is held");
    let validator = known.entry(schema.to_string()).or_insert_with(|| {
        let mut root = json_schema(schema);
        root["components"] = COMPONENTS.clone();
        let options = jsonschema::options().should_validate_formats(true);
        options.build(&root).expect("the document's schemas are valid").into()
    });
    let validator = Arc::clone(validator);
    drop(known);
    validator.iter_errors(value).next().map(|fault| format!("{}: {fault}", fault.instance_path()))
}

/// OpenAPI 3.0 says `nullable` where JSON Schema has a type `null`.
fn json_schema(schema: &Value) -> Value {
    match schema {
        Value::Array(parts) => parts.iter().map(json_schema).collect(),
        Value::Object(parts) => {
            let mut parts: Map<String, Value> =
                parts.iter().map(|(name, part)| (name.clone(), json_schema(part))).collect();
            if parts.remove("nullable") != Some(Value::Bool(true)) {
                return Value::Object(parts);
            }
            match parts.get_mut("enum") {
                Some(Value::Array(values)) if !values.contains(&Value::Null) => values.push(Value::Null),
                _ => {}
            }
            json!({ "anyOf": [parts, { "type": "null" }] })
        }
        other => other.clone(),
    }
}
