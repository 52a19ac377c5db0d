//! The reaction to the table's stream, as the function behind it.

use std::sync::Arc;

use functions::REACT;
use tunelink::app::App;

use crate::error::{Error, Result};
use crate::rights;
use crate::stream::{Filter, Function, Mapping, Order};
use crate::template::StreamMapping;

/// The function that the records of the table's stream are for.
pub fn function(app: &App) -> Function {
    let app = app.clone();
    Arc::new(move |event| {
        let app = app.clone();
        Box::pin(async move { Ok(rights::of(REACT.name, REACT.call(&app, event)).await) })
    })
}

/// How the stream and the function are connected, as `template.yaml` says. Nothing is in order but the changes of one item, for AWS promises no
/// more.
pub fn mapping() -> Result<Mapping> {
    let mapping = StreamMapping::read()?;
    let failures = |kind: &str| mapping.function_response_types.iter().any(|known| known == kind);
    Ok(Mapping {
        function_name: REACT.name.to_owned(),
        batch_size: mapping.batch_size,
        maximum_retry_attempts: mapping.maximum_retry_attempts,
        bisect_batch_on_function_error: mapping.bisect_batch_on_function_error,
        report_batch_item_failures: failures("ReportBatchItemFailures"),
        parallelization_factor: mapping.parallelization_factor,
        filter: Some(Filter::new(&mapping.patterns()).map_err(Error::Template)?),
        order: Order::Item,
        ..Mapping::default()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tunelink::store::Key;

    use super::*;

    /// One key of every kind of item in docs/DATA-MODEL.md.
    const KEYS: [(&str, &str); 34] = [
        ("U#1", "PROFILE"),
        ("CREDENTIAL#1", "CREDENTIAL#1"),
        ("U#1", "PREFERENCES"),
        ("U#1", "SESSION#1"),
        ("U#1", "DEVICE#1"),
        ("U#1", "DEVICES"),
        ("U#1", "CONNECTION#1"),
        ("U#1", "BLOCK#1"),
        ("U#1", "INSTRUMENT#violin"),
        ("U#1", "GENRE#swing"),
        ("U#1", "N#1"),
        ("U#1", "P#1"),
        ("U#1", "ONCE#1"),
        ("USERNAME#x", "USERNAME#x"),
        ("EMAIL#x", "EMAIL#x"),
        ("CONNECTION#1", "CONNECTION#1"),
        ("DEVICE_TOKEN#1", "DEVICE_TOKEN#1"),
        ("E#1", "EVENT"),
        ("E#1", "EVENT#TEXT"),
        ("E#1", "EVENT#SEATS"),
        ("E#1", "SLOT#violin"),
        ("E#1", "PARTICIPANT#1"),
        ("E#1", "WAITING#violin#1#1"),
        ("E#1", "LEFT#1#1"),
        ("C#1", "CONVERSATION"),
        ("C#1", "MEMBER#1"),
        ("C#1", "M#0000000001"),
        ("C#1", "X#0000000001"),
        ("C#1", "CLIENT#1#1"),
        ("JOB#1", "JOB#1"),
        ("DIRECT#1#2", "DIRECT#1#2"),
        ("CATALOGUE", "INSTRUMENT#violin"),
        ("THROTTLE#1", "THROTTLE#1"),
        ("ERASURE", "U#1"),
    ];

    #[test]
    fn what_means_something_is_let_through_and_nothing_else() {
        let mapping = mapping().unwrap();
        let filter = mapping.filter.unwrap();
        for (pk, sk) in KEYS {
            let keys = json!({ "pk": { "S": pk }, "sk": { "S": sk } });
            let key = Key { pk: pk.to_owned(), sk: sk.to_owned() };
            assert_eq!(filter.admits_keys(&keys), key.kind().is_some(), "{pk} {sk}");
        }
    }

    #[test]
    fn the_template_says_how_the_stream_is_read() {
        let mapping = mapping().unwrap();
        assert!(mapping.report_batch_item_failures && mapping.bisect_batch_on_function_error);
        assert_eq!((mapping.batch_size, mapping.maximum_retry_attempts), (100, 5));
    }
}
