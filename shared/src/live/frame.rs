use schemars::JsonSchema;
use serde::Serialize;

/// What the server sends over a socket. Frames may come twice and in another order than things happened: a client
/// drops what it has, and asks `POST /v1/sync` for what it lacks.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum Frame {
    /// The answer to `ping`.
    Pong,
}
