//! The parameters of every path. Only the one canonical form of an id, a slug or a number names anything.

use libfuzzer_sys::Corpus;
use serde_json::Value;
use tunelink::operation::Function;

use crate::{
    contract::{fault, parameters},
    request::{Call, named},
};

/// The first line names the operation; what follows are its parameters, decoded, with a `/` between them.
pub(crate) fn run(data: &[u8]) -> Corpus {
    let has_any = |function: &Function| parameters(function, "path").next().is_some();
    let Some((function, rest)) = named(data, has_any) else { return Corpus::Reject };
    let Ok(text) = std::str::from_utf8(rest) else { return Corpus::Reject };
    let mut call = Call::new(function);
    let mut segments = text.split('/');
    for (name, _) in parameters(function, "path") {
        let Some(segment) = segments.next() else { return Corpus::Reject };
        call.parameters.insert(name.to_owned(), segment.to_owned());
    }
    let given = call.parameters.clone();
    let Some(reply) = call.send() else { return Corpus::Reject };
    for (name, schema) in parameters(function, "path").filter(|_| reply.is_accepted()) {
        let text = &given[name];
        let value = match text.parse::<u64>() {
            Ok(number) if schema["type"] == "integer" => Value::from(number),
            _ => Value::from(text.as_str()),
        };
        assert_eq!(fault(schema, &value), None, "{name} is accepted: {text:?}");
        let is_canonical = value.as_u64().is_none_or(|number| number.to_string() == text.as_str());
        assert!(is_canonical, "{name} is not canonical: {text:?}");
        assert_eq!(text.to_lowercase(), *text, "{name} is not canonical: {text:?}");
    }
    Corpus::Keep
}
