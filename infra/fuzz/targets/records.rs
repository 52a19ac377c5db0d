//! Records of the table's stream. Whatever they say, the reaction names those that failed and no others.

use std::{collections::HashSet, sync::LazyLock};

use aws_lambda_events::dynamodb::Event;
use functions::REACT;
use libfuzzer_sys::Corpus;
use tunelink::app::App;

use crate::{
    backend::{app, wait},
    table::{Mood, Table},
};

static BACKEND: LazyLock<(App, Table)> = LazyLock::new(|| app(Mood::Empty));

/// All of it is the batch, as Lambda hands it over.
pub(crate) fn run(data: &[u8]) -> Corpus {
    let Ok(event) = serde_json::from_slice::<Event>(data) else { return Corpus::Reject };
    let records =
        event.records.iter().map(|record| record.change.sequence_number.clone().unwrap_or_default());
    let records: HashSet<String> = records.collect();
    let (app, table) = &*BACKEND;
    let response = wait(REACT.call(app, event));
    table.posted();
    for failure in response.batch_item_failures {
        let name = failure.item_identifier.expect("a failure has a name");
        assert!(records.contains(&name), "{name} is not in the batch");
    }
    Corpus::Keep
}
