//! What every operation of TuneLink shares. `operation` is the place to begin; `docs/ARCHITECTURE.md` has the map.

mod accept;
pub mod app;
pub mod asyncapi;
pub mod auth;
mod aws;
pub mod config;
pub mod cors;
pub mod cursor;
pub mod domain;
pub mod encoding;
pub mod error;
pub mod geo;
pub mod geojson;
pub mod http;
pub mod idempotency;
pub mod input;
mod json;
pub mod lambda;
pub mod live;
pub mod observe;
pub mod openapi;
pub mod operation;
pub mod output;
pub mod paging;
pub mod push;
pub mod random;
pub mod reaction;
mod row;
pub mod rules;
pub mod schedule;
mod schema;
mod secret;
pub mod store;
pub mod text;

pub use error::{Code, Error, Result};
