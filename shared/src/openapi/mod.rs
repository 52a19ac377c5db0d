//! Operations → one OpenAPI 3.0 document, which people read and which drives the gateway.

mod description;
mod parts;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

pub use self::description::Description;
use self::description::Generators;
use crate::{operation::Function, schema};

/// A heading in the document, with the operations under it.
pub struct Section {
    pub name: &'static str,
    pub about: &'static str,
    pub functions: &'static [&'static Function],
}

/// The document over all sections, in their order.
pub fn document(sections: &[Section]) -> Value {
    let mut generators = Generators {
        requests: schema::settings().into_generator(),
        replies: schema::settings().for_serialize().into_generator(),
        codes: BTreeSet::new(),
    };
    let mut paths = Map::new();
    for section in sections {
        for function in section.functions {
            let (path, method) = match function.route.path {
                "$default" => ("/$default", "x-amazon-apigateway-any-method"),
                path => (path, function.route.method),
            };
            let path = paths.entry(path).or_insert_with(|| json!({}));
            path[method.to_lowercase()] = entry(section, function, &mut generators);
        }
    }
    let mut schemas = parts::schemas();
    schemas.extend(generators.requests.take_definitions(true));
    for (name, reply) in generators.replies.take_definitions(true) {
        let request = schemas.insert(name.clone(), reply.clone());
        // A type in both directions has to be the same in both, or it takes two types.
        assert!(
            request.is_none_or(|request| request == reply),
            "{name} differs between requests and replies"
        );
    }
    let mut document = parts::head();
    document["tags"] = sections.iter().map(|s| json!({ "name": s.name, "description": s.about })).collect();
    document["paths"] = Value::Object(paths);
    document["components"]["schemas"] = Value::Object(schemas);
    for (name, part) in description::of_codes(&generators.codes) {
        document["components"][name] = part;
    }
    drop_unused(&mut document, "responses");
    document
}

/// Drops the components of this kind that no operation refers to.
fn drop_unused(document: &mut Value, kind: &str) {
    let paths = document["paths"].to_string();
    if let Some(parts) = document["components"][kind].as_object_mut() {
        parts.retain(|name, _| paths.contains(&format!("\"#/components/{kind}/{name}\"")));
    }
}

fn entry(section: &Section, function: &Function, generators: &mut Generators) -> Value {
    let mut description = Description::new(function, generators);
    (function.describe)(&mut description);
    let mut entry = description.finish();
    entry["tags"] = json!([section.name]);
    entry
}

/// `create_event` → `createEvent`.
pub(crate) fn camel_case(name: &str) -> String {
    pascal_case(name).char_indices().map(|(i, c)| if i == 0 { c.to_ascii_lowercase() } else { c }).collect()
}

/// `create_event` → `CreateEvent`, the logical id of its function in the template.
pub fn pascal_case(name: &str) -> String {
    let capital = |word: &str| {
        word.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(word.chars().skip(1)).collect::<String>()
    };
    name.split('_').map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_operation() {
        assert_eq!(camel_case("create_event"), "createEvent");
        assert_eq!(pascal_case("log_in"), "LogIn");
    }
}
