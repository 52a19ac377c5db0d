//! What AWS Lambda's event source mapping does between a table's stream and a function, on this machine.
//!
//! It knows nothing of what the function is for. Records come in order per partition, at least once; a record that
//! fails again and again ends as a dead letter, and the stream goes on.
//!
//! Rules: <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html> and the pages below it.

mod call;
mod filter;
mod journal;
mod keeper;
mod letter;
mod mapping;
mod pump;
mod queue;
mod reader;
mod record;
mod redrive;
mod runner;
mod schedule;
mod window;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::streams::DynamoDbEventResponse;
use futures_util::future::BoxFuture;

pub use filter::Filter;
pub use journal::Journal;
pub use letter::DeadLetter;
pub use mapping::{Backoff, Mapping, Order};
pub use pump::Pump;
pub use queue::redrive_queue;
pub use reader::{Stream, arn};
pub use redrive::{Again, Redriven, hand_again, redrive};

/// A function behind a stream. An error is what Lambda calls an unhandled one.
pub type Function =
    Arc<dyn Fn(Event) -> BoxFuture<'static, Result<DynamoDbEventResponse, String>> + Send + Sync>;
