//! The log as `CloudWatch` would get it.

use std::{
    io,
    sync::{Arc, LazyLock, Mutex},
};

use serde_json::Value;
use tracing::{Dispatch, Level, Subscriber, level_filters::LevelFilter, subscriber::DefaultGuard};
use tracing_subscriber::{Layer, layer::SubscriberExt};
use tunelink::observe::{Detail, JsonLines, Metrics, what_is_told};

use super::secrets::Everything;

/// What is logged on this thread while this lives: a test with one thread hears all of its own world, and no other.
pub struct Log {
    written: Written,
    _until: DefaultGuard,
}

/// Listens to nothing. As long as there is only one subscriber, `tracing` remembers for all threads whether the one that
/// comes by a place first has it told there; with two of them it asks each thread.
static ANOTHER: LazyLock<Dispatch> =
    LazyLock::new(|| Dispatch::new(tracing_subscriber::registry().with(LevelFilter::OFF)));

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

/// Has lines written as they are on AWS, where what the local program itself tells is not.
pub(super) fn lines<W>(level: Level, to: W) -> impl Subscriber
where
    W: io::Write + Clone + Send + Sync + 'static,
{
    let metrics = Metrics { namespace: "TuneLink".to_owned(), detail: Detail::Totals };
    let told = what_is_told(level).with_target("tunelink_local", LevelFilter::OFF);
    tracing_subscriber::registry().with(JsonLines::new(move || to.clone(), metrics).with_filter(told))
}

impl Log {
    pub fn at(level: Level) -> Self {
        LazyLock::force(&ANOTHER);
        let written = Written::default();
        let until = tracing::subscriber::set_default(lines(level, written.clone()));
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
        // Those who listen to all threads do not hear what a thread tells one of its own.
        Everything.write_all(bytes)?;
        self.0.lock().expect("no test panics while it holds this").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
