//! Feeds the parsers with what libFuzzer makes up: whatever a client, the table or its stream may hand over. `FUZZ_TARGET`
//! names the target; `.ci/fuzz` builds and runs them.
#![no_main]

mod access_tokens;
mod backend;
mod bodies;
mod contract;
mod cursors;
mod frames;
mod headers;
mod paths;
mod queries;
mod records;
mod reply;
mod request;
mod sealed_tokens;
mod search;
mod table;

use std::sync::LazyLock;

use libfuzzer_sys::{Corpus, fuzz_target};

/// Panics when an input breaks a promise; rejects what cannot even be put into a request.
type Target = fn(&[u8]) -> Corpus;

const TARGETS: &[(&str, Target)] = &[
    ("access_tokens", access_tokens::run),
    ("bodies", bodies::run),
    ("cursors", cursors::run),
    ("frames", frames::run),
    ("headers", headers::run),
    ("paths", paths::run),
    ("queries", queries::run),
    ("records", records::run),
    ("sealed_tokens", sealed_tokens::run),
    ("search", search::run),
];

/// A fuzzer has no settings of its own, and its arguments are those of libFuzzer.
#[allow(clippy::disallowed_methods)]
static CHOSEN: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").expect("FUZZ_TARGET names the target");
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    target.unwrap_or_else(|| panic!("there is no target {name}")).1
});

fuzz_target!(|data: &[u8]| -> Corpus { CHOSEN(data) });
