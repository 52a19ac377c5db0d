//! What follows from changes of the table. `facts.rs` says what a change means and what that may lead to; the other
//! files do it.

mod accounts;
mod conversations;
mod events;
pub mod facts;
mod jobs;
mod notifications;
mod participations;
pub mod react;
