//! Events. The seats of an event have a version that counts every change of the event and of who takes part in
//! it: whatever is decided about an event is decided on what was read, and written only if that still holds.

mod change;
mod rows;

use std::collections::HashMap;

use jiff::Timestamp;

pub(super) use self::rows::EventRow;
use self::rows::{SeatsRow, TextRow};
pub use self::{
    change::{change, edit, orphan},
    rows::rows,
};
use super::{Item, Key, Query, Store, Write, catalogue, conversations, keys};
use crate::{
    domain::{CatalogueKind, Event, EventDetails, EventId, EventStatus, EventText, Seats, Slug, UserId},
    error::{Code, Error, Result},
    row::read,
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

/// An event as it is now; drafts and cancelled ones, too.
pub async fn find(store: &Store, id: EventId) -> Result<Option<Standing>> {
    let query = Query::partition(keys::event_partition(id)).prefix(keys::EVENT);
    whole(store, &query.consistent()).await
}

/// The event itself, as it is now, without text and seats.
pub async fn find_event(store: &Store, id: EventId) -> Result<Option<Event>> {
    Ok(store.get::<EventRow>(keys::event(id)).await?.map(|row| row.event))
}

/// Everything but the text, which can be long and has no part in who takes part.
async fn find_without_text(store: &Store, id: EventId) -> Result<Option<Standing>> {
    let (first, last) = (keys::event(id), keys::event_seats(id));
    let query = Query::partition(keys::event_partition(id)).between(first.sk, last.sk);
    whole(store, &query.consistent()).await
}

/// A query is no snapshot: while an event is changed it may find the event before the change and the seats after
/// it. Such a pair is read again.
async fn whole(store: &Store, query: &Query) -> Result<Option<Standing>> {
    const READS: usize = 5;
    for _ in 0..READS {
        let (standing, is_whole) = parts(store, query).await?;
        if is_whole {
            return Ok(standing);
        }
    }
    Err(Error::unavailable("the event is being changed"))
}

async fn parts(store: &Store, query: &Query) -> Result<(Option<Standing>, bool)> {
    let (mut event, mut seats, mut text) = (None, None, None);
    for item in store.query_items(query).await?.rows {
        match item.get("sk").and_then(|sk| sk.as_s().ok()).map(String::as_str) {
            Some(keys::EVENT) => event = Some(read::<EventRow>(item)?.event),
            Some("EVENT#SEATS") => seats = Some(read::<SeatsRow>(item)?),
            Some("EVENT#TEXT") => text = Some(read::<TextRow>(item)?.text),
            _ => {}
        }
    }
    let (Some(event), Some(row)) = (event, seats) else { return Ok((None, true)) };
    let is_whole = event.version == row.event_version;
    Ok((Some(Standing { event, text, seats: row.seats, revision: row.version }), is_whole))
}

/// An event as its items say, whether or not they are of one moment. The key of an item that cannot be read or is not
/// there.
pub(super) fn standing_of(items: &HashMap<Key, Item>, id: EventId) -> std::result::Result<Standing, Key> {
    fn of<T: serde::de::DeserializeOwned>(
        items: &HashMap<Key, Item>,
        key: Key,
    ) -> std::result::Result<T, Key> {
        items.get(&key).and_then(|item| read(item.clone()).ok()).ok_or(key)
    }
    let event = of::<EventRow>(items, keys::event(id))?.event;
    let SeatsRow { seats, version: revision, .. } = of(items, keys::event_seats(id))?;
    let text = keys::event_text(id);
    let text = items.contains_key(&text).then(|| of::<TextRow>(items, text)).transpose()?.map(|row| row.text);
    Ok(Standing { event, text, seats, revision })
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

/// Announces an event and begins its conversation, if its organiser takes part and the catalogue offers every instrument that is wanted.
pub async fn create(store: &Store, new: &Standing, beside: impl IntoIterator<Item = Write>) -> Result<()> {
    let active = super::profiles::must_be_active(new.event.organiser.user_id, Code::SessionEnded);
    let wanted = new.seats.wanted().enumerate();
    let offered = wanted.map(|(at, (id, _))| offered(id, &format!("instruments[{at}].instrument_id")));
    let talk = conversations::rows_of_event(&new.event, &[])?;
    let writes = rows(new)?.into_iter().chain(talk).chain([active]).chain(offered).chain(beside);
    store.commit(writes.collect::<Vec<_>>()).await
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

    /// What was never announced is its organiser's alone.
    pub fn must_be_seen_by(&self, viewer: Option<UserId>) -> Result<()> {
        if !self.event.is_announced() && viewer != Some(self.event.organiser.user_id) {
            return Err(Code::NotFound.into());
        }
        Ok(())
    }

    /// Refuses whoever is not the organiser.
    pub fn must_be_organised_by(&self, user: UserId) -> Result<()> {
        self.must_be_seen_by(Some(user))?;
        if self.event.organiser.user_id == user { Ok(()) } else { Err(Code::Forbidden.into()) }
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
