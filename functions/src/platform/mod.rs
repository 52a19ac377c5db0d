//! The service itself: how it is, and what it can do.

pub mod get_docs;
pub mod get_health;
pub mod get_openapi;
pub mod not_found;
