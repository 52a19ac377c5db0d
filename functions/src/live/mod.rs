//! The routes of the WebSocket API.

pub mod connect;
pub mod disconnect;
pub mod receive;
mod request;

pub use request::{Action, MarkReadRequest, Request, SendMessageRequest, TypingRequest};
