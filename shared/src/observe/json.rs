use std::{fmt, time::Instant};

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer,
    fmt::MakeWriter,
    layer::Context,
    registry::{LookupSpan, Scope},
};

use super::Metrics;

/// Writes each event as one flat JSON object on a line, with the fields of the spans around it, and so each span of
/// detail (`DEBUG`) when it ends, with the time it took.
///
/// `level` and `timestamp` are what Lambda looks for where a runtime of one's own logs in JSON; without them it takes
/// everything for `INFO`
/// (<https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>).
pub struct JsonLines<W> {
    writer: W,
    metrics: Metrics,
}

/// The fields by their names; the inner span's, and then the event's, take the place of others.
#[derive(Default)]
struct Fields(Map<String, Value>);

/// What a span has brought with it.
struct Brought {
    fields: Fields,
    since: Instant,
}

impl<W> JsonLines<W> {
    pub const fn new(writer: W, metrics: Metrics) -> Self {
        Self { writer, metrics }
    }
}

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(Brought { fields, since: Instant::now() });
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(brought) = span.extensions_mut().get_mut::<Brought>() {
            values.record(&mut brought.fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = inherited(context.event_scope(event));
        event.record(&mut fields);
        self.write(event.metadata(), fields);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id).filter(|span| *span.metadata().level() >= Level::DEBUG) else {
            return;
        };
        let mut fields = inherited(Some(span.scope()));
        if let Some(brought) = span.extensions().get::<Brought>() {
            let milliseconds = brought.since.elapsed().as_secs_f64() * 1000.0;
            fields.0.insert("duration_ms".to_owned(), ((milliseconds * 100.0).round() / 100.0).into());
        }
        fields.0.insert("message".to_owned(), span.name().into());
        self.write(span.metadata(), fields);
    }
}

impl<W: for<'w> MakeWriter<'w>> JsonLines<W> {
    fn write(&self, metadata: &Metadata<'_>, Fields(mut line): Fields) {
        #[expect(clippy::disallowed_methods, reason = "the log tells when something really was")]
        let now = Timestamp::now();
        line.insert("timestamp".to_owned(), format!("{now:.3}").into());
        line.insert("level".to_owned(), metadata.level().as_str().into());
        if metadata.name() == "call" {
            self.metrics.embed(&mut line, now.as_millisecond());
        }
        let mut text = Value::Object(line).to_string();
        text.push('\n');
        // Whoever cannot log cannot say so.
        let _ = std::io::Write::write_all(&mut self.writer.make_writer_for(metadata), text.as_bytes());
    }
}

/// The fields of all spans around.
fn inherited<S: for<'a> LookupSpan<'a>>(scope: Option<Scope<'_, S>>) -> Fields {
    let mut fields = Fields::default();
    for span in scope.into_iter().flat_map(Scope::from_root) {
        if let Some(brought) = span.extensions().get::<Brought>() {
            fields.0.extend(brought.fields.0.clone());
        }
    }
    fields
}

impl Fields {
    fn set(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use serde_json::json;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;
    use crate::observe::{Detail, what_is_told};

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is logged meanwhile, line by line, without its times.
    fn lines(level: Level, detail: Detail, work: impl FnOnce()) -> Vec<Value> {
        let written = Written::default();
        let metrics = Metrics { namespace: "TuneLink".to_owned(), detail };
        let lines = written.clone();
        let layer = JsonLines::new(move || lines.clone(), metrics).with_filter(what_is_told(level));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'));
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        let timeless = |mut line: Value| {
            let at = line["timestamp"].as_str().unwrap().parse::<Timestamp>().unwrap();
            if let Some(metrics) = line.get_mut("_aws") {
                assert_eq!(metrics["Timestamp"], at.as_millisecond());
                metrics.as_object_mut().unwrap().remove("Timestamp");
            }
            line.as_object_mut().unwrap().remove("timestamp");
            line
        };
        lines.map(timeless).collect()
    }

    #[test]
    fn a_line_is_flat_and_has_what_the_spans_around_it_bring() {
        let lines = lines(Level::INFO, Detail::Totals, || {
            let _batch = tracing::error_span!("batch", operation = "react", trace_id = "1").entered();
            let later = tracing::error_span!("change", trace_id = "2", late = tracing::field::Empty);
            later.record("late", 1.5);
            let _change = later.entered();
            tracing::warn!(code = None::<&str>, calls = 3_u32, cold = true, text = "a\n\"b\"", "tried");
            tracing::debug!("too much");
        });
        let line = json!({
            "level": "WARN", "message": "tried", "operation": "react", "trace_id": "2", "late": 1.5, "calls": 3,
            "cold": true, "text": "a\n\"b\"",
        });
        assert_eq!(lines, [line]);
    }

    #[test]
    fn metrics_are_made_of_the_lines_of_calls_alone() {
        let lines = lines(Level::INFO, Detail::Totals, || {
            let _call = tracing::error_span!("call", operation = "get_user").entered();
            tracing::info!(duration_ms = 1.0, "tried");
            tracing::event!(name: "call", Level::INFO, duration_ms = 2.5, rcu = 0.5, cold = false, "answered");
        });
        let metrics = |name: &str, unit: &str| json!({ "Name": name, "Unit": unit });
        let answered = json!({
            "level": "INFO", "message": "answered", "operation": "get_user", "duration_ms": 2.5, "rcu": 0.5,
            "cold": false, "Operation": "get_user", "Duration": 2.5, "ReadCapacity": 0.5,
            "_aws": { "CloudWatchMetrics": [{
                "Namespace": "TuneLink",
                "Dimensions": [[]],
                "Metrics": [metrics("Duration", "Milliseconds"), metrics("ReadCapacity", "Count")],
            }] },
        });
        let tried =
            json!({ "level": "INFO", "message": "tried", "operation": "get_user", "duration_ms": 1.0 });
        assert_eq!(lines, [tried, answered]);
    }

    #[test]
    fn a_span_of_detail_is_a_line_when_it_ends() {
        let work = || {
            let _call = tracing::error_span!("call", operation = "get_user").entered();
            drop(tracing::debug_span!("aws", "db.operation.name" = "GetItem"));
        };
        let mut detailed = lines(Level::DEBUG, Detail::Off, work);
        assert!(detailed[0].as_object_mut().unwrap().remove("duration_ms").unwrap().is_f64());
        let line = json!({
            "level": "DEBUG", "message": "aws", "operation": "get_user", "db.operation.name": "GetItem",
        });
        assert_eq!(detailed, [line]);
        assert_eq!(lines(Level::INFO, Detail::Off, work), [] as [Value; 0]);
    }

    #[test]
    fn of_others_only_what_is_wrong_is_told() {
        let lines = lines(Level::TRACE, Detail::Off, || {
            tracing::info!(target: "aws_smithy_runtime", "a request with all that is in it");
            tracing::warn!(target: "aws_smithy_runtime", "slow");
            tracing::trace!(target: "functions::events", "here");
        });
        let told: Vec<_> = lines.iter().map(|line| &line["message"]).collect();
        assert_eq!(told, ["slow", "here"]);
    }
}
