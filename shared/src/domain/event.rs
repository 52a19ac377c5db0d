//! Music events.

use garde::Validate;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    EventId, ParticipationView, PhotoUrl, Schedule, Seats, Slug, UserId, ZoneName,
    text::{lines, one_line},
};
use crate::geo::Point;

/// What kind of event it is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, Validate,
)]
#[serde(rename_all = "snake_case")]
#[garde(allow_unvalidated)]
#[schemars(inline)]
pub enum EventType {
    Jam,
    Rehearsal,
    Concert,
    OpenMic,
    Workshop,
    Other,
}

impl EventType {
    pub const ALL: [Self; 6] =
        [Self::Jam, Self::Rehearsal, Self::Concert, Self::OpenMic, Self::Workshop, Self::Other];

    /// As in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jam => "jam",
            Self::Rehearsal => "rehearsal",
            Self::Concert => "concert",
            Self::OpenMic => "open_mic",
            Self::Workshop => "workshop",
            Self::Other => "other",
        }
    }
}

/// What has become of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum EventStatus {
    Draft,
    Published,
    Cancelled,
    /// Published, and over. Never stored: it follows from the time.
    Ended,
}

/// Who finds an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "snake_case")]
#[garde(allow_unvalidated)]
#[schemars(inline)]
pub enum Visibility {
    /// Searches find it.
    #[default]
    Public,
    /// Whoever has its id.
    Unlisted,
}

macro_rules! lines {
    ($($(#[$doc:meta])* $name:ident $min:literal $max:literal $example:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
        #[serde(transparent)]
        #[garde(transparent)]
        #[schemars(inline, extend("example" = $example))]
        pub struct $name(#[garde(length(chars, min = $min, max = $max), custom(one_line))] String);

        impl $name {
            /// `None` unless it is as long as it has to be, and one visible line.
            pub fn new(text: impl Into<String>) -> Option<Self> {
                let line = Self(text.into());
                line.validate().is_ok().then_some(line)
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )*};
}

lines! {
    /// What an event is called: 3–120 characters on one line.
    Title 3 120 "Manouche jam at the Pigalle";
    /// Street and house, or how to find the place: 1–200 characters on one line.
    Address 1 200 "12 rue Lepic";
    /// A town: 1–100 characters on one line.
    City 1 100 "Paris";
    /// Why an event is off: 1–500 characters on one line.
    Reason 1 500 "The singer has a cold.";
}

/// What there is to say about an event: 1–5,000 characters, over several lines if need be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("example" = "Bring a chair and a rhythm guitar."))]
pub struct EventText(#[garde(length(chars, min = 1, max = 5000), custom(lines))] String);

impl EventText {
    /// `None` unless it is as long as it has to be and plain text.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = Self(text.into());
        text.validate().is_ok().then_some(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Every line ends with a line feed alone, whatever it came with.
    #[must_use]
    pub fn with_line_feeds(self) -> Self {
        Self(self.0.replace("\r\n", "\n").replace('\r', "\n"))
    }
}

/// How many can take part: 2–10,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("example" = 12))]
pub struct Capacity(#[garde(range(min = 2, max = 10_000))] pub u32);

/// How many are wanted of an instrument: 1–1,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("example" = 2))]
pub struct Wanted(#[garde(range(min = 1, max = 1000))] pub u32);

/// Who announced an event. Usernames do not change, so it is kept with the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Organiser {
    pub user_id: UserId,
    /// Null once the account is gone.
    pub username: Option<String>,
}

/// Where an event takes place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Degrees north (WGS 84), −90–90.
    pub lat: f64,
    /// Degrees east (WGS 84), −180–180.
    pub lng: f64,
    pub address: Option<Address>,
    pub city: City,
}

/// Degrees as they are kept: to 10⁻⁷ (a centimetre), and without a negative zero.
pub fn degrees(given: f64) -> f64 {
    (given * 1e7).round() / 1e7 + 0.0
}

/// The same for longitudes, of which one meridian has two: it is kept as −180°.
pub fn degrees_east(given: f64) -> f64 {
    if given >= 180.0 { -180.0 } else { degrees(given) }
}

impl Place {
    pub fn new(lat: f64, lng: f64, address: Option<Address>, city: City) -> Self {
        Self { lat: degrees(lat), lng: degrees_east(lng), address, city }
    }

    pub fn point(&self) -> Point {
        Point::new(self.lat, self.lng)
    }
}

/// That an event is off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Cancellation {
    pub reason: Option<Reason>,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub cancelled_at: Timestamp,
}

/// An event as it is stored; its text and its seats are items of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub event_id: EventId,
    pub organiser: Organiser,
    pub title: Title,
    pub r#type: EventType,
    pub status: EventStatus,
    pub visibility: Visibility,
    /// Whether the organiser decides who takes part.
    pub needs_approval: bool,
    #[serde(flatten)]
    pub schedule: Schedule,
    #[serde(flatten)]
    pub place: Place,
    pub image_url: Option<PhotoUrl>,
    pub genres: Vec<Slug>,
    pub cancellation: Option<Cancellation>,
    /// When it ceased to be a draft.
    pub published_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Counts the organiser's changes; what `If-Match` asks for.
    pub version: u64,
}

impl Event {
    /// What has become of it by now.
    pub fn status_at(&self, now: Timestamp) -> EventStatus {
        match self.status {
            EventStatus::Published if self.schedule.ends_at <= now => EventStatus::Ended,
            status => status,
        }
    }

    /// Calls it off.
    pub fn cancel(&mut self, reason: Option<Reason>, now: Timestamp) {
        self.status = EventStatus::Cancelled;
        self.cancellation = Some(Cancellation { reason, cancelled_at: now });
    }

    /// Whether it was ever announced: what was not is its organiser's alone.
    pub const fn is_announced(&self) -> bool {
        self.published_at.is_some()
    }

    /// Whether searches find it.
    pub fn is_listed(&self) -> bool {
        self.status == EventStatus::Published && self.visibility == Visibility::Public
    }

    /// What a search shows of it.
    pub fn card(&self, seats: &Seats) -> EventCard {
        EventCard {
            title: self.title.clone(),
            r#type: self.r#type,
            lat: self.place.lat,
            lng: self.place.lng,
            city: self.place.city.clone(),
            ends_at: self.schedule.ends_at,
            time_zone: self.schedule.time_zone.clone(),
            genres: self.genres.clone(),
            open: seats.open().cloned().collect(),
            full: seats.is_full(),
        }
    }
}

/// What the search indexes hold of an event beside its id and its start: about half a kilobyte.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventCard {
    pub title: Title,
    pub r#type: EventType,
    pub lat: f64,
    pub lng: f64,
    pub city: City,
    pub ends_at: Timestamp,
    pub time_zone: ZoneName,
    pub genres: Vec<Slug>,
    /// Instruments wanted that have an open slot; there may be no seat left for them.
    pub open: Vec<Slug>,
    /// Whether every seat is taken.
    pub full: bool,
}

/// The seats of an event, as they are shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SeatsView {
    /// Null where nobody set a limit; it is 10,000 then
    pub capacity: Option<u32>,
    pub taken: u32,
    pub free: u32,
    pub waiting: u32,
    /// What the event asks for; where it asks for nothing, every instrument is welcome
    pub instruments: Vec<SlotsView>,
}

/// How many are wanted of an instrument, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(deny_unknown_fields)]
pub struct SlotsView {
    pub instrument_id: Slug,
    pub wanted: u32,
    pub taken: u32,
    pub open: u32,
    pub waiting: u32,
}

impl From<&Seats> for SeatsView {
    fn from(seats: &Seats) -> Self {
        Self {
            capacity: seats.capacity,
            taken: seats.taken,
            free: seats.limit().saturating_sub(seats.taken),
            waiting: seats.waiting,
            instruments: seats.wanted().map(|(id, slots)| SlotsView::new(id, *slots)).collect(),
        }
    }
}

impl SlotsView {
    pub fn new(instrument: &Slug, slots: super::Slots) -> Self {
        let wanted = slots.wanted.unwrap_or_default();
        Self {
            instrument_id: instrument.clone(),
            wanted,
            taken: slots.taken,
            open: wanted.saturating_sub(slots.taken),
            waiting: slots.waiting,
        }
    }
}

/// An event, as it is shown.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EventDetails {
    pub event_id: EventId,
    pub organiser: Organiser,
    pub title: Title,
    pub description: Option<EventText>,
    pub r#type: EventType,
    pub status: EventStatus,
    pub visibility: Visibility,
    /// Whether the organiser decides who takes part
    pub needs_approval: bool,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub starts_at: Timestamp,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub ends_at: Timestamp,
    pub time_zone: ZoneName,
    pub lat: f64,
    pub lng: f64,
    pub address: Option<Address>,
    pub city: City,
    pub image_url: Option<PhotoUrl>,
    /// Ids of the catalogue's genres
    pub genres: Vec<Slug>,
    pub seats: SeatsView,
    /// The caller's own part in it; null for those who have none
    pub participation: Option<ParticipationView>,
    pub cancellation: Option<Cancellation>,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub created_at: Timestamp,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub updated_at: Timestamp,
}

impl EventDetails {
    pub fn new(event: Event, text: Option<EventText>, seats: &Seats, now: Timestamp) -> Self {
        let status = event.status_at(now);
        Self {
            event_id: event.event_id,
            organiser: event.organiser,
            title: event.title,
            description: text,
            r#type: event.r#type,
            status,
            visibility: event.visibility,
            needs_approval: event.needs_approval,
            starts_at: event.schedule.starts_at,
            ends_at: event.schedule.ends_at,
            time_zone: event.schedule.time_zone,
            lat: event.place.lat,
            lng: event.place.lng,
            address: event.place.address,
            city: event.place.city,
            image_url: event.image_url,
            genres: event.genres,
            seats: seats.into(),
            participation: None,
            cancellation: event.cancellation,
            created_at: event.created_at,
            updated_at: event.updated_at,
        }
    }
}
