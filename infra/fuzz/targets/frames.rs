//! What comes over a socket. Every frame but those of `typing` has one answer, which is as documented, and the socket
//! stays open.

use std::{collections::HashMap, sync::LazyLock};

use functions::RECEIVE;
use jsonschema::{Draft, Validator};
use libfuzzer_sys::Corpus;
use serde_json::Value;
use tunelink::{app::App, live::LiveRequest};

use crate::{
    backend::{SOCKET, app, wait},
    bodies::SHAPE,
    table::{Mood, Table},
};

static BACKEND: LazyLock<(App, Table)> = LazyLock::new(|| app(Mood::Empty));

/// All of it is the frame.
pub(crate) fn run(data: &[u8]) -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else { return Corpus::Reject };
    let (app, table) = &*BACKEND;
    let mut request = LiveRequest::default();
    request.request_context.connection_id = Some(SOCKET.to_owned());
    request.body = Some(text.to_owned());
    let response = wait(RECEIVE.call(app, request));
    assert_eq!(response.status_code, 200, "the socket closes: {text}");
    let answers = table.posted();
    assert!(answers.len() <= 1, "{} answers to {text}", answers.len());
    let asked = serde_json::from_str::<Value>(text).ok();
    match answers.first() {
        Some(answer) => check(asked.as_ref(), &serde_json::from_slice(answer).expect("a frame is JSON")),
        None => assert_eq!(asked.expect("what is not JSON is answered")["action"], "typing", "{text}"),
    }
    Corpus::Keep
}

fn check(asked: Option<&Value>, answer: &Value) {
    let schema = documented(answer["type"].as_str().unwrap_or_default());
    assert!(schema.is_valid(answer), "not as documented: {answer}");
    let data = &answer["data"];
    assert_ne!(data["code"], "internal", "{answer}");
    // What cannot be read has no id.
    assert!(
        data["request_id"].is_null() || data["request_id"] == asked.unwrap_or(&Value::Null)["request_id"]
    );
    let faults = data["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_misshapen = faults.iter().any(|fault| SHAPE.iter().any(|code| fault["code"] == **code));
    assert!(answer["type"] != "error" || !is_misshapen || data["code"] == "invalid", "{answer}");
}

/// The schema of a frame of this type, of the published ones.
fn documented(name: &str) -> &'static Validator {
    static FRAMES: LazyLock<HashMap<String, Validator>> = LazyLock::new(|| {
        let document = tunelink::asyncapi::document(functions::live::ACTIONS);
        let messages = document["components"]["messages"].as_object().into_iter().flatten();
        messages.map(|(name, message)| (name.clone(), validator(&document, &message["payload"]))).collect()
    });
    FRAMES.get(name).unwrap_or_else(|| panic!("no frame {name} is documented"))
}

fn validator(document: &Value, payload: &Value) -> Validator {
    let mut root = payload.clone();
    root["components"] = document["components"].clone();
    jsonschema::options().with_draft(Draft::Draft7).build(&root).expect("the document's schemas are valid")
}
