//! Changes of events and of who takes part in them, each on the ground of what is true at that moment.

use std::{
    future::{Future, ready},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use tokio::try_join;

use super::{
    Standing, find, find_without_text, offered,
    rows::{event_row, seats_row, slot_row, text_row},
};
use crate::{
    domain::{ConversationId, EventId, EventStatus, Slug, UserId},
    error::{Code, Error, Result},
    store::{Condition, Key, Store, Write, commit::Contention, keys, participations},
};

/// How long a change of an event that many change at once is tried.
const LONGEST_CONTENTION: Duration = Duration::from_secs(12);
/// How long a change lets people in who wait; then the next change goes on with it.
const LONGEST_PROMOTION: Duration = Duration::from_secs(5);

/// Makes a change that `decide` finds right for the event as it is, and gives the event as it is then. Whoever is
/// first on the waiting list for a place that comes free gets it with the same commit.
///
/// `read` fetches at the same time what else the decision rests on. The decision changes the event and says what
/// is to be written beside it. Both are asked again when the event has changed meanwhile. The text of the event is not
/// read, and stays.
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
    settle(store, now, || find_without_text(store, id), read, decide).await
}

async fn settle<R, T, F, E>(
    store: &Store,
    now: Timestamp,
    find: impl Fn() -> E + Send + Sync,
    read: impl Fn() -> F + Send + Sync,
    decide: impl Fn(&mut Standing, R) -> Result<(Vec<Write>, T)> + Send + Sync,
) -> Result<(Standing, T)>
where
    E: Future<Output = Result<Option<Standing>>> + Send,
    F: Future<Output = Result<R>> + Send,
{
    let mut contention = Contention::lasting(LONGEST_CONTENTION);
    loop {
        let (before, read) = try_join!(find(), read())?;
        let before = before.ok_or(Code::NotFound)?;
        let mut after = before.clone();
        let (beside, outcome) = decide(&mut after, read)?;
        match advance(store, &before, after, beside, now).await {
            Err(Error { code: Code::Conflict, .. }) => contention.pause().await?,
            settled => return settled.map(|after| (after, outcome)),
        }
    }
}

/// Does what becomes of an event whose organiser leaves for good: a draft goes, what is to come is cancelled, and
/// the name of its organiser is forgotten.
pub async fn orphan(store: &Store, id: EventId, now: Timestamp) -> Result<()> {
    let Some(standing) = find(store, id).await? else { return Ok(()) };
    if standing.event.status == EventStatus::Draft {
        let talk = keys::conversation_partition(ConversationId(id.0));
        store.delete_all(store.keys_of(talk).await?).await?;
        return store.delete_all(store.keys_of(keys::event_partition(id)).await?).await;
    }
    let decide = |standing: &mut Standing, ()| {
        let event = &mut standing.event;
        if event.organiser.username.take().is_some() {
            if event.status_at(now) == EventStatus::Published {
                event.cancel(None, now);
            }
            event.version += 1;
        }
        Ok((Vec::new(), ()))
    };
    change(store, id, now, || ready(Ok(())), decide).await.map(|_| ())
}

/// A change by the organiser, which counts as a new version of the event; the event as it is then.
pub async fn edit(
    store: &Store,
    id: EventId,
    organiser: UserId,
    now: Timestamp,
    edit: impl Fn(&mut Standing) -> Result<()> + Send + Sync,
) -> Result<Standing> {
    let decide = |standing: &mut Standing, ()| {
        standing.must_be_organised_by(organiser)?;
        let before = standing.clone();
        edit(standing)?;
        if *standing != before {
            standing.event.version += 1;
            standing.event.updated_at = now;
        }
        Ok((Vec::new(), ()))
    };
    settle(store, now, || find(store, id), || ready(Ok(())), decide).await.map(|(standing, ())| standing)
}

/// Commits a change, and goes on until nobody waits for a place that is free. How the event is then.
async fn advance(
    store: &Store,
    before: &Standing,
    mut after: Standing,
    beside: Vec<Write>,
    now: Timestamp,
) -> Result<Standing> {
    let leaving: Vec<&Key> = beside.iter().filter_map(Write::deletes).collect();
    let promoted = participations::promote(store, &mut after, &leaving, now).await?;
    if beside.is_empty() && promoted.is_empty() && *before == after {
        return Ok(after);
    }
    let mut writes = difference(before, &after)?;
    writes.extend(beside);
    writes.extend(promoted);
    store.commit(writes).await?;
    after.revision += 1;
    // What one transaction cannot hold is the business of the next, unless somebody else has done it meanwhile.
    let began = Instant::now();
    let waits = |after: &Standing| {
        participations::is_open(&after.event, now) && after.seats.promotable().next().is_some()
    };
    while waits(&after) && began.elapsed() < LONGEST_PROMOTION {
        let settled = after.clone();
        let promoted = participations::promote(store, &mut after, &[], now).await?;
        if promoted.is_empty() {
            break;
        }
        let writes = difference(&settled, &after)?.into_iter().chain(promoted);
        if let Err(error) = store.commit(writes).await {
            // The change itself is made. The next one of this event goes on here.
            if error.code != Code::Conflict {
                tracing::warn!(%error, "some still wait for places that are free");
            }
            return Ok(settled);
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
        // The seats tell of which version of the event they are.
        writes.push(event_row(after)?);
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
