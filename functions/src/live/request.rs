//! What a client sends over a socket.

use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use tunelink::domain::{ClientMessageId, ConversationId, MessageText};

/// A frame from a client.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "`request_id` is the field's name in the frame")]
pub(super) struct Request {
    /// What is asked for
    #[garde(skip)]
    pub(super) action: Action,
    /// Comes back with the answer
    #[garde(length(chars, max = 64))]
    pub(super) request_id: Option<String>,
    /// What the action takes
    #[serde(default)]
    #[garde(skip)]
    pub(super) data: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub(super) enum Action {
    SendMessage,
    MarkRead,
    Typing,
    Ping,
}

/// A message to send. The answer is a frame `sent`; the same message sent again is the same message.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = {
    "conversation_id": "01900000-0000-7000-8000-000000000000", "text": "Shall we start with Nuages?",
    "client_message_id": "0190a6c2-7d1b-7f6e-9a0c-4d3f2b1a0c9e"
}))]
pub(super) struct SendMessageRequest {
    #[garde(skip)]
    pub(super) conversation_id: ConversationId,
    #[garde(dive)]
    pub(super) text: MessageText,
    #[garde(dive)]
    pub(super) client_message_id: ClientMessageId,
    /// The number of the message that it answers
    #[garde(skip)]
    pub(super) reply_to: Option<u64>,
}

/// How far you have read. The answer is a frame `marked_read`.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "conversation_id": "01900000-0000-7000-8000-000000000000", "seq": 42 }))]
pub(super) struct MarkReadRequest {
    #[garde(skip)]
    pub(super) conversation_id: ConversationId,
    #[garde(skip)]
    pub(super) seq: u64,
}

/// That you are writing. There is no answer.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "conversation_id": "01900000-0000-7000-8000-000000000000" }))]
pub(super) struct TypingRequest {
    #[garde(skip)]
    pub(super) conversation_id: ConversationId,
}
