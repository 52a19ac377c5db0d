use std::collections::{BTreeMap, BTreeSet};

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::{camel_case, parts, pascal_case};
use crate::{
    error::{Code, Error},
    operation::Function,
    schema,
    text::Language,
};

/// A type is described as it is read where it is sent to us, and as it is written where it is sent by us: a field
/// that may be left out of a request is always there in a reply.
pub(super) struct Generators {
    pub(super) requests: SchemaGenerator,
    pub(super) replies: SchemaGenerator,
    /// What can go wrong, over all operations.
    pub(super) codes: BTreeSet<Code>,
}

/// The entry of one operation, as its caller, input and output describe it.
pub struct Description<'a> {
    function: &'a Function,
    generators: &'a mut Generators,
    parameters: Vec<Value>,
    body: Option<Value>,
    success: Map<String, Value>,
    codes: BTreeSet<Code>,
    security: Vec<Value>,
}

impl<'a> Description<'a> {
    pub(super) fn new(function: &'a Function, generators: &'a mut Generators) -> Self {
        Self {
            function,
            generators,
            parameters: Vec::new(),
            body: None,
            success: Map::new(),
            codes: BTreeSet::new(),
            security: Vec::new(),
        }
    }

    /// Ways in which the operation can fail.
    pub fn codes(&mut self, codes: &[Code]) {
        self.codes.extend(codes);
    }

    /// The alternatives: with a session (true) or without (false).
    pub(crate) fn security(&mut self, alternatives: &[bool]) {
        self.security = alternatives
            .iter()
            .map(|session| if *session { json!({ "session": [] }) } else { json!({}) })
            .collect();
    }

    pub(crate) fn body<T: JsonSchema>(&mut self, content_type: &str) {
        let schema = self.generators.requests.subschema_for::<T>();
        self.body = Some(json!({ "required": true, "content": { content_type: { "schema": schema } } }));
    }

    /// The same body under another content type.
    pub(crate) fn body_also_as(&mut self, content_type: &str) {
        if let Some(content) = self.body.as_mut().and_then(|body| body["content"].as_object_mut()) {
            let media = content.values().next().cloned().unwrap_or_default();
            content.insert(content_type.to_owned(), media);
        }
    }

    pub(crate) fn is_patch(&self) -> bool {
        self.function.route.method == "PATCH"
    }

    pub(crate) fn body_is_optional(&mut self) {
        if let Some(body) = &mut self.body {
            body["required"] = json!(false);
        }
    }

    /// A parameter for each field of `T`.
    pub(crate) fn query<T: JsonSchema + 'static>(&mut self) {
        let schema = schema::of::<T>();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let Value::Object(mut property) = property.clone() else { continue };
            // A parameter is absent rather than null.
            property.remove("nullable");
            if let Some(values) = property.get_mut("enum").and_then(Value::as_array_mut) {
                values.retain(|value| !value.is_null());
            }
            let about = property.remove("description").unwrap_or_default();
            let mut about = about.as_str().unwrap_or_default().to_owned();
            let required = required.contains(&json!(name));
            if !required && let Some(Value::String(example)) = property.remove("example") {
                about = for_instance(&about, &example);
            }
            self.parameters.push(json!({
                "name": name, "in": "query", "required": required, "description": about, "schema": property,
            }));
        }
    }

    pub(crate) fn path_parameter<T: JsonSchema + 'static>(&mut self, position: usize) {
        if let Some(name) = self.function.route.parameters().nth(position) {
            let mut schema = schema::of::<T>().clone();
            if let Some(schema) = schema.as_object_mut() {
                schema.retain(|key, _| !["$schema", "title", "description"].contains(&key.as_str()));
            }
            self.parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
        }
    }

    /// A header that may be left out, and the schema of its value.
    pub(crate) fn header(&mut self, name: &str, about: &str, example: &str, schema: &Value) {
        self.parameters.push(json!({
            "name": name, "in": "header", "required": false, "description": for_instance(about, example),
            "schema": schema,
        }));
    }

    /// The reply when all goes well, with what headers beside the usual ones.
    pub(crate) fn success<T: JsonSchema>(&mut self, status: u16, headers: &[&str]) {
        let data = json!(self.generators.replies.subschema_for::<T>());
        // OpenAPI 3.0 has no type `null`.
        let data = if data["type"] == "null" {
            json!({ "type": "object", "nullable": true, "enum": [null] })
        } else {
            data
        };
        self.reply(status, headers, parts::envelope(status, data, false));
    }

    pub(crate) fn page<T: JsonSchema>(&mut self) {
        let items = json!({ "type": "array", "items": self.generators.replies.subschema_for::<T>() });
        self.reply(200, &["ETag"], parts::envelope(200, items, true));
    }

    /// The reply may have another media type, which the schema describes.
    pub fn also_as<T: JsonSchema>(&mut self, content_type: &str) {
        let schema = json!(self.generators.replies.subschema_for::<T>());
        if let Some(content) = self.success.get_mut("200").and_then(|reply| reply["content"].as_object_mut())
        {
            content.insert(content_type.to_owned(), json!({ "schema": schema }));
        }
    }

    fn reply(&mut self, status: u16, headers: &[&str], schema: Value) {
        let done = self.function.done.in_language(Language::En);
        let reply = json!({
            "description": done,
            "headers": refer(headers),
            "content": { "application/json": { "schema": schema } },
        });
        self.success.insert(status.to_string(), reply);
    }

    pub(crate) fn media(&mut self, content_type: &str) {
        let essence = content_type.split(';').next().unwrap_or_default();
        let schema = if essence == "application/json" {
            json!({ "type": "object" })
        } else {
            json!({ "type": "string" })
        };
        let reply = json!({
            "description": self.function.done.in_language(Language::En),
            "headers": refer(&["ETag"]),
            "content": { essence: { "schema": schema } },
        });
        self.success.insert("200".to_owned(), reply);
    }

    /// A JSON reply that is no envelope.
    pub fn plain<T: JsonSchema>(&mut self, status: u16, about: &str) {
        let schema = self.generators.replies.subschema_for::<T>();
        let reply = json!({
            "description": about, "headers": refer(&[]), "content": { "application/json": { "schema": schema } },
        });
        self.success.insert(status.to_string(), reply);
    }

    /// The reply may be spared by `If-None-Match`.
    pub(crate) fn conditional(&mut self) {
        if self.function.route.method != "GET" {
            return;
        }
        self.header(
            "If-None-Match",
            "The `ETag` of a copy; when it is still good the reply is 304 without a body",
            crate::http::ETag::EXAMPLE,
            &json!({ "type": "string" }),
        );
        let reply = json!({ "description": "Not modified", "headers": refer(&["ETag"]) });
        self.success.insert("304".to_owned(), reply);
    }

    pub(super) fn finish(mut self) -> Value {
        let language = json!({
            "name": "Accept-Language", "in": "header", "required": false,
            "description": for_instance("The language of messages: English or French", "fr"), "schema": { "type": "string" },
        });
        self.parameters.push(language);
        let mut responses = std::mem::take(&mut self.success);
        responses.extend(failures(&self.codes));
        self.generators.codes.extend(&self.codes);
        let function = self.function;
        let mut entry = json!({
            "operationId": camel_case(function.name),
            "summary": function.route.summary,
            "parameters": self.parameters,
            "responses": responses,
            "security": self.security,
            "x-amazon-apigateway-integration": parts::integration(&format!("{}Function", pascal_case(function.name))),
        });
        if let Some(body) = self.body {
            entry["requestBody"] = body;
        }
        if function.route.path == "$default" {
            entry["isDefaultRoute"] = json!(true);
        }
        entry
    }
}

/// What a parameter is about that can be left out. Swagger UI sends its `example` unless somebody clears the field,
/// so it has none.
fn for_instance(about: &str, example: &str) -> String {
    format!("{about}. For instance `{example}`")
}

/// What the document says once of every code: an example, and the reply where nothing else has its status.
pub(super) fn of_codes(codes: &BTreeSet<Code>) -> [(&'static str, Value); 2] {
    let name = |code: &Code| code.as_str().to_owned();
    let examples = codes.iter().map(|code| (name(code), json!({ "value": example(*code) })));
    let responses = codes.iter().map(|code| (name(code), failure(code.status(), &[*code])));
    [("examples", Value::Object(examples.collect())), ("responses", Value::Object(responses.collect()))]
}

/// A reply for each status, with an example for each code.
fn failures(codes: &BTreeSet<Code>) -> Map<String, Value> {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.status()).or_default().push(*code);
    }
    let reply = |status, codes: &[Code]| match codes {
        [code] => json!({ "$ref": format!("#/components/responses/{}", code.as_str()) }),
        codes => failure(status, codes),
    };
    by_status.into_iter().map(|(status, codes)| (status.to_string(), reply(status, &codes))).collect()
}

fn failure(status: u16, codes: &[Code]) -> Value {
    let names: Vec<_> = codes.iter().map(|code| format!("`{}`", code.as_str())).collect();
    let also: &[&str] = match status {
        401 => &["WWW-Authenticate"],
        405 => &["Allow"],
        429 | 503 => &["Retry-After"],
        _ => &[],
    };
    let refer_to = |code: &Code| json!({ "$ref": format!("#/components/examples/{}", code.as_str()) });
    let examples: Map<String, Value> =
        codes.iter().map(|code| (code.as_str().to_owned(), refer_to(code))).collect();
    json!({
        "description": names.join(", "),
        "headers": refer(also),
        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Failure" }, "examples": examples } },
    })
}

/// The very reply that a client gets.
fn example(code: Code) -> Value {
    let limit = match code {
        Code::JsonTooDeep => crate::json::MAX_DEPTH,
        Code::BodyTooLarge => crate::input::MAX_BODY,
        _ => 20,
    };
    let error = match (code, field(code)) {
        (Code::Invalid, _) => Error::from(Code::Missing.at("name")),
        (code, Some(field)) => Error::from(code.at(field).limit(limit)),
        (code, None) => Error::from(code).limit(limit),
    };
    crate::http::failure_body(&error, Language::En)
}

/// The field that a code is always about.
const fn field(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::AlreadyExists => "id",
        Code::EmailTaken => "email",
        Code::IdempotencyKeyReused => "Idempotency-Key",
        Code::InvalidCursor => "cursor",
        Code::Oneself => "user_id",
        Code::CapacityTaken => "capacity",
        Code::FromAfterTo | Code::RangeTooLong => "to",
        Code::NeedsPlace => "sort",
        Code::StartsInThePast | Code::TooFarAhead => "starts_at",
        Code::EndsBeforeStart | Code::LastsTooLong => "ends_at",
        Code::UnknownGenre => "genre_id",
        Code::InstrumentNotPlayed | Code::InstrumentNotWanted | Code::NoSlot | Code::UnknownInstrument => {
            "instrument_id"
        }
        Code::UsernameTaken => "username",
        _ => return None,
    })
}

/// References to the headers of a reply; every reply has the first two.
fn refer(also: &[&str]) -> Value {
    let names = ["X-Request-Id", "Content-Language"].iter().chain(also);
    let refer = |name: &&str| ((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }));
    Value::Object(names.map(refer).collect())
}
