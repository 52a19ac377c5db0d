use std::time::Duration;

use aws_lambda_events::dynamodb::EventRecord;

use super::Function;
use super::call::call;
use super::journal::Journal;
use super::letter::DeadLetter;
use super::mapping::Order;
use super::reader::{Place, Reader, Stream};
use super::record::{Batch, Outcome, Record};
use crate::error::Result;

/// After how many empty pages in a row nothing more is expected.
const EMPTY_PAGES: u32 = 3;

/// What came of dead letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Redriven {
    /// Their records were processed, and the letters are gone.
    pub succeeded: usize,
    /// Their records failed again, and the letters stay.
    pub failed: usize,
    /// Their records are no longer in the stream, and the letters stay.
    pub gone: usize,
}

/// What came of one dead letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    Succeeded,
    /// It failed, for this reason.
    Failed(String),
    /// The stream does not go back so far.
    Gone,
}

/// Hands the records of all dead letters to the function again, once each and in the order of the stream.
///
/// Later records of the same keys were processed meanwhile, as on AWS.
pub async fn redrive(
    journal: &Journal,
    stream: &Stream,
    function: &Function,
    timeout: Duration,
) -> Result<Redriven> {
    let mut redriven = Redriven::default();
    for letter in journal.letters().await? {
        let sequence_number = &letter.batch.start_sequence_number;
        match hand_again(&letter, stream, function, timeout).await? {
            Again::Succeeded => {
                journal.remove(&letter).await?;
                redriven.succeeded += 1;
            }
            Again::Failed(reason) => {
                tracing::warn!(sequence_number, "failed again: {reason}");
                redriven.failed += 1;
            }
            Again::Gone => {
                tracing::warn!(sequence_number, "no longer in the stream");
                redriven.gone += 1;
            }
        }
    }
    Ok(redriven)
}

/// Reads the records that a letter is about, wherever the letter comes from, and hands them to the function.
pub async fn hand_again(
    letter: &DeadLetter,
    stream: &Stream,
    function: &Function,
    timeout: Duration,
) -> Result<Again> {
    let records = records(letter, stream).await?;
    if records.is_empty() {
        return Ok(Again::Gone);
    }
    let keys = stream.ordered_by(Order::Item);
    let batch = Batch::new(records.into_iter().map(|record| Record::new(record, keys)).collect());
    let outcome = match call(function, batch.event(), timeout).await {
        Ok(response) => batch.outcome(&response),
        Err(reason) => Outcome::Failed(reason),
    };
    Ok(match outcome {
        Outcome::Succeeded => Again::Succeeded,
        Outcome::FailedFrom(_) => Again::Failed("the function reports it".to_owned()),
        Outcome::Failed(reason) => Again::Failed(reason),
    })
}

async fn records(letter: &DeadLetter, stream: &Stream) -> Result<Vec<EventRecord>> {
    // A table that was made anew has other records behind the same numbers.
    if letter.batch.stream_arn != stream.arn || letter.batch.shard_id != stream.shard {
        return Ok(Vec::new());
    }
    let (first, last) = (&letter.batch.start_sequence_number, &letter.batch.end_sequence_number);
    let mut reader = Reader::new(stream.clone(), Place::At(first.clone()));
    let (mut found, mut empty) = (Vec::new(), 0);
    loop {
        let records = reader.read().await?;
        // A page of a stream may be empty although there is more behind it.
        empty = if records.is_empty() { empty + 1 } else { 0 };
        for record in records {
            let number = record.change.sequence_number.as_deref().unwrap_or_default();
            if ordinal(number) > ordinal(last) {
                return Ok(found);
            }
            if ordinal(number) >= ordinal(first) {
                found.push(record);
            }
        }
        if empty == EMPTY_PAGES {
            return Ok(found);
        }
    }
}

/// What sequence numbers are compared by: they are numbers of up to 40 digits.
pub(super) fn ordinal(sequence_number: &str) -> (usize, &str) {
    let digits = sequence_number.trim_start_matches('0');
    (digits.len(), digits)
}
