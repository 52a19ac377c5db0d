use std::time::Duration;

use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::Message;

use super::Function;
use super::letter::DeadLetter;
use super::reader::Stream;
use super::redrive::{Again, Redriven, hand_again};
use crate::error::{Error, Result};

/// The most messages that SQS gives at a time.
const AT_ONCE: i32 = 10;
/// For how long a message that was received is not given again: long enough for all of one round, so that one that
/// failed does not come twice.
const HIDDEN: Duration = Duration::from_mins(15);

/// Hands the records of the dead letters in a queue of SQS to the function again, as [`redrive`](super::redrive) does
/// with those of a folder: the records of a table's stream, given by its ARN, whatever shards they are in. A letter is deleted when its records were processed; the others are seen again after 15
/// minutes. What is no dead letter stays, and counts as one that failed.
pub async fn redrive_queue(
    queue: &Client,
    url: &str,
    streams: (&aws_sdk_dynamodbstreams::Client, &str),
    function: &Function,
    timeout: Duration,
) -> Result<Redriven> {
    let mut redriven = Redriven::default();
    loop {
        let call = queue.receive_message().queue_url(url).max_number_of_messages(AT_ONCE);
        let call = call.visibility_timeout(i32::try_from(HIDDEN.as_secs()).unwrap_or(i32::MAX));
        let messages = call.wait_time_seconds(1).send().await.map_err(refused)?.messages.unwrap_or_default();
        if messages.is_empty() {
            return Ok(redriven);
        }
        for message in messages {
            match again(&message, streams, function, timeout).await {
                Again::Succeeded => {
                    let receipt = message.receipt_handle.unwrap_or_default();
                    let call = queue.delete_message().queue_url(url).receipt_handle(receipt);
                    call.send().await.map_err(refused)?;
                    redriven.succeeded += 1;
                }
                Again::Failed(reason) => {
                    tracing::warn!(message_id = message.message_id, "failed again: {reason}");
                    redriven.failed += 1;
                }
                Again::Gone => {
                    tracing::warn!(message_id = message.message_id, "no longer in the stream");
                    redriven.gone += 1;
                }
            }
        }
    }
}

async fn again(
    message: &Message,
    (client, stream_arn): (&aws_sdk_dynamodbstreams::Client, &str),
    function: &Function,
    timeout: Duration,
) -> Again {
    let letter: DeadLetter = match serde_json::from_str(message.body.as_deref().unwrap_or_default()) {
        Ok(letter) => letter,
        Err(error) => return Again::Failed(format!("no dead letter: {error}")),
    };
    let stream = Stream::shard(client.clone(), stream_arn, &letter.batch.shard_id);
    hand_again(&letter, &stream, function, timeout)
        .await
        .unwrap_or_else(|error| Again::Failed(error.to_string()))
}

fn refused<E, R>(error: aws_sdk_sqs::error::SdkError<E, R>) -> Error
where
    aws_sdk_sqs::error::SdkError<E, R>: std::error::Error,
{
    Error::Store(DisplayErrorContext(error).to_string())
}
