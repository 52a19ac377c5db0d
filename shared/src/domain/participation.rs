//! Who takes part in an event.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EventId, Level, Slug, UserId, seats};

/// What has become of somebody's wish to take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ParticipationStatus {
    /// Has a seat, and a slot for the instrument.
    Going,
    /// On the waiting list of the instrument.
    Waiting,
    /// The organiser has yet to decide; no seat is held.
    Pending,
    /// The organiser said no.
    Declined,
}

/// Somebody's part in an event, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participation {
    pub event_id: EventId,
    pub user_id: UserId,
    pub instrument_id: Slug,
    /// How well they played it when they signed up or changed to it.
    pub level: Level,
    pub status: ParticipationStatus,
    pub joined_at: Timestamp,
    /// Since when they wait for this instrument; their place in the order.
    pub waiting_since: Option<Timestamp>,
    /// Whether they were there, once the organiser has said so.
    pub attended: Option<bool>,
    /// When somebody else last gave or took their place: the organiser, or whoever made room for them.
    pub settled_at: Option<Timestamp>,
}

impl Participation {
    /// The place that they hold in the event's numbers, if any.
    pub const fn place(&self) -> Option<seats::Place> {
        match self.status {
            ParticipationStatus::Going => Some(seats::Place::Seat),
            ParticipationStatus::Waiting => Some(seats::Place::WaitingList),
            ParticipationStatus::Pending | ParticipationStatus::Declined => None,
        }
    }

    /// Takes a place.
    pub const fn take(&mut self, place: seats::Place, now: Timestamp) {
        match place {
            seats::Place::Seat => {
                self.status = ParticipationStatus::Going;
                self.waiting_since = None;
            }
            seats::Place::WaitingList => {
                self.status = ParticipationStatus::Waiting;
                self.waiting_since = Some(now);
            }
        }
    }

    /// Gives the place up and gets none.
    pub const fn lose(&mut self, status: ParticipationStatus) {
        self.status = status;
        self.waiting_since = None;
    }
}

/// Somebody's part in an event, as it is shown to them and to the organiser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ParticipationView {
    pub event_id: EventId,
    pub user_id: UserId,
    pub instrument_id: Slug,
    pub level: Level,
    pub status: ParticipationStatus,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub joined_at: Timestamp,
    /// Since when they wait for this instrument, which is their place in line; null for who does not wait
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub waiting_since: Option<Timestamp>,
    /// Whether they were there; null until the organiser has said so
    pub attended: Option<bool>,
}

impl From<Participation> for ParticipationView {
    fn from(part: Participation) -> Self {
        Self {
            event_id: part.event_id,
            user_id: part.user_id,
            instrument_id: part.instrument_id,
            level: part.level,
            status: part.status,
            joined_at: part.joined_at,
            waiting_since: part.waiting_since,
            attended: part.attended,
        }
    }
}
