//! Tokens that are not ours, not good any more, or not quite what they were; and sessions that end while they are used.

mod endings;
mod forger;
mod forgeries;
mod in_process;
mod logouts;
mod refreshes;
mod refused;
mod rotation;
