//! What goes over sockets: who is connected, what is sent to them, and the functions behind the WebSocket API.

mod frame;
mod function;
mod send;
mod sockets;

pub use self::{
    frame::{Fault, Frame, Left, MarkedRead, Pong, ReadMark, Refusal, Sent, Told, Typing},
    function::{LiveFunction, LiveOperation, LiveRequest},
    send::{send, send_to},
    sockets::{Delivery, Sockets},
};
