use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::NotificationView;

/// What the server sends over a socket. Frames may come twice and in another order than things happened: a client
/// drops what it has, and asks `POST /v1/sync` for what it lacks.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum Frame {
    /// The answer to `ping`.
    Pong,
    /// Something happened, or one more message came.
    Notification(Told),
}

/// A notification that is new or tells of one more message, in the language of the person's profile.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Told {
    pub notification: NotificationView,
    /// How many notifications are unread, 500 at most.
    pub unread: u32,
}
