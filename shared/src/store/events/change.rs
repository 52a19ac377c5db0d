//! Changes of events and of who takes part in them, each on the ground of what is true at that moment.

use std::future::{Future, ready};

use jiff::Timestamp;
use tokio::try_join;

use super::{
    Standing, find, offered,
    rows::{event_row, seats_row, slot_row, text_row},
};
use crate::{
    domain::{EventId, EventStatus, Slug, UserId},
    error::{Code, Error, Result},
    store::{Condition, Store, Write, commit::Contention, keys, participations},
};

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

/// Does what becomes of an event whose organiser leaves for good: a draft goes, what is to come is cancelled, and
/// the name of its organiser is forgotten.
pub async fn orphan(store: &Store, id: EventId, now: Timestamp) -> Result<()> {
    let Some(standing) = find(store, id).await? else { return Ok(()) };
    if standing.event.status == EventStatus::Draft {
        return store.delete_all(store.keys_of(keys::event_partition(id)).await?).await;
    }
    let decide = |standing: &mut Standing, ()| {
        let event = &mut standing.event;
        if event.organiser.username.take().is_some() {
            if event.status_at(now) == EventStatus::Published {
                event.cancel(None, now);
            } else {
                event.version += 1;
            }
        }
        Ok((Vec::new(), ()))
    };
    change(store, id, now, || ready(Ok(())), decide).await.map(|_| ())
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
