//! Which events a search is for, and how they are shown.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{City, EventCard, EventId, EventType, Slug, Title, ZoneName};
use crate::{geo::Point, geojson::Feature};

/// An event as an index knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundEvent {
    pub event_id: EventId,
    pub starts_at: Timestamp,
    pub card: EventCard,
}

/// What has to hold of an event beside its place and its start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Not over by then.
    pub not_over_at: Option<Timestamp>,
    pub r#type: Option<EventType>,
    pub genre: Option<Slug>,
    /// Asks for this instrument, and has an open slot and a seat for it.
    pub instrument: Option<Slug>,
    /// Has a seat.
    pub free_only: bool,
}

impl Selection {
    pub fn holds(&self, event: &FoundEvent) -> bool {
        let card = &event.card;
        self.not_over_at.is_none_or(|now| card.ends_at > now)
            && self.r#type.is_none_or(|kind| card.r#type == kind)
            && self.genre.as_ref().is_none_or(|genre| card.genres.contains(genre))
            && self.instrument.as_ref().is_none_or(|wanted| !card.full && card.open.contains(wanted))
            && !(self.free_only && card.full)
    }
}

/// An event that a search found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EventSummary {
    pub event_id: EventId,
    pub title: Title,
    pub r#type: EventType,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub starts_at: Timestamp,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub ends_at: Timestamp,
    pub time_zone: ZoneName,
    pub lat: f64,
    pub lng: f64,
    pub city: City,
    /// Ids of the catalogue's genres
    pub genres: Vec<Slug>,
    /// Instruments that it asks for and that have an open slot
    pub open_instruments: Vec<Slug>,
    /// Whether every seat is taken
    pub full: bool,
    /// From the place of the search; null without one
    pub distance_km: Option<f64>,
}

impl EventSummary {
    /// `distance` in millimetres; shown to the metre.
    pub fn new(found: FoundEvent, distance: Option<u64>) -> Self {
        let FoundEvent { event_id, starts_at, card } = found;
        Self {
            event_id,
            title: card.title,
            r#type: card.r#type,
            starts_at,
            ends_at: card.ends_at,
            time_zone: card.time_zone,
            lat: card.lat,
            lng: card.lng,
            city: card.city,
            genres: card.genres,
            open_instruments: card.open,
            full: card.full,
            distance_km: distance.map(kilometres),
        }
    }
}

/// Millimetres as kilometres, to the metre.
fn kilometres(distance: u64) -> f64 {
    let metres = u32::try_from(distance.saturating_add(500) / 1000).unwrap_or(u32::MAX);
    f64::from(metres) / 1000.0
}

impl Feature for EventSummary {
    fn id(&self) -> String {
        self.event_id.to_string()
    }

    fn place(&self) -> Point {
        Point::new(self.lat, self.lng)
    }
}
