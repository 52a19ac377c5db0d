//! What the two processes tell each other, a line of JSON at a time.

use serde::{Deserialize, Serialize};

/// What the clients are to do.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) url: String,
    /// Messages per second.
    pub(super) rate: u32,
    pub(super) seconds: u32,
    /// Whoever has a socket.
    pub(super) people: Vec<Person>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Person {
    pub(super) access_token: String,
    /// The path of the conversation in which they write.
    pub(super) conversation: String,
}

/// What the process with the backend has measured.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Measured {
    /// Sockets that were open before the first message, and after the last.
    pub(super) open: usize,
    pub(super) left: usize,
    /// Resident memory without sockets and with them, in KiB.
    pub(super) before: u32,
    pub(super) after: u32,
    pub(super) outcome: Outcome,
}

/// What became of the messages.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Outcome {
    /// From the request to the frame at another's socket, in microseconds, for each that arrived.
    pub(super) arrived: Vec<u64>,
    /// From the request to its reply, in microseconds.
    pub(super) replied: Vec<u64>,
    /// Requests that were refused or failed.
    pub(super) refused: u32,
    /// Frames of accepted messages that did not arrive within ten seconds of the end.
    pub(super) lost: u32,
}
