//! Music events, and the instruments that they want.

pub mod cancel_event;
pub mod create_event;
pub mod get_event;
pub mod get_event_calendar;
pub mod list_event_instruments;
pub mod list_my_events;
pub mod remove_event_instrument;
mod rules;
pub mod search_events;
pub mod set_event_instrument;
pub mod update_event;
