//! Events. The seats of an event have a version that counts every change of the event and of who takes part in
//! it: whatever is decided about an event is decided on what was read, and written only if that still holds.

use std::future::{Future, ready};

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use tokio::try_join;

use super::{Condition, Item, Query, Store, Write, catalogue, commit::Contention, keys, participations};
use crate::{
    domain::{
        CatalogueKind, Event, EventCard, EventDetails, EventId, EventStatus, EventText, Seats, Slug, UserId,
    },
    error::{Code, Error, Result},
    geo::Cell,
};

/// Everything about an event but its participants.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    pub event: Event,
    pub text: Option<EventText>,
    pub seats: Seats,
    /// Counts every change, those of participants included.
    revision: u64,
}

/// The item of an event, with its entries in the indexes if searches find it.
#[derive(Serialize, Deserialize)]
struct EventRow {
    #[serde(flatten)]
    event: Event,
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
struct SeatsRow {
    #[serde(flatten)]
    seats: Seats,
    version: u64,
    related: String,
    related_sk: String,
    card: participations::Card,
}

#[derive(Serialize, Deserialize)]
struct TextRow {
    text: EventText,
}

/// That an event wants an instrument: keeps the instrument in the catalogue.
#[derive(Serialize)]
struct SlotRow<'a> {
    instrument_id: &'a Slug,
    related: String,
    related_sk: String,
}

/// An event as it is now; drafts and cancelled ones, too.
pub async fn find(store: &Store, id: EventId) -> Result<Option<Standing>> {
    let query = Query::partition(keys::event_partition(id)).prefix(keys::EVENT).consistent();
    let (mut event, mut seats, mut text) = (None, None, None);
    for item in store.query_items(&query).await?.rows {
        match item.get("sk").and_then(|sk| sk.as_s().ok()).map(String::as_str) {
            Some("EVENT") => event = Some(read::<EventRow>(item)?.event),
            Some("EVENT#SEATS") => seats = Some(read::<SeatsRow>(item)?),
            Some("EVENT#TEXT") => text = Some(read::<TextRow>(item)?.text),
            _ => {}
        }
    }
    let standing = event.zip(seats).map(|(event, row)| Standing {
        event,
        text,
        seats: row.seats,
        revision: row.version,
    });
    Ok(standing)
}

fn read<T: serde::de::DeserializeOwned>(item: Item) -> Result<T> {
    serde_dynamo::from_item(item).map_err(Error::internal)
}

/// The events among these, in any order, perhaps a second old.
pub async fn find_all(store: &Store, ids: impl IntoIterator<Item = EventId>) -> Result<Vec<Event>> {
    let rows = store.get_all::<EventRow>(ids.into_iter().map(keys::event).collect()).await?;
    Ok(rows.into_iter().map(|row| row.event).collect())
}

/// A new event, as it is before anyone has signed up.
pub fn new(event: Event, text: Option<EventText>, seats: Seats) -> Standing {
    Standing { event, text, seats, revision: 1 }
}

/// Announces an event, if its organiser takes part and the catalogue offers every instrument that is wanted.
pub async fn create(store: &Store, new: &Standing, beside: impl IntoIterator<Item = Write>) -> Result<()> {
    let active = super::profiles::must_be_active(new.event.organiser.user_id, Code::SessionEnded);
    let wanted = new.seats.wanted().enumerate();
    let offered = wanted.map(|(at, (id, _))| offered(id, &format!("instruments[{at}].instrument_id")));
    let writes = rows(new)?.into_iter().chain([active]).chain(offered).chain(beside);
    store.commit(writes.collect::<Vec<_>>()).await
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

/// Makes a change that `decide` finds right for the event as it is, and gives the event as it is then. Whoever is
/// first on the waiting list for a place that comes free gets it with the same commit.
///
/// `read` fetches at the same time what else the decision rests on. The decision changes the event and says what
/// is to be written beside it. Both are asked again when the event has changed meanwhile.
pub async fn change<R, T, F>(
    store: &Store,
    id: EventId,
    now: Timestamp,
    read: impl Fn() -> F + Send + Sync,
    decide: impl Fn(&mut Standing, R) -> Result<(Vec<Write>, T)> + Send + Sync,
) -> Result<(Standing, T)>
where
    F: Future<Output = Result<R>> + Send,
{
    let mut contention = Contention::new();
    loop {
        let (before, read) = try_join!(find(store, id), read())?;
        let before = before.ok_or(Code::NotFound)?;
        let mut after = before.clone();
        let (beside, outcome) = decide(&mut after, read)?;
        match advance(store, &before, after, beside, now).await {
            Err(Error { code: Code::Conflict, .. }) => contention.pause().await?,
            settled => return settled.map(|after| (after, outcome)),
        }
    }
}

/// A change by the organiser, whoever has signed up; the event as it is then.
pub async fn edit(
    store: &Store,
    id: EventId,
    organiser: UserId,
    now: Timestamp,
    edit: impl Fn(&mut Standing) -> Result<()> + Send + Sync,
) -> Result<Standing> {
    let decide = |standing: &mut Standing, ()| {
        standing.must_be_organised_by(organiser)?;
        edit(standing).map(|()| (Vec::new(), ()))
    };
    change(store, id, now, || ready(Ok(())), decide).await.map(|(standing, ())| standing)
}

/// Commits a change, and goes on until nobody waits for a place that is free. How the event is then.
async fn advance(
    store: &Store,
    before: &Standing,
    mut after: Standing,
    beside: Vec<Write>,
    now: Timestamp,
) -> Result<Standing> {
    let promoted = participations::promote(store, &mut after, now).await?;
    if beside.is_empty() && promoted.is_empty() && *before == after {
        return Ok(after);
    }
    let mut writes = difference(before, &after)?;
    writes.extend(beside);
    writes.extend(promoted);
    store.commit(writes).await?;
    after.revision += 1;
    // What one transaction cannot hold is the business of the next, unless somebody else has done it meanwhile.
    while participations::is_open(&after.event, now) && after.seats.promotable().next().is_some() {
        let settled = after.clone();
        let promoted = participations::promote(store, &mut after, now).await?;
        let writes = difference(&settled, &after)?.into_iter().chain(promoted);
        match store.commit(writes).await {
            Err(Error { code: Code::Conflict, .. }) => return Ok(settled),
            done => done?,
        }
        after.revision += 1;
    }
    Ok(after)
}

/// What turns the one into the other; a conflict unless the table holds the one.
fn difference(before: &Standing, after: &Standing) -> Result<Vec<Write>> {
    let id = after.event.event_id;
    let seats = seats_row(&Standing { revision: before.revision + 1, ..after.clone() })?;
    let mut writes = vec![seats.when(Condition::equals("version", before.revision), Code::Conflict)];
    if before.event != after.event || before.event.card(&before.seats) != after.event.card(&after.seats) {
        let same = Condition::equals("version", before.event.version);
        writes.push(event_row(after)?.when(same, Code::Conflict));
    }
    match &after.text {
        same if *same == before.text => {}
        Some(text) => writes.push(text_row(id, text)?),
        None => writes.push(Write::delete(keys::event_text(id))),
    }
    let wants = |standing: &Standing, instrument: &Slug| standing.seats.slots(instrument).wanted.is_some();
    for (instrument, _) in after.seats.wanted().filter(|(instrument, _)| !wants(before, instrument)) {
        writes.extend([slot_row(id, instrument)?, offered(instrument, "instrument_id")]);
    }
    for (instrument, _) in before.seats.wanted().filter(|(instrument, _)| !wants(after, instrument)) {
        writes.push(Write::delete(keys::slot(id, instrument)));
    }
    Ok(writes)
}

fn event_row(standing: &Standing) -> Result<Write> {
    let event = &standing.event;
    let (id, starts_at) = (event.event_id, event.schedule.starts_at);
    let cell = |precision| keys::events_in(&Cell::at(event.place.point(), precision).key());
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

fn seats_row(standing: &Standing) -> Result<Write> {
    let (id, organiser) = (standing.event.event_id, standing.event.organiser.user_id);
    let row = SeatsRow {
        seats: standing.seats.clone(),
        version: standing.revision,
        related: keys::events_of(organiser),
        related_sk: participations::entry(id),
        card: participations::Card::Organiser { event_id: id },
    };
    Write::put(keys::event_seats(id), &row)
}

fn text_row(id: EventId, text: &EventText) -> Result<Write> {
    Write::put(keys::event_text(id), &TextRow { text: text.clone() })
}

fn slot_row(event: EventId, instrument: &Slug) -> Result<Write> {
    let row = SlotRow {
        instrument_id: instrument,
        related: keys::users_of(CatalogueKind::Instrument, instrument),
        related_sk: format!("SLOT#{event}"),
    };
    Write::put(keys::slot(event, instrument), &row)
}

fn offered(instrument: &Slug, field: &str) -> Write {
    catalogue::must_be_offered_at(CatalogueKind::Instrument, instrument, field)
}

impl Standing {
    /// As it is shown.
    pub fn details(&self, now: Timestamp) -> EventDetails {
        EventDetails::new(self.event.clone(), self.text.clone(), &self.seats, now)
    }

    /// The same event if `viewer` may know of it.
    pub fn seen_by(self, viewer: Option<UserId>) -> Result<Self> {
        self.must_be_seen_by(viewer).map(|()| self)
    }

    /// Drafts are their organiser's alone.
    pub fn must_be_seen_by(&self, viewer: Option<UserId>) -> Result<()> {
        if self.event.status == EventStatus::Draft && viewer != Some(self.event.organiser.user_id) {
            return Err(Code::NotFound.into());
        }
        Ok(())
    }

    /// Refuses whoever is not the organiser.
    pub fn must_be_organised_by(&self, user: UserId) -> Result<()> {
        match (self.event.organiser.user_id == user, self.event.status) {
            (true, _) => Ok(()),
            (false, EventStatus::Draft) => Err(Code::NotFound.into()),
            (false, _) => Err(Code::Forbidden.into()),
        }
    }

    /// Refuses changes to what is cancelled or over.
    pub fn must_be_to_come(&self, now: Timestamp) -> Result<()> {
        match self.event.status_at(now) {
            EventStatus::Cancelled => Err(Code::EventCancelled.into()),
            EventStatus::Ended => Err(Code::EventEnded.into()),
            EventStatus::Draft | EventStatus::Published => Ok(()),
        }
    }
}
