//! Every reply that a test gets is held against the document.

use std::{
    collections::HashMap,
    io::Read,
    sync::{Arc, LazyLock, Mutex},
};

use flate2::read::GzDecoder;
use jsonschema::Validator;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use serde_json::{Map, Value, json};
use tunelink_local::examples::{self, DOCUMENT};

/// The components as JSON Schema.
static COMPONENTS: LazyLock<Value> = LazyLock::new(|| json_schema(&DOCUMENT["components"]));

/// The path template in the document that a path is of: one whose segments are all literal wins.
pub(crate) fn template(path: &str) -> Option<&'static str> {
    let paths = DOCUMENT["paths"].as_object()?;
    let fits = |template: &&String| {
        let (mut a, mut b) = (template.split('/'), path.split('/'));
        loop {
            match (a.next(), b.next()) {
                (None, None) => return true,
                (Some(a), Some(b)) if a == b || (a.starts_with('{') && !b.is_empty()) => {}
                _ => return false,
            }
        }
    };
    paths.keys().filter(fits).min_by_key(|template| template.matches('{').count()).map(String::as_str)
}

/// A body as it was before it was compressed.
pub(crate) fn plain(headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    match headers.get(CONTENT_ENCODING) {
        None => bytes.extend(body),
        Some(coding) => {
            assert_eq!(coding, "gzip");
            GzDecoder::new(body).read_to_end(&mut bytes).expect("it is compressed");
        }
    }
    bytes
}

/// Panics when the document does not promise such a reply to this call.
pub(crate) fn check(method: &str, path: &str, status: u16, headers: &HeaderMap, body: &[u8]) {
    let template =
        template(path).filter(|template| DOCUMENT["paths"][template].get(method.to_lowercase()).is_some());
    let operation = match template {
        Some(template) => &DOCUMENT["paths"][template][method.to_lowercase()],
        None => &DOCUMENT["paths"]["/$default"]["x-amazon-apigateway-any-method"],
    };
    let call = format!("{method} {path} → {status}");
    let reply = examples::resolve(&operation["responses"][status.to_string()]);
    assert!(reply.is_object(), "{call} is not in the document: {}", String::from_utf8_lossy(body));
    for name in reply["headers"].as_object().into_iter().flat_map(Map::keys) {
        assert!(headers.contains_key(name), "{call} lacks the header {name}");
    }
    let Some(content) = reply["content"].as_object() else {
        assert!(body.is_empty(), "{call} has a body");
        return;
    };
    let given = headers["content-type"].to_str().expect("a content type is ASCII");
    let media = given.split(';').next().and_then(|essence| content.get(essence));
    let media = media.unwrap_or_else(|| panic!("{call} is {given}, not as documented"));
    if given.ends_with("json") {
        let body: Value = serde_json::from_slice(body).expect("the body is JSON");
        validate(&call, &media["schema"], &body);
        documented_codes(&call, reply, &body);
    }
}

/// The codes of an error are among those that the document lists for the status.
fn documented_codes(call: &str, reply: &Value, body: &Value) {
    let listed = reply["description"].as_str().unwrap_or_default();
    let field_codes = listed.contains("`invalid`");
    for error in body["errors"].as_array().into_iter().flatten() {
        let code = error["code"].as_str().unwrap_or_default();
        let known = listed.contains(&format!("`{code}`")) || field_codes;
        assert!(known, "{call}: the document does not list {code}: {listed}");
    }
}

fn validate(call: &str, schema: &Value, body: &Value) {
    static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().expect("no test panics while it holds this");
    let validator = known.entry(schema.to_string()).or_insert_with(|| {
        let mut root = json_schema(schema);
        root["components"] = COMPONENTS.clone();
        jsonschema::options()
            .should_validate_formats(true)
            .build(&root)
            .expect("the document's schemas are valid")
            .into()
    });
    let validator = Arc::clone(validator);
    drop(known);
    let faults: Vec<String> =
        validator.iter_errors(body).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{call} is not as documented: {faults:#?}\n{body:#}");
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
