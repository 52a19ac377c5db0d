//! The functions as Lambda runs them: each a process of its own, under a Runtime API, with its sample request. For tests
//! and benches: whatever is wrong here ends them with a panic.

mod binary;
mod runtime;

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

pub use self::{
    binary::{Binary, program},
    runtime::Outcome,
};
use crate::generated::root;

/// The names of all binaries that there have to be.
pub fn names() -> Vec<String> {
    let files = fs::read_dir(root().join("functions/src/bin")).expect("the folder is there");
    let stem = |file: PathBuf| file.file_stem().expect("a name").to_str().expect("ASCII").to_owned();
    let mut names: Vec<String> = files.map(|file| stem(file.expect("it is readable").path())).collect();
    names.sort();
    names
}

/// The sample request of a function.
pub fn sample(name: &str) -> Value {
    let file = root().join(format!("events/{name}.json"));
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).expect("samples are JSON")
}

/// A sample with good tokens in place of those that are none.
pub fn with_tokens(sample: &Value, tokens: &Value) -> Value {
    let token = |name: &str| tokens[name].as_str().expect("tokens are text").to_owned();
    let text = sample.to_string().replace("<access token>", &token("access_token"));
    let mut event: Value = serde_json::from_str(&text).expect("it is JSON still");
    if event["rawPath"] == "/v1/auth/refresh" {
        event["body"] = json!({ "refresh_token": token("refresh_token") }).to_string().into();
    }
    event
}
