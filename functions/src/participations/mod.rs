//! Who takes part in events, and with which instrument.

pub mod get_participation;
mod instrument;
pub mod join_event;
pub mod leave_event;
pub mod list_participants;
pub mod update_participation;
