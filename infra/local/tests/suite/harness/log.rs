//! The log as `CloudWatch` would get it.

use std::{
    io,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tracing::{Level, level_filters::LevelFilter, subscriber::DefaultGuard};
use tracing_subscriber::{Layer, layer::SubscriberExt};
use tunelink::observe::{Detail, JsonLines, Metrics, what_is_told};

/// What is logged on this thread while this lives: a test with one thread hears all of its own world, and no other.
pub struct Log {
    written: Written,
    _until: DefaultGuard,
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub fn at(level: Level) -> Self {
        let written = Written::default();
        let lines = written.clone();
        let metrics = Metrics { namespace: "TuneLink".to_owned(), detail: Detail::Totals };
        // What the local program itself tells is not on AWS.
        let told = what_is_told(level).with_target("tunelink_local", LevelFilter::OFF);
        let lines = JsonLines::new(move || lines.clone(), metrics).with_filter(told);
        let until = tracing::subscriber::set_default(tracing_subscriber::registry().with(lines));
        Self { written, _until: until }
    }

    pub fn text(&self) -> String {
        let written = self.written.0.lock().expect("no test panics while it holds this");
        String::from_utf8(written.clone()).expect("the log is UTF-8")
    }

    pub fn lines(&self) -> Vec<Value> {
        let text = self.text();
        text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }

    /// The lines with this message, of this operation.
    pub fn said(&self, message: &str, operation: &str) -> Vec<Value> {
        let is_it = |line: &Value| line["message"] == message && line["operation"] == operation;
        self.lines().into_iter().filter(is_it).collect()
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no test panics while it holds this").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
