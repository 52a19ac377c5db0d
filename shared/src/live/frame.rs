use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    domain::{ConversationId, LaterView, MessageView, NotificationView, UserId},
    error::Error,
    text::Language,
};

/// What the server sends over a socket. Frames may come twice and in another order than things happened: a client
/// drops what it has, and asks `POST /v1/sync` for what it lacks.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum Frame {
    /// A new message in one of your conversations, also one that you sent from elsewhere.
    Message(MessageView),
    /// Something else happened in one of your conversations.
    Change(LaterView),
    /// You take no part in this conversation any more.
    Left(Left),
    /// Somebody has read a conversation up to a message.
    Read(ReadMark),
    /// Somebody is writing; say nothing of it after some seconds.
    Typing(Typing),
    /// Something happened, or a notification tells of one more message.
    Notification(Told),
    /// The answer to `send_message`.
    Sent(Sent),
    /// The answer to `mark_read`.
    MarkedRead(MarkedRead),
    /// The answer to `ping`.
    Pong(Pong),
    /// What you sent was refused. The socket stays open.
    Error(Refusal),
}

/// A conversation that is yours no longer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Left {
    pub conversation_id: ConversationId,
}

/// How far somebody has read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ReadMark {
    pub conversation_id: ConversationId,
    pub user_id: UserId,
    /// The number of the last message that they have read
    pub read_seq: u64,
}

/// Who is writing.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Typing {
    pub conversation_id: ConversationId,
    pub user_id: UserId,
}

/// A notification, in the language of your profile.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Told {
    pub notification: NotificationView,
    /// How many notifications you have not read, 500 at most
    pub unread: u32,
}

/// A message that was sent over this socket.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Sent {
    /// As in the request
    pub request_id: Option<String>,
    pub message: MessageView,
}

/// How far you have read.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct MarkedRead {
    /// As in the request
    pub request_id: Option<String>,
    pub conversation_id: ConversationId,
    /// The number of the last message that you have read
    pub read_seq: u64,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Pong {
    /// As in the request
    pub request_id: Option<String>,
}

/// Why a frame was refused, in the codes of the HTTP API.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Refusal {
    /// As in the request, if it could be read
    pub request_id: Option<String>,
    pub code: String,
    pub message: String,
    /// The fields at fault
    pub errors: Vec<Fault>,
    /// Seconds until another attempt makes sense
    pub retry_after: Option<u32>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "FrameFault")]
pub struct Fault {
    pub code: String,
    pub field: String,
    pub message: String,
}

impl Refusal {
    pub fn new(request_id: Option<String>, error: &Error, language: Language) -> Self {
        let fault = |fault: &crate::error::FieldError| Fault {
            code: fault.code.as_str().to_owned(),
            field: fault.field.clone(),
            message: fault.message(language),
        };
        Self {
            request_id,
            code: error.code.as_str().to_owned(),
            message: error.message(language),
            errors: error.fields.iter().map(fault).collect(),
            retry_after: error.retry_after,
        }
    }
}
