//! The WebSocket API → one `AsyncAPI` 3.0 document: the same for its frames as `OpenAPI` for the HTTP API.
//! <https://www.asyncapi.com/docs/reference/specification/v3.0.0>

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::{live::Frame, schema};

/// What a client may send: an action, what it takes and what it is for.
pub struct Action {
    pub name: &'static str,
    pub about: &'static str,
    pub(crate) data: Option<fn(&mut SchemaGenerator) -> schemars::Schema>,
}

impl Action {
    /// An action that takes nothing.
    pub const fn bare(name: &'static str, about: &'static str) -> Self {
        Self { name, about, data: None }
    }

    /// An action that takes a `T`.
    pub const fn of<T: JsonSchema>(name: &'static str, about: &'static str) -> Self {
        Self { name, about, data: Some(SchemaGenerator::subschema_for::<T>) }
    }
}

/// The document: what comes from the server follows from [`Frame`], what clients send from these actions.
pub fn document(actions: &[Action]) -> Value {
    let mut requests = schema::plain_settings().into_generator();
    let mut frames = schema::plain_settings().for_serialize().into_generator();
    let mut messages = Map::new();
    let (mut sent, mut received) = (Vec::new(), Vec::new());
    for action in actions {
        let name = format!("{}_request", action.name);
        let data = action.data.map(|data| data(&mut requests));
        messages.insert(name.clone(), message(&name, action.about, request(action.name, data)));
        sent.push(name);
    }
    let union = frames.subschema_for::<Frame>().to_value();
    let mut schemas = frames.take_definitions(true);
    let union = match union["$ref"].as_str() {
        Some(_) => schemas.remove("Frame").unwrap_or_default(),
        None => union,
    };
    for frame in union["oneOf"].as_array().into_iter().flatten() {
        let kind = &frame["properties"]["type"];
        let name = kind["const"].as_str().or_else(|| kind["enum"][0].as_str()).unwrap_or_default();
        let about = frame["description"].as_str().unwrap_or_default();
        let mut payload = frame.clone();
        payload["additionalProperties"] = false.into();
        messages.insert(name.to_owned(), message(name, about, payload));
        received.push(name.to_owned());
    }
    schemas.extend(requests.take_definitions(true));
    let in_channel = |names: &[String]| -> Vec<Value> {
        names.iter().map(|name| json!({ "$ref": format!("#/channels/live/messages/{name}") })).collect()
    };
    let channel: Map<String, Value> = messages
        .keys()
        .map(|name| (name.clone(), json!({ "$ref": format!("#/components/messages/{name}") })))
        .collect();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "TuneLink live",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What goes over a socket. It is opened with an access token in `Authorization`, or with \
                `?ticket=` and a ticket of `POST /v1/live/tickets`, and lives two hours at most; one on which nothing \
                passes for ten minutes is closed. Frames may come twice and in another order than things happened: a \
                client drops what it has by its number, and asks `POST /v1/sync` for what it lacks, first of all after \
                it has opened a socket. Two frames that are sent without waiting for an answer are taken side by side. \
                When the session ends the socket is closed.",
            "license": { "name": "MIT" },
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "localhost:3000", "pathname": "/live", "protocol": "ws",
                "description": "A backend on this machine",
                "security": [
                    { "$ref": "#/components/securitySchemes/session" },
                    { "$ref": "#/components/securitySchemes/ticket" },
                ],
            },
        },
        "channels": {
            "live": { "address": "/", "description": "The one socket of a client", "messages": channel },
        },
        "operations": {
            "receive": {
                "action": "receive",
                "summary": "What a client sends: frames of at most 32 KB, 100 in 10 seconds",
                "channel": { "$ref": "#/channels/live" },
                "messages": in_channel(&sent),
            },
            "send": {
                "action": "send",
                "summary": "What the server sends",
                "channel": { "$ref": "#/channels/live" },
                "messages": in_channel(&received),
            },
        },
        "components": {
            "messages": messages,
            "schemas": schemas,
            "securitySchemes": {
                "session": {
                    "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                    "description": "The access token, in `Authorization`",
                },
                "ticket": {
                    "type": "httpApiKey", "in": "query", "name": "ticket",
                    "description": "A ticket of `POST /v1/live/tickets`, good once and for 30 seconds",
                },
            },
        },
    })
}

fn message(name: &str, about: &str, payload: Value) -> Value {
    json!({ "name": name, "summary": about, "payload": payload })
}

fn request(action: &str, data: Option<schemars::Schema>) -> Value {
    let mut properties = json!({
        "action": { "type": "string", "const": action },
        "request_id": {
            "type": ["string", "null"], "maxLength": 64, "description": "Comes back with the answer",
        },
    });
    let mut required = vec!["action"];
    if let Some(data) = data {
        properties["data"] = data.to_value();
        required.push("data");
    }
    json!({
        "type": "object", "properties": properties, "required": required, "additionalProperties": false,
    })
}
