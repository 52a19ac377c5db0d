//! Every frame that a test gets is held against the document of the WebSocket API.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use jsonschema::Validator;
use serde_json::Value;
use tunelink_local::examples::ASYNCAPI;

/// Panics when the document does not promise such a frame.
pub fn check(frame: &Value) {
    static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let kind = frame["type"].as_str().unwrap_or_default().to_owned();
    let message = &ASYNCAPI["components"]["messages"][&kind];
    assert!(message.is_object(), "the document has no such frame: {frame}");
    let mut known = KNOWN.lock().expect("no test panics while it holds this");
    let validator = known.entry(kind).or_insert_with(|| {
        let mut schema = message["payload"].clone();
        schema["components"]["schemas"] = ASYNCAPI["components"]["schemas"].clone();
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft7);
        options.should_validate_formats(true).build(&schema).expect("the schemas are valid").into()
    });
    let validator = Arc::clone(validator);
    drop(known);
    let faults: Vec<String> =
        validator.iter_errors(frame).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "not as documented: {faults:#?}\n{frame:#}");
}
