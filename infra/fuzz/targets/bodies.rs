//! The body of every operation that takes one. What is accepted is what the document says, and what is refused for its
//! shape is not.

use lambda_http::Body;
use libfuzzer_sys::Corpus;
use serde_json::Value;

use crate::{
    contract::{body_schema, fault},
    reply::Reply,
    request::{Call, choose},
};

/// The first byte chooses the operation, the rest is the body.
pub(crate) fn run(data: &[u8]) -> Corpus {
    let Some((first, body)) = data.split_first() else { return Corpus::Reject };
    let function = choose(*first, |function| body_schema(function).is_some());
    let mut call = Call::new(function);
    call.body = match std::str::from_utf8(body) {
        Ok(text) => Body::Text(text.to_owned()),
        Err(_) => Body::Binary(body.to_vec()),
    };
    let Some(reply) = call.send() else { return Corpus::Reject };
    if let (Some(("application/json", schema)), false) = (body_schema(function), body.is_empty()) {
        check(&reply, schema, body);
    }
    Corpus::Keep
}

fn check(reply: &Reply, schema: &Value, body: &[u8]) {
    let read = serde_json::from_slice::<Value>(body);
    if reply.is_accepted() {
        let value = read.expect("what was accepted is JSON");
        let fault = fault(schema, &value);
        assert_eq!(fault, None, "accepted, and not as documented: {value}");
    } else if reply.status == 422 && reply.codes().all(|code| SHAPE.contains(&code)) {
        let value = read.expect("what has a shape is JSON");
        assert!(
            has_whole_floats(&value) || fault(schema, &value).is_some(),
            "refused: {value}: {}",
            reply.body
        );
    }
}

/// What a schema says, too.
pub(crate) const SHAPE: &[&str] = &["missing", "unknown_field", "wrong_type", "invalid_value"];

/// To JSON Schema `1.0` is an integer, which Rust does not take for one.
fn has_whole_floats(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.as_f64().is_some_and(|number| number.fract() == 0.0) && number.is_f64()
        }
        Value::Array(values) => values.iter().any(has_whole_floats),
        Value::Object(fields) => fields.values().any(has_whole_floats),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}
