//! The body of every operation that takes one. What is accepted is what the document says, and what is refused for its
//! shape is not.

use lambda_http::Body;
use libfuzzer_sys::Corpus;
use serde_json::Value;
use tunelink::operation::Function;

use crate::{
    contract::{body_schema, fault},
    reply::Reply,
    request::{Call, named},
};

/// The first line names the operation, the rest is the body.
pub(crate) fn run(data: &[u8]) -> Corpus {
    let takes_one = |function: &Function| body_schema(function).is_some();
    let Some((function, body)) = named(data, takes_one) else { return Corpus::Reject };
    let mut call = Call::new(function);
    call.body = match std::str::from_utf8(body) {
        Ok(text) => Body::Text(text.to_owned()),
        Err(_) => Body::Binary(body.to_vec()),
    };
    let Some(reply) = call.send() else { return Corpus::Reject };
    if let (Some(("application/json", schema)), false) = (body_schema(function), body.is_empty()) {
        check(function, &reply, schema, body);
    }
    Corpus::Keep
}

fn check(function: &Function, reply: &Reply, schema: &Value, body: &[u8]) {
    let read = serde_json::from_slice::<Value>(body);
    if reply.is_accepted() {
        let value = read.expect("what was accepted is JSON");
        let fault = fault(schema, &value);
        assert_eq!(fault, None, "accepted, and not as documented: {value}");
    } else if reply.status == 422 && reply.faults().all(|(code, field)| is_of_shape(function, code, field)) {
        let value = read.expect("what has a shape is JSON");
        assert!(
            has_whole_floats(&value) || fault(schema, &value).is_some(),
            "refused: {value}: {}",
            reply.body
        );
    }
}

/// Fields that others rule out or ask for, which the schema does not say.
const RULED_OUT: &[(&str, &str)] = &[
    ("create_conversation", "title"),
    ("create_notification", "event_id"),
    ("create_notification", "user_id"),
];

fn is_of_shape(function: &Function, code: &str, field: &str) -> bool {
    SHAPE.contains(&code) && !RULED_OUT.contains(&(function.name, field))
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
