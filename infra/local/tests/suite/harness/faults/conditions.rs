//! What the conditions of writes are for: `.ci/conditions` takes them away one by one, and some test has to fail.
//!
//! A condition goes by the kinds of the write and of the item, and by what it says. With
//! `TUNELINK_CONDITIONS_REACHED=folder`, each test writes into a file there which conditions it reaches; with
//! `TUNELINK_CONDITION_WITHOUT=condition` that one always holds.

use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io::Write,
    path::PathBuf,
    sync::{LazyLock, Mutex},
};

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde_json::{Map, Value};

use super::{call, layer::replace_body};
use crate::harness::pattern;

#[allow(clippy::disallowed_methods)]
static REACHED: LazyLock<Option<PathBuf>> =
    LazyLock::new(|| std::env::var("TUNELINK_CONDITIONS_REACHED").ok().map(PathBuf::from));
#[allow(clippy::disallowed_methods)]
static WITHOUT: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("TUNELINK_CONDITION_WITHOUT").ok());

/// A condition that always holds.
const ALWAYS: &str = "attribute_exists(pk) OR attribute_not_exists(pk)";

/// Whether every write has its condition.
pub fn all_in_place() -> bool {
    WITHOUT.is_none()
}

/// Whether this call had a condition that was taken away.
pub fn lacks_one(body: &str) -> bool {
    body.contains(ALWAYS)
}

/// Notes the conditions of this call, and takes away the one that is to be missing.
pub(super) fn visit(request: &mut HttpRequest) {
    if REACHED.is_none() && WITHOUT.is_none() {
        return;
    }
    let Some((operation, body)) = call(request) else { return };
    let Ok(mut body) = serde_json::from_str::<Value>(body) else { return };
    let writes: Vec<(&str, &mut Value)> = match operation {
        "PutItem" | "UpdateItem" | "DeleteItem" => vec![(operation, &mut body)],
        "TransactWriteItems" => {
            let parts = body["TransactItems"].as_array_mut().into_iter().flatten();
            let parts = parts.filter_map(|part| part.as_object_mut()?.iter_mut().next());
            parts.map(|(kind, write)| (kind.as_str(), write)).collect()
        }
        _ => return,
    };
    let mut changed = false;
    for (kind, write) in writes {
        let Some(name) = name(kind, write) else { continue };
        note(&name);
        if WITHOUT.as_ref() == Some(&name) {
            remove(write);
            changed = true;
        }
    }
    if changed {
        replace_body(request, &body);
    }
}

/// What a condition goes by, if the write has one: kind of write, kind of item, condition.
fn name(kind: &str, write: &Value) -> Option<String> {
    let condition = write["ConditionExpression"].as_str()?.replace('#', "");
    // Values are numbered, and how many there are may differ.
    let mut plain = String::new();
    for word in condition.split(' ') {
        let value = word.trim_start_matches('(').starts_with(':');
        if !(value && plain.ends_with("? ")) {
            plain.push_str(if value { "?" } else { word });
            plain.push(' ');
        }
    }
    let key = if write["Key"].is_object() { &write["Key"] } else { &write["Item"] };
    let item = ["pk", "sk"].map(|name| key[name]["S"].as_str().map(pattern).unwrap_or_default()).join(" ");
    // A notification is written by the same code whether it is kept or only pushed.
    let item = item.replace("P#*", "N#*");
    let kind = kind.trim_end_matches("Item");
    Some(format!("{kind} {item} if {}", plain.trim()))
}

fn note(name: &str) {
    static NOTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let Some(folder) = &*REACHED else { return };
    // One process per test, for a call does not know in which test it is made.
    if NOTED.lock().expect("nobody panics here").insert(name.to_owned()) {
        fs::create_dir_all(folder).expect("the folder can be made");
        let file = folder.join(std::process::id().to_string());
        let mut file = OpenOptions::new().create(true).append(true).open(file).expect("the file opens");
        writeln!(file, "{name}").expect("the file can be written");
    }
}

/// Has the condition hold. Values and names that are not used any more would be refused.
fn remove(write: &mut Value) {
    let update = write["UpdateExpression"].as_str().unwrap_or_default().to_owned();
    let used = |placeholder: &String| {
        let words = update.split(|c: char| !(c.is_ascii_alphanumeric() || "_#:".contains(c)));
        words.into_iter().any(|word| word == placeholder)
    };
    write["ConditionExpression"] = ALWAYS.into();
    let write = write.as_object_mut().expect("a write is an object");
    for kind in ["ExpressionAttributeNames", "ExpressionAttributeValues"] {
        let Some(Value::Object(all)) = write.remove(kind) else { continue };
        let left: Map<_, _> = all.into_iter().filter(|(placeholder, _)| used(placeholder)).collect();
        if !left.is_empty() {
            write.insert(kind.to_owned(), left.into());
        }
    }
}
