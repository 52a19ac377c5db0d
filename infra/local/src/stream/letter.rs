use aws_lambda_events::dynamodb::EventRecord;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::reader::Stream;
use super::record::Outcome;

/// What AWS tells the destination of failures about records that were given up: not the records, but where they are in
/// the stream, which goes back 24 hours.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetter {
    pub request_context: RequestContext,
    pub response_context: ResponseContext,
    pub version: String,
    pub timestamp: Timestamp,
    #[serde(rename = "DDBStreamBatchInfo")]
    pub batch: BatchInfo,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestContext {
    pub request_id: String,
    pub function_arn: String,
    pub condition: String,
    pub approximate_invoke_count: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResponseContext {
    pub status_code: u16,
    pub executed_version: String,
    /// Absent where the function itself reported the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function_error: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchInfo {
    pub shard_id: String,
    pub start_sequence_number: String,
    pub end_sequence_number: String,
    pub approximate_arrival_of_first_record: Timestamp,
    pub approximate_arrival_of_last_record: Timestamp,
    pub batch_size: usize,
    pub stream_arn: String,
}

impl DeadLetter {
    /// About one record that failed `failures` times, the last time with `outcome`.
    pub(super) fn new(
        record: &EventRecord,
        failures: u32,
        outcome: &Outcome,
        function: &str,
        stream: &Stream,
    ) -> Self {
        let sequence_number = record.change.sequence_number.clone().unwrap_or_default();
        let arrival = record.change.approximate_creation_date_time.timestamp();
        let arrival = Timestamp::from_second(arrival).unwrap_or_default();
        #[allow(clippy::disallowed_methods, reason = "this stands in for AWS, whose clock is its own")]
        let now = Timestamp::now();
        Self {
            request_context: RequestContext {
                request_id: Uuid::now_v7().to_string(),
                function_arn: format!("arn:aws:lambda:local:000000000000:function:{function}"),
                condition: "RetryAttemptsExhausted".to_owned(),
                approximate_invoke_count: failures,
            },
            response_context: ResponseContext {
                status_code: 200,
                executed_version: "$LATEST".to_owned(),
                function_error: matches!(outcome, Outcome::Failed(_)).then(|| "Unhandled".to_owned()),
            },
            version: "1.0".to_owned(),
            timestamp: now,
            batch: BatchInfo {
                shard_id: stream.shard.clone(),
                start_sequence_number: sequence_number.clone(),
                end_sequence_number: sequence_number,
                approximate_arrival_of_first_record: arrival,
                approximate_arrival_of_last_record: arrival,
                batch_size: 1,
                stream_arn: stream.arn.clone(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of AWS's documentation.
    const EXAMPLE: &str = r#"{
        "requestContext": {
            "requestId": "316aa6d0-8154-xmpl-9af7-85d5f4a6bc81",
            "functionArn": "arn:aws:lambda:us-east-2:123456789012:function:myfunction",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 1
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled"
        },
        "version": "1.0",
        "timestamp": "2019-11-14T00:13:49.717Z",
        "DDBStreamBatchInfo": {
            "shardId": "shardId-00000001573689847184-864758bb",
            "startSequenceNumber": "800000000003126276362",
            "endSequenceNumber": "800000000003126276362",
            "approximateArrivalOfFirstRecord": "2019-11-14T00:13:19Z",
            "approximateArrivalOfLastRecord": "2019-11-14T00:13:19Z",
            "batchSize": 1,
            "streamArn": "arn:aws:dynamodb:us-east-2:123456789012:table/mytable/stream/2019-11-14T00:04:06.388"
        }
    }"#;

    #[test]
    fn a_letter_reads_as_the_one_that_aws_sends() {
        let letter: DeadLetter = serde_json::from_str(EXAMPLE).unwrap();
        let example: serde_json::Value = serde_json::from_str(EXAMPLE).unwrap();
        assert_eq!(serde_json::to_value(letter).unwrap(), example);
    }
}
