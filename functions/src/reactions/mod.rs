//! What follows from changes of the table. `facts.rs` says what a change means and what that may lead to; the other
//! files do it.

mod conversations;
mod facts;
pub mod react;
