//! The gateway over HTTP, with functions made for the purpose.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]
#![allow(unreachable_pub, reason = "nothing outside of a test can reach it")]

mod cors;
mod documented;
mod harness;
mod limits;
mod live;
mod replies;
mod requests;
