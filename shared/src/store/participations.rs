//! Who takes part in events. What is decided here is committed by [`events::change`](super::events::change).

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    Condition, Found, Key, Query, RELATED, Store, Write,
    events::{self, Standing},
    keys, profiles,
};
use crate::{
    domain::{Event, EventId, EventStatus, Participation, ParticipationStatus, Slug, UserId, seats},
    error::{Code, Result},
};

/// The most promotions in one transaction: two writes each, and 100 in all.
const PROMOTIONS: usize = 20;

#[derive(Serialize, Deserialize)]
pub(super) struct Row {
    #[serde(flatten)]
    pub(super) part: Participation,
    related: String,
    related_sk: String,
    card: Card,
}

/// What the index knows of somebody's part in an event.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Card {
    Organiser { event_id: EventId },
    Participant { event_id: EventId, status: ParticipationStatus, instrument_id: Slug },
}

/// A place in the order of those who wait for an instrument.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Pointer {
    user_id: UserId,
    since: Timestamp,
}

/// In the index: one entry for each event of a person, in the order in which the events were made.
pub(super) fn entry(event: EventId) -> String {
    event.to_string()
}

/// Somebody's part in an event, as it is now.
pub async fn find(store: &Store, event: EventId, user: UserId) -> Result<Option<Participation>> {
    Ok(store.get::<Row>(keys::participant(event, user)).await?.map(|row| row.part))
}

/// Those who signed up, in any status, by their ids.
pub async fn list(
    store: &Store,
    event: EventId,
    after: Option<UserId>,
    limit: usize,
) -> Result<Found<Participation>> {
    let after = after.map(|user| keys::participant(event, user));
    let query = Query::partition(keys::event_partition(event)).prefix(keys::PARTICIPANT);
    let found = store.query::<Row>(&query.after(after.as_ref()).limit(limit).consistent()).await?;
    Ok(Found { rows: found.rows.into_iter().map(|row| row.part).collect(), more: found.more })
}

/// The events that somebody organises or signed up for, the newest first; taken from the index, so a second old.
pub async fn of(store: &Store, user: UserId, limit: usize) -> Result<Found<Card>> {
    #[derive(Deserialize)]
    struct Entry {
        card: Card,
    }
    let query = Query::index(RELATED, keys::events_of(user)).backwards().limit(limit);
    let found = store.query::<Entry>(&query).await?;
    Ok(Found { rows: found.rows.into_iter().map(|entry| entry.card).collect(), more: found.more })
}

/// What turns one state of a part into another; `None` is no part at all. A conflict unless the table holds the
/// one.
pub fn replace(before: Option<&Participation>, after: Option<&Participation>) -> Result<Vec<Write>> {
    let mut writes = Vec::new();
    match (before, after) {
        (None, None) => {}
        (Some(before), None) => {
            let gone = Write::delete(keys::participant(before.event_id, before.user_id));
            writes.push(gone.when(unchanged(before), Code::Conflict));
        }
        (_, Some(after)) => {
            let condition = before.map_or(Condition::absent(), unchanged);
            writes.push(row(after)?.when(condition, Code::Conflict));
        }
    }
    let (before, after) = (before.and_then(pointer), after.and_then(pointer));
    let moved = before.as_ref().map(|(key, _)| key) != after.as_ref().map(|(key, _)| key);
    if let Some((key, _)) = before.filter(|_| moved) {
        writes.push(Write::delete(key));
    }
    if let Some((key, pointer)) = after.filter(|_| moved) {
        writes.push(Write::put(key, &pointer)?);
    }
    Ok(writes)
}

/// Fails unless this person takes part in `TuneLink`, and the organiser has not blocked them.
pub fn must_be_welcome(event: &Event, user: UserId) -> [Write; 2] {
    let block = Write::check(keys::block(event.organiser.user_id, user));
    [profiles::must_be_active(user, Code::SessionEnded), block.when(Condition::absent(), Code::Forbidden)]
}

/// That somebody takes part no more, until it is known to whom it matters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departure {
    pub event_id: EventId,
    pub user_id: UserId,
    /// What had become of their wish to take part.
    pub status: ParticipationStatus,
    pub joined_at: Timestamp,
    pub left_at: Timestamp,
    /// Whether the organiser took them off, and not they themselves.
    pub by_organiser: bool,
    /// Seconds since 1970; named for DynamoDB's TTL.
    expires: i64,
}

impl Departure {
    pub fn of(part: &Participation, by_organiser: bool, now: Timestamp) -> Self {
        Self {
            event_id: part.event_id,
            user_id: part.user_id,
            status: part.status,
            joined_at: part.joined_at,
            left_at: now,
            by_organiser,
            expires: Self::kept_until(now),
        }
    }

    /// As the store keeps it, going by what it says of itself.
    pub(super) fn as_written(&self) -> Result<Write> {
        Self { expires: Self::kept_until(self.left_at), ..self.clone() }.note()
    }

    fn kept_until(left_at: Timestamp) -> i64 {
        const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
        (left_at + KEPT).as_second()
    }

    /// Notes it, along with what takes them off.
    pub fn note(&self) -> Result<Write> {
        Write::put(self.key(), self)
    }

    /// Forgets it, once all are told.
    pub fn forget(&self) -> Write {
        Write::delete(self.key())
    }

    fn key(&self) -> Key {
        keys::departure(self.event_id, self.user_id, self.joined_at)
    }
}

/// The parts of these people in an event, as they are now; in any order.
pub async fn find_all(store: &Store, event: EventId, people: &[UserId]) -> Result<Vec<Participation>> {
    let keys = people.iter().map(|user| keys::participant(event, *user)).collect();
    Ok(store.get_all_now::<Row>(keys).await?.into_iter().map(|row| row.part).collect())
}

/// The item of a new part and, for those who wait, their place in the order.
pub fn rows(part: &Participation) -> Result<Vec<Write>> {
    replace(None, Some(part))
}

pub(super) fn row(part: &Participation) -> Result<Write> {
    let row = Row {
        part: part.clone(),
        related: keys::events_of(part.user_id),
        related_sk: entry(part.event_id),
        card: card(part.event_id, part.status, &part.instrument_id),
    };
    Write::put(keys::participant(part.event_id, part.user_id), &row)
}

fn card(event_id: EventId, status: ParticipationStatus, instrument_id: &Slug) -> Card {
    Card::Participant { event_id, status, instrument_id: instrument_id.clone() }
}

/// Everything about a part that can change.
fn unchanged(part: &Participation) -> Condition {
    let attended = match part.attended {
        Some(attended) => Condition::is_bool("attended", attended),
        None => Condition::Lacks("attended"),
    };
    is(part.status).and(Condition::is("instrument_id", part.instrument_id.as_str())).and(attended)
}

fn is(status: ParticipationStatus) -> Condition {
    let status = serde_json::to_value(status).ok();
    Condition::is("status", status.as_ref().and_then(|status| status.as_str()).unwrap_or_default())
}

pub(super) fn pointer(part: &Participation) -> Option<(Key, Pointer)> {
    let since = part.waiting_since?;
    let key = keys::waiting(part.event_id, &part.instrument_id, since, part.user_id);
    Some((key, Pointer { user_id: part.user_id, since }))
}

/// Takes somebody off an event for good, whatever has become of it.
pub(super) async fn erase(store: &Store, id: EventId, user: UserId, now: Timestamp) -> Result<()> {
    let leave = |standing: &mut Standing, part: Option<Participation>| {
        let Some(part) = part else { return Ok((Vec::new(), ())) };
        if let Some(place) = part.place() {
            standing.seats.leave(&part.instrument_id, place);
        }
        Ok((replace(Some(&part), None)?, ()))
    };
    match events::change(store, id, now, || find(store, id, user), leave).await {
        Err(error) if error.code == Code::NotFound => Ok(()),
        left => left.map(|_| ()),
    }
}

/// Whether seats of this event are given out.
pub(super) fn is_open(event: &Event, now: Timestamp) -> bool {
    event.status_at(now) == EventStatus::Published
}

/// Gives seats that are free to those who have waited longest, each for a slot of their own; the writes for it, to be
/// committed with the seats as they were read before: whoever comes or goes meanwhile changes those.
/// Places in the order that are `leaving` with the same commit count no more, and those that come with it not yet.
pub(super) async fn promote(
    store: &Store,
    standing: &mut Standing,
    leaving: &[&Key],
    now: Timestamp,
) -> Result<Vec<Write>> {
    let mut writes = Vec::new();
    if !is_open(&standing.event, now) {
        return Ok(writes);
    }
    let event = standing.event.event_id;
    let mut queues: HashMap<Slug, VecDeque<Pointer>> = HashMap::new();
    for _ in 0..PROMOTIONS {
        let promotable: Vec<Slug> = standing.seats.promotable().cloned().collect();
        for instrument in &promotable {
            if !queues.contains_key(instrument) {
                let mut queue = queue(store, event, instrument).await?;
                queue.retain(|first| !leaving.contains(&&first.place(event, instrument)));
                queues.insert(instrument.clone(), queue);
            }
        }
        let heads = promotable.iter().filter_map(|instrument| {
            let first = queues.get(instrument)?.front()?;
            Some((first.since, first.user_id, instrument))
        });
        let Some((.., instrument)) = heads.min() else { break };
        if let Some(first) = queues.get_mut(instrument).and_then(VecDeque::pop_front) {
            standing.seats.promote(instrument);
            writes.extend(give_seat(event, instrument, &first, now)?);
        }
    }
    Ok(writes)
}

async fn queue(store: &Store, event: EventId, instrument: &Slug) -> Result<VecDeque<Pointer>> {
    let query = Query::partition(keys::event_partition(event)).prefix(keys::waiting_for(instrument));
    // One more than can be promoted: the first may be leaving.
    Ok(store.query::<Pointer>(&query.limit(PROMOTIONS + 1).consistent()).await?.rows.into())
}

impl Pointer {
    fn place(&self, event: EventId, instrument: &Slug) -> Key {
        keys::waiting(event, instrument, self.since, self.user_id)
    }
}

fn give_seat(event: EventId, instrument: &Slug, first: &Pointer, now: Timestamp) -> Result<[Write; 2]> {
    let status = ParticipationStatus::Going;
    let seat = Write::update(keys::participant(event, first.user_id))
        .set("status", &status)?
        .set("card", &card(event, status, instrument))?
        .set("settled_at", &now)?
        .remove("waiting_since");
    Ok([seat, Write::delete(first.place(event, instrument))])
}

/// What a refusal of the seats means to the caller.
pub fn refused(refusal: seats::Refusal) -> crate::Error {
    match refusal {
        seats::Refusal::NotWanted => Code::InstrumentNotWanted.at("instrument_id").into(),
        seats::Refusal::NoSlot => Code::NoSlot.at("instrument_id").into(),
        seats::Refusal::Taken(number) => crate::Error::from(Code::SlotsTaken).limit(number),
        seats::Refusal::TooMany => crate::Error::from(Code::LimitReached).limit(seats::MAX_WANTED),
    }
}
