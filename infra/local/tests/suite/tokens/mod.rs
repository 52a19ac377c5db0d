//! Access tokens that are not ours, not good any more, or not quite what they were.

mod forger;
mod forgeries;
mod refused;
