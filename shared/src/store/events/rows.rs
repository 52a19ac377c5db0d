//! The items of an event.

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::Standing;
use crate::{
    domain::{CatalogueKind, Event, EventCard, EventId, EventText, Seats, Slug},
    error::Result,
    geo::Cell,
    store::{Write, keys, participations},
};

/// The item of an event, with its entries in the indexes if searches find it.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct EventRow {
    #[serde(flatten)]
    pub(in crate::store) event: Event,
    card: EventCard,
    #[serde(flatten)]
    entries: Option<Entries>,
}

/// In the indexes by place and by month.
#[derive(Serialize, Deserialize)]
struct Entries {
    geo3: String,
    geo4: String,
    geo5: String,
    geo6: String,
    starts: String,
    calendar: String,
    calendar_sk: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct SeatsRow {
    #[serde(flatten)]
    pub(super) seats: Seats,
    pub(super) version: u64,
    /// The event's own version, by which a reader knows that both are of one moment.
    pub(super) event_version: u64,
    /// The organiser, as long as there is one.
    related: Option<String>,
    related_sk: String,
    card: participations::Card,
}

#[derive(Serialize, Deserialize)]
pub(super) struct TextRow {
    pub(super) text: EventText,
}

/// That an event wants an instrument: keeps the instrument in the catalogue.
#[derive(Serialize)]
struct SlotRow<'a> {
    instrument_id: &'a Slug,
    related: String,
    related_sk: String,
}

/// The items of an event that nobody has signed up for yet.
pub fn rows(new: &Standing) -> Result<Vec<Write>> {
    let mut writes = vec![event_row(new)?, seats_row(new)?];
    writes.extend(new.text.as_ref().map(|text| text_row(new.event.event_id, text)).transpose()?);
    for (instrument, _) in new.seats.wanted() {
        writes.push(slot_row(new.event.event_id, instrument)?);
    }
    Ok(writes)
}

pub(super) fn event_row(standing: &Standing) -> Result<Write> {
    let event = &standing.event;
    let (id, starts_at) = (event.event_id, event.schedule.starts_at);
    let cell = |precision| keys::events_in(Cell::at(event.place.point(), precision).key());
    let entries = event.is_listed().then(|| Entries {
        geo3: cell(3),
        geo4: cell(4),
        geo5: cell(5),
        geo6: cell(6),
        starts: keys::starts(starts_at, id),
        calendar: keys::events_in_month(event.r#type, &month(starts_at)),
        calendar_sk: keys::starts(starts_at, id),
    });
    Write::put(
        keys::event(id),
        &EventRow { card: event.card(&standing.seats), event: event.clone(), entries },
    )
}

/// The month of UTC: `2027-06`.
fn month(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m").to_string()
}

pub(super) fn seats_row(standing: &Standing) -> Result<Write> {
    let (id, organiser) = (standing.event.event_id, &standing.event.organiser);
    let row = SeatsRow {
        seats: standing.seats.clone(),
        version: standing.revision,
        event_version: standing.event.version,
        related: organiser.username.is_some().then(|| keys::events_of(organiser.user_id)),
        related_sk: participations::entry(id),
        card: participations::Card::Organiser { event_id: id },
    };
    Write::put(keys::event_seats(id), &row)
}

pub(super) fn text_row(id: EventId, text: &EventText) -> Result<Write> {
    Write::put(keys::event_text(id), &TextRow { text: text.clone() })
}

pub(super) fn slot_row(event: EventId, instrument: &Slug) -> Result<Write> {
    let row = SlotRow {
        instrument_id: instrument,
        related: keys::users_of(CatalogueKind::Instrument, instrument),
        related_sk: format!("SLOT#{event}"),
    };
    Write::put(keys::slot(event, instrument), &row)
}
