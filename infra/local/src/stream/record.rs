//! Records as the stream gives them and as the function gets them.

use std::collections::HashMap;
use std::time::SystemTime;

use aws_lambda_events::dynamodb::{Event, EventRecord, StreamViewType, UserIdentity};
use aws_lambda_events::streams::DynamoDbEventResponse;
use aws_sdk_dynamodbstreams::types;

/// A record that is on its way to the function.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// Which it is among all that were read.
    pub(super) number: u64,
    pub(super) sequence_number: String,
    /// Records of one key keep their order.
    pub(super) key: String,
    pub(super) event: EventRecord,
}

impl Record {
    /// `ordered_by` names the attributes of the key.
    pub(super) fn new(event: EventRecord, ordered_by: &[String]) -> Self {
        let keys = event.change.keys.inner();
        let key: Vec<_> = ordered_by.iter().map(|name| keys.get(name)).collect();
        let key = format!("{key:?}");
        let sequence_number = event.change.sequence_number.clone().unwrap_or_default();
        Self { number: 0, sequence_number, key, event }
    }
}

/// Records that are handed over together, in the order of the stream.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) records: Vec<Record>,
    /// How often these very records failed.
    pub(super) failures: u32,
    /// Later records of the same key, the next ones last.
    behind: Vec<Vec<Record>>,
}

/// What the function made of a batch.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Succeeded,
    /// The record at this place failed, those before it succeeded, and those behind it are to be handed over again.
    FailedFrom(usize),
    /// The function failed, for this reason.
    Failed(String),
}

impl Batch {
    pub(super) fn new(records: Vec<Record>) -> Self {
        Self { records, failures: 0, behind: Vec::new() }
    }

    pub(super) fn event(&self) -> Event {
        let mut event = Event::default();
        event.records = self.records.iter().map(|record| record.event.clone()).collect();
        event
    }

    /// Keeps `records` back until this batch is done with.
    pub(super) fn put_behind(&mut self, records: Vec<Record>) {
        if !records.is_empty() {
            self.behind.push(records);
        }
    }

    /// What was kept back.
    pub(super) fn sequel(mut self) -> Option<Self> {
        let records = self.behind.pop()?;
        Some(Self { records, failures: 0, behind: self.behind })
    }

    /// Reads the function's response.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>
    pub(super) fn outcome(&self, response: &DynamoDbEventResponse) -> Outcome {
        let mut first: Option<usize> = None;
        for failure in &response.batch_item_failures {
            let name = failure.item_identifier.as_deref().unwrap_or_default();
            let Some(place) = self.records.iter().position(|record| record.sequence_number == name) else {
                return Outcome::Failed(format!("no record of the batch has the identifier {name:?}"));
            };
            first = Some(first.map_or(place, |first| first.min(place)));
        }
        first.map_or(Outcome::Succeeded, Outcome::FailedFrom)
    }
}

/// A record of the stream as Lambda hands it over.
pub(super) fn event_record(record: types::Record, stream_arn: &str) -> EventRecord {
    let mut event = EventRecord::default();
    event.aws_region = record.aws_region.unwrap_or_default();
    event.event_id = record.event_id.unwrap_or_default();
    event.event_name = record.event_name.map(|name| name.as_str().to_owned()).unwrap_or_default();
    event.event_source = record.event_source;
    event.event_version = record.event_version;
    event.event_source_arn = Some(stream_arn.to_owned());
    event.user_identity = record.user_identity.map(|identity| {
        let mut user = UserIdentity::default();
        user.type_ = identity.r#type.unwrap_or_default();
        user.principal_id = identity.principal_id.unwrap_or_default();
        user
    });
    let Some(change) = record.dynamodb else { return event };
    let item = |item: Option<HashMap<String, types::AttributeValue>>| {
        item.map(serde_dynamo::Item::from).unwrap_or_default()
    };
    event.change.keys = item(change.keys);
    event.change.new_image = item(change.new_image);
    event.change.old_image = item(change.old_image);
    event.change.sequence_number = change.sequence_number;
    event.change.size_bytes = change.size_bytes.unwrap_or_default();
    event.change.stream_view_type = change.stream_view_type.and_then(|view| match view {
        types::StreamViewType::KeysOnly => Some(StreamViewType::KeysOnly),
        types::StreamViewType::NewImage => Some(StreamViewType::NewImage),
        types::StreamViewType::OldImage => Some(StreamViewType::OldImage),
        types::StreamViewType::NewAndOldImages => Some(StreamViewType::NewAndOldImages),
        _ => None,
    });
    if let Some(Ok(at)) = change.approximate_creation_date_time.map(SystemTime::try_from) {
        event.change.approximate_creation_date_time = at.into();
    }
    event
}
