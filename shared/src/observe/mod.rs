//! What is told of the running functions: one line for every call, the metrics in it, spans around what is asked of
//! AWS, and the trace that leads from a call to all that follows from it. `docs/OPERATIONS.md` says how to read it.
//!
//! No line names a person, and none has a body, a path, a key or a value of the table in it.

mod call;
mod json;
mod metrics;
mod sdk;
mod trace;

use std::io;

use tracing::{Level, level_filters::LevelFilter};
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

pub(crate) use call::{Call, Invocation, report};
pub use json::JsonLines;
pub use metrics::{Detail, Metrics};
pub use trace::TraceId;
pub(crate) use trace::of_client;

/// Logs to the standard output from now on, as Lambda wants it.
pub(crate) fn begin(level: Level, metrics: Metrics) {
    let lines = JsonLines::new(io::stdout, metrics);
    tracing_subscriber::registry().with(lines.with_filter(what_is_told(level))).init();
    std::panic::set_hook(Box::new(|panic| {
        // Not its message: that of a text that is cut in the wrong place has the whole text in it.
        tracing::error!(location = panic.location().map(tracing::field::display), "panicked");
    }));
}

/// Ours at this level. Of others only what is wrong: in detail they log requests, and what is in them.
pub fn what_is_told(level: Level) -> Targets {
    let others = LevelFilter::from_level(level.min(Level::WARN));
    Targets::new().with_default(others).with_target("tunelink", level).with_target("functions", level)
}
