use std::{borrow::Cow, sync::LazyLock};

use serde_json::Value;
use tunelink::{
    Result,
    app::App,
    auth::Anyone,
    operation::{Operation, Route},
    output::Document,
    text::Text,
};

pub struct GetOpenapi;

impl Operation for GetOpenapi {
    const ROUTE: Route = Route::get("/openapi.json", "This document (OpenAPI 3.0)");
    const DONE: Text = Text::new("The document", "Le document");
    type Caller = Anyone;
    type Input = ();
    type Output = Document;

    async fn run(_: &App, _: Anyone, (): Self::Input) -> Result<Self::Output> {
        static DOCUMENT: LazyLock<Vec<u8>> =
            LazyLock::new(|| for_clients(include_str!("../../../infra/openapi.json")));
        Ok(Document(Cow::Borrowed(&DOCUMENT)))
    }
}

/// The document without what concerns only the gateway.
fn for_clients(json: &str) -> Vec<u8> {
    let mut document: Value = serde_json::from_str(json).unwrap_or_default();
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        paths.retain(|path, _| path != "/$default");
    }
    strip(&mut document);
    document.to_string().into_bytes()
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !name.starts_with("x-amazon-apigateway-"));
            members.values_mut().for_each(strip);
        }
        Value::Array(values) => values.iter_mut().for_each(strip),
        _ => {}
    }
}
