//! The whole of TuneLink in one process: the backend that `cargo run` starts and that the tests talk to.

pub mod backend;
pub mod bulk;
pub mod cli;
pub mod clients;
pub mod console;
mod database;
pub mod deployment;
mod environment;
pub mod error;
pub mod examples;
pub mod folder;
pub mod gateway;
pub mod generated;
mod in_process;
pub mod keys;
mod listen;
pub mod live;
pub mod react;
pub mod rights;
pub mod sns;
pub mod store;
pub mod stream;
pub mod table;
pub mod target;
pub mod template;
mod watch;
pub mod world;
