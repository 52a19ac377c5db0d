//! Sockets through the gateway, with genuine clients on either side.

mod closing;
mod connections;
mod harness;
mod limits;
mod messages;
mod opening;
mod slow;
