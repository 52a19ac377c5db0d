//! The query string of every operation that takes one. What is accepted is what the document says, and nobody can make up
//! a cursor.

use std::{collections::HashMap, sync::LazyLock};

use libfuzzer_sys::Corpus;
use serde_json::Value;
use tunelink::{app::App, operation::Function};

use crate::{
    backend::app,
    contract::{fault, parameters},
    reply::Reply,
    request::{Call, named},
    table::Mood,
};

/// The first line names the operation, the rest is the query string.
pub(crate) fn run(data: &[u8]) -> Corpus {
    let takes_one = |function: &Function| parameters(function, "query").next().is_some();
    let Some((function, rest)) = named(data, takes_one) else { return Corpus::Reject };
    let Ok(query) = std::str::from_utf8(rest) else { return Corpus::Reject };
    if send(function, query).is_some() { Corpus::Keep } else { Corpus::Reject }
}

/// What comes of a query, which is checked against the document.
pub(crate) fn send(function: &'static Function, query: &str) -> Option<Reply> {
    let mut call = Call::new(function);
    query.clone_into(&mut call.query);
    let reply = call.send()?;
    if reply.is_accepted() {
        let known: HashMap<_, _> = parameters(function, "query").collect();
        let mut given = HashMap::new();
        for (name, text) in pairs(query) {
            if name == "cursor" {
                refuses(function, query);
            }
            let schema = known.get(name.as_str());
            let schema = schema.unwrap_or_else(|| panic!("{} takes {name}={text}", function.name));
            let value = read(schema, &text);
            assert_eq!(fault(schema, &value), None, "{} takes {name}={text}", function.name);
            assert_eq!(given.insert(name, text), None, "{} takes a name twice", function.name);
        }
    }
    Some(reply)
}

/// A list that is sorted when it has been read opens its cursor then, for which the table has to be there.
fn refuses(function: &'static Function, query: &str) {
    static EMPTY: LazyLock<App> = LazyLock::new(|| app(Mood::Empty).0);
    let mut call = Call::new(function);
    query.clone_into(&mut call.query);
    let reply = call.send_to(&EMPTY).expect("it was sent before");
    assert!(!reply.is_accepted(), "{} takes a cursor that is not ours: {query}", function.name);
}

/// What a query string says (<https://url.spec.whatwg.org/#application/x-www-form-urlencoded>).
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    // A fragment is no part of it.
    let query = query.split('#').next().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned()))
}

fn read(schema: &Value, text: &str) -> Value {
    match schema["type"].as_str() {
        Some("integer" | "number" | "boolean") => text.parse().unwrap_or_else(|_| text.into()),
        _ => text.into(),
    }
}
