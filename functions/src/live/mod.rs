//! The routes of the WebSocket API.

pub mod connect;
pub mod disconnect;
pub mod receive;
mod request;

use tunelink::asyncapi::Action;

use self::request::{MarkReadRequest, SendMessageRequest, TypingRequest};

/// What a client can ask for over a socket.
pub static ACTIONS: &[Action] = &[
    Action::of::<SendMessageRequest>("send_message", "Send a message; the answer is `sent`"),
    Action::of::<MarkReadRequest>("mark_read", "Say how far you have read; the answer is `marked_read`"),
    Action::of::<TypingRequest>("typing", "Say that you are writing; there is no answer"),
    Action::bare("ping", "Keep the socket open; the answer is `pong`"),
];
