//! What somebody was told, and what of it they have read.

use std::time::{Duration, Instant};

use futures_util::{TryStreamExt, stream};
use jiff::Timestamp;
use serde::Deserialize;

use super::{Card, Notification, allow_absent, mark};
use crate::{
    domain::{NotificationId, UserId},
    error::{Code, Error, Result},
    store::{Condition, Found, Key, Query, RELATED, Store, keys},
};

/// Where counting the unread ends.
pub const MAX_UNREAD: usize = 500;
/// How many are marked as read at a time.
const AT_ONCE: usize = 25;
/// How long marking all of them may take.
const LONGEST: Duration = Duration::from_secs(15);

/// One of somebody's notifications, as it is now.
pub async fn find(
    store: &Store,
    owner: UserId,
    id: NotificationId,
    now: Timestamp,
) -> Result<Option<Notification>> {
    let found = store.get::<Notification>(keys::notification(owner, id)).await?;
    Ok(found.filter(|notification| notification.is_there(now)))
}

/// One that was read before, as it is now; those that go to the phone alone, too.
pub async fn find_again(store: &Store, known: &Notification, now: Timestamp) -> Result<Option<Notification>> {
    let found = store.get::<Notification>(known.key()).await?;
    Ok(found.filter(|notification| notification.is_there(now)))
}

/// Somebody's notifications, the newest first. Those that are not there any more are among the rows.
pub async fn list(
    store: &Store,
    owner: UserId,
    after: Option<NotificationId>,
    limit: usize,
) -> Result<Found<Notification>> {
    let after = after.map(|id| keys::notification(owner, id));
    let query = Query::partition(keys::user(owner)).prefix(keys::NOTIFICATION).backwards();
    store.query(&query.after(after.as_ref()).limit(limit).consistent()).await
}

/// The ids of those that somebody has not read, the newest first; from the index, so a second old.
pub async fn unread(
    store: &Store,
    owner: UserId,
    after: Option<NotificationId>,
    limit: usize,
    now: Timestamp,
) -> Result<Found<NotificationId>> {
    let after = after.map(|id| (keys::notification(owner, id), id.to_string()));
    let entry = after.as_ref().map(|(key, sort)| (key, sort.as_str()));
    let query = Query::index(RELATED, keys::unread_by(owner)).backwards();
    let found = store.query::<Entry>(&query.after_entry(entry).limit(limit)).await?;
    let there = found.rows.iter().filter(|entry| entry.card.expires > now.as_second());
    let ids = there.filter_map(|entry| entry.key.sk.strip_prefix(keys::NOTIFICATION)?.parse().ok());
    Ok(Found { rows: ids.map(NotificationId).collect(), more: found.more })
}

#[derive(Deserialize)]
struct Entry {
    #[serde(flatten)]
    key: Key,
    card: Card,
}

/// How many somebody has not read, [`MAX_UNREAD`] at most; `besides` is one of them that the index may not have yet.
pub async fn count_unread(
    store: &Store,
    owner: UserId,
    besides: Option<NotificationId>,
    now: Timestamp,
) -> Result<u32> {
    let ids = unread(store, owner, None, MAX_UNREAD, now).await?.rows;
    let one_more = besides.is_some_and(|id| !ids.contains(&id));
    let count = (ids.len() + usize::from(one_more)).min(MAX_UNREAD);
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Those of somebody's notifications that are there, by their ids and in that order.
pub async fn find_all(
    store: &Store,
    owner: UserId,
    ids: &[NotificationId],
    now: Timestamp,
) -> Result<Vec<Notification>> {
    let keys = ids.iter().map(|id| keys::notification(owner, *id)).collect();
    let mut found = store.get_all_now::<Notification>(keys).await?;
    found.retain(|notification| notification.is_there(now));
    found.sort_by_key(|notification| std::cmp::Reverse(notification.notification_id));
    Ok(found)
}

/// Marks one as read; `NotFound` when there is none.
pub async fn mark_read(store: &Store, owner: UserId, id: NotificationId, now: Timestamp) -> Result<()> {
    let found = find(store, owner, id, now).await?.ok_or(Code::NotFound)?;
    if found.read_at.is_some() {
        return Ok(());
    }
    mark_unread(store, owner, id, now).await
}

async fn mark_unread(store: &Store, owner: UserId, id: NotificationId, now: Timestamp) -> Result<()> {
    let unread = Condition::exists().and(Condition::Lacks("read_at"));
    let write = mark(keys::notification(owner, id), now)?.when(unread, Code::NotFound);
    allow_absent(store.commit([write]).await)
}

/// Marks all as read that the index has; `Unavailable` when there are too many for one call, and then some are.
pub async fn mark_all_read(store: &Store, owner: UserId, now: Timestamp) -> Result<()> {
    let began = Instant::now();
    let mut after = None;
    loop {
        let found = unread(store, owner, after, MAX_UNREAD, now).await?;
        let marked = stream::iter(found.rows.iter().copied().map(Ok));
        marked.try_for_each_concurrent(AT_ONCE, |id| mark_unread(store, owner, id, now)).await?;
        after = found.rows.last().copied();
        if !found.more {
            return Ok(());
        }
        if began.elapsed() > LONGEST {
            return Err(Error::unavailable("there are more unread notifications than one call can mark"));
        }
    }
}

/// Deletes one; `NotFound` when there is none.
pub async fn delete(store: &Store, owner: UserId, id: NotificationId, now: Timestamp) -> Result<()> {
    find(store, owner, id, now).await?.ok_or(Code::NotFound)?;
    let trace = mark(keys::notification(owner, id), now)?.set("deleted_at", &now)?;
    let there = Condition::exists().and(Condition::Lacks("deleted_at"));
    store.commit([trace.when(there, Code::NotFound)]).await
}
