//! Requests to any operation, made from what the document says of it.

use std::sync::LazyLock;

use serde_json::Value;
use tunelink::operation::Function;

/// The document, as it is generated from the operations.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| tunelink::openapi::document(functions::SECTIONS));

/// The document of the WebSocket API, as it is generated from frames and actions.
pub static ASYNCAPI: LazyLock<Value> =
    LazyLock::new(|| tunelink::asyncapi::document(functions::live::ACTIONS));

/// An id that names nothing.
const UUID: &str = "01900000-0000-7000-8000-000000000000";

/// A genre of the catalogue: the example that names in paths have in common is an instrument's.
const GENRE: &str = "gypsy-jazz";

/// An operation's entry in the document.
pub fn entry(function: &Function) -> &'static Value {
    match function.route.path {
        "$default" => &DOCUMENT["paths"]["/$default"]["x-amazon-apigateway-any-method"],
        path => &DOCUMENT["paths"][path][function.route.method.to_lowercase()],
    }
}

/// The parameters of an operation's path, each with a value that is well-formed.
pub fn path_parameters(function: &Function) -> Vec<(&'static str, String)> {
    let parameters = entry(function)["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let parameters = parameters.iter().filter(|parameter| parameter["in"] == "path");
    let value = |parameter: &Value| match parameter["schema"]["example"].as_str() {
        _ if parameter["name"] == "genre_id" => GENRE.to_owned(),
        Some(example) => example.to_owned(),
        None if parameter["schema"]["type"] == "integer" => "1".to_owned(),
        None => UUID.to_owned(),
    };
    parameters.filter_map(|parameter| Some((parameter["name"].as_str()?, value(parameter)))).collect()
}

/// A path of the operation, with the query that it cannot do without.
pub fn path(function: &Function) -> String {
    let fill = |path: String, (name, value): (&str, String)| path.replace(&format!("{{{name}}}"), &value);
    let path = path_parameters(function).into_iter().fold(function.route.path.to_owned(), fill);
    let parameters = entry(function)["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let required =
        parameters.iter().filter(|parameter| parameter["in"] == "query" && parameter["required"] == true);
    let pair = |parameter: &Value| {
        Some(format!("{}={}", parameter["name"].as_str()?, parameter["schema"]["example"]))
    };
    match required.filter_map(pair).collect::<Vec<_>>().join("&") {
        query if query.is_empty() => path,
        query => format!("{path}?{query}"),
    }
}

/// The content type and the example of the operation's body, if it takes one.
pub fn body(function: &Function) -> Option<(&'static str, Value)> {
    let content = entry(function)["requestBody"]["content"].as_object()?;
    let (content_type, media) = content.iter().next()?;
    let schema = resolve(&media["schema"]);
    Some((content_type, schema.get("example")?.clone()))
}

/// An example of what an action takes that a client asks for over a socket.
pub fn frame(action: &str) -> Value {
    let payload = &ASYNCAPI["components"]["messages"][format!("{action}_request")]["payload"];
    let data = &payload["properties"]["data"];
    let reference = data["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    reference.and_then(|pointer| ASYNCAPI.pointer(pointer)).unwrap_or(data)["example"].clone()
}

/// What a schema refers to, or itself.
pub fn resolve(schema: &'static Value) -> &'static Value {
    let reference = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    reference.and_then(|pointer| DOCUMENT.pointer(pointer)).unwrap_or(schema)
}
