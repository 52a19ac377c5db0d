//! What the two processes tell each other, a line of JSON at a time.

use serde::{Deserialize, Serialize};

/// What the clients are to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) url: String,
    /// Messages per second.
    pub(crate) rate: u32,
    pub(crate) seconds: u32,
    /// Two by two they talk to each other.
    pub(crate) people: Vec<Person>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Person {
    pub(crate) access_token: String,
    /// The path of the conversation with the other one.
    pub(crate) conversation: String,
}

/// What became of the messages.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// From the request to the frame at the other's socket, in microseconds, for each that arrived.
    pub(crate) arrived: Vec<u64>,
    /// From the request to its reply, in microseconds.
    pub(crate) replied: Vec<u64>,
    /// Requests that were refused or failed.
    pub(crate) refused: u32,
    /// Accepted messages that did not arrive within ten seconds of the end.
    pub(crate) lost: u32,
}
