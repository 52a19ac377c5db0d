//! Notifications. One has its id from what it tells and whom, so whoever tells it again changes nothing, not even after
//! it was read or deleted.

use std::time::{Duration, Instant};

use futures_util::{TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Condition, Found, Key, Query, RELATED, Store, Write, keys, preferences, profiles};
use crate::{
    domain::{ConversationId, Notice, NotificationId, Times, UserId, Way},
    error::{Code, Error, Result},
};

/// How long notifications are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long those are kept that go to the phone alone: a repetition that comes later pushes nothing any more.
const PUSHED: SignedDuration = SignedDuration::from_hours(24);
/// Where counting the unread ends.
pub const MAX_UNREAD: usize = 500;
/// How many are marked as read at a time.
const AT_ONCE: usize = 25;
/// How long marking all of them may take.
const LONGEST: Duration = Duration::from_secs(15);

/// A notification as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    pub notification_id: NotificationId,
    /// Whose it is.
    pub owner: UserId,
    pub way: Way,
    pub notice: Notice,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub read_at: Option<Timestamp>,
    /// Of messages: the number of the latest.
    pub seq: Option<u64>,
    /// One that was deleted stays as a trace until it expires, so that no late repetition brings it back.
    pub deleted_at: Option<Timestamp>,
    /// Seconds since 1970; named for DynamoDB's TTL.
    pub expires: i64,
    related: Option<String>,
    related_sk: Option<String>,
}

/// Messages that came to somebody, up to the latest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Messages {
    pub conversation_id: ConversationId,
    /// What the conversation is called, if it has a name.
    pub title: Option<String>,
    /// The number of the first that the person has not read, and when it was sent.
    pub first: (u64, Timestamp),
    /// The number of the latest, and when it was sent.
    pub latest: (u64, Timestamp),
    /// Who sent the latest.
    pub sender: UserId,
}

impl Notification {
    fn new(to: UserId, id: NotificationId, notice: Notice, at: Timestamp, way: Way) -> Self {
        let unread = way == Way::Kept;
        Self {
            notification_id: id,
            owner: to,
            way,
            notice,
            created_at: at,
            updated_at: at,
            read_at: None,
            seq: None,
            deleted_at: None,
            expires: (at + if unread { KEPT } else { PUSHED }).as_second(),
            related: unread.then(|| keys::unread_by(to)),
            related_sk: unread.then(|| id.to_string()),
        }
    }

    fn key(&self) -> Key {
        match self.way {
            Way::Kept => keys::notification(self.owner, self.notification_id),
            Way::Pushed => keys::push(self.owner, self.notification_id),
        }
    }

    fn put(&self) -> Result<Write> {
        Write::put(self.key(), self)
    }

    pub const fn times(&self) -> Times {
        Times { created_at: self.created_at, updated_at: self.updated_at, read_at: self.read_at }
    }

    /// Whether it is there for its owner.
    pub fn is_there(&self, now: Timestamp) -> bool {
        self.deleted_at.is_none() && self.expires > now.as_second()
    }
}

/// Tells somebody of a fact as they wish, if they do. `fact` names it, and `at` is when it happened: with both of them
/// a repetition is known.
pub async fn post(store: &Store, to: UserId, notice: &Notice, fact: &str, at: Timestamp) -> Result<()> {
    let (preferences, _) = preferences::find(store, to).await?;
    match preferences.way(notice.r#type()) {
        Some(way) => post_by(store, way, to, notice, fact, at).await,
        None => Ok(()),
    }
}

/// The same where it is known what they wish.
pub async fn post_by(
    store: &Store,
    way: Way,
    to: UserId,
    notice: &Notice,
    fact: &str,
    at: Timestamp,
) -> Result<()> {
    commit(store, write(way, to, notice, fact, at)?, to).await
}

/// A notice that goes with the transaction of what it tells.
#[derive(Clone, Debug)]
pub struct Along {
    to: UserId,
    way: Option<Way>,
    notice: Notice,
    fact: String,
    at: Timestamp,
}

/// Finds out how somebody wishes to be told of a fact.
pub async fn along(store: &Store, to: UserId, notice: Notice, fact: String, at: Timestamp) -> Result<Along> {
    let (preferences, _) = preferences::find(store, to).await?;
    Ok(Along { to, way: preferences.way(notice.r#type()), notice, fact, at })
}

impl Along {
    /// The id of what will be in their list, if anything will.
    pub fn id(&self) -> Option<NotificationId> {
        self.way.filter(|way| *way == Way::Kept).map(|_| NotificationId::of(self.to, &self.fact, self.at))
    }

    /// What is written; refused as `NotFound` once they are being erased.
    pub fn writes(&self) -> Result<Vec<Write>> {
        let Some(way) = self.way else { return Ok(Vec::new()) };
        let there = profiles::must_not_be_erased(self.to, Code::NotFound);
        Ok(vec![write(way, self.to, &self.notice, &self.fact, self.at)?, there])
    }
}

fn write(way: Way, to: UserId, notice: &Notice, fact: &str, at: Timestamp) -> Result<Write> {
    let new = Notification::new(to, NotificationId::of(to, fact, at), notice.clone(), at, way);
    Ok(new.put()?.when(Condition::absent(), Code::Conflict))
}

/// Tells somebody of messages: one notification for all that they have not read, which goes on with each. An older
/// message changes nothing. Whoever calls this looks afterwards whether they have read it meanwhile.
pub async fn raise_messages(store: &Store, to: UserId, messages: &Messages) -> Result<()> {
    let Messages { conversation_id, title, first, latest, sender } = messages;
    let notice = Notice::Message {
        conversation_id: *conversation_id,
        conversation: title.clone(),
        user_id: *sender,
        seq: latest.0,
        count: (latest.0 + 1).saturating_sub(first.0),
    };
    let (preferences, _) = preferences::find(store, to).await?;
    let Some(way) = preferences.way(notice.r#type()) else { return Ok(()) };
    let id = of_messages(to, *conversation_id, *first);
    let raised = Notification {
        updated_at: latest.1,
        seq: Some(latest.0),
        ..Notification::new(to, id, notice, first.1, way)
    };
    let older = Condition::below("seq", i64::try_from(latest.0).unwrap_or(i64::MAX));
    let put = raised.put()?.when(Condition::absent().or(older), Code::Conflict);
    commit(store, put, to).await
}

fn of_messages(to: UserId, conversation: ConversationId, (first, at): (u64, Timestamp)) -> NotificationId {
    NotificationId::of(to, &format!("messages/{conversation}/{first}"), at)
}

/// Writes unless it is there already, or nobody is there to be told any more.
async fn commit(store: &Store, write: Write, to: UserId) -> Result<()> {
    match store.commit([write, profiles::must_not_be_erased(to, Code::NotFound)]).await {
        Err(Error { code: Code::Conflict | Code::NotFound, .. }) => Ok(()),
        done => done,
    }
}

/// Notes that somebody has read a conversation up to a message: what tells of it counts as read, and an older message
/// that is told late does not change that. `first` is as in [`Messages`].
pub async fn read_messages(
    store: &Store,
    person: UserId,
    conversation: ConversationId,
    first: (u64, Timestamp),
    up_to: u64,
    now: Timestamp,
) -> Result<()> {
    let key = keys::notification(person, of_messages(person, conversation, first));
    let behind = Condition::below("seq", i64::try_from(up_to.saturating_add(1)).unwrap_or(i64::MAX));
    let read = mark(key.clone(), now)?.set("seq", &up_to)?.when(behind, Code::Conflict);
    match store.commit([read]).await {
        Err(Error { code: Code::Conflict, .. }) => {
            allow_absent(store.commit([mark(key, now)?.when(Condition::exists(), Code::NotFound)]).await)
        }
        done => done,
    }
}

fn mark(key: Key, now: Timestamp) -> Result<Write> {
    Ok(Write::update(key).set("read_at", &now)?.remove("related").remove("related_sk"))
}

fn allow_absent(done: Result<()>) -> Result<()> {
    match done {
        Err(Error { code: Code::NotFound, .. }) => Ok(()),
        done => done,
    }
}

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
    let query = Query::index(RELATED, keys::unread_by(owner)).between(oldest(now), "g");
    let found = store.query::<Key>(&query.backwards().after_entry(entry).limit(limit)).await?;
    let ids = found.rows.iter().filter_map(|key| key.sk.strip_prefix(keys::NOTIFICATION)?.parse().ok());
    Ok(Found { rows: ids.map(NotificationId).collect(), more: found.more })
}

/// Before all ids of notifications that have not expired.
fn oldest(now: Timestamp) -> String {
    let millis = (now - KEPT).as_millisecond().max(0);
    let hex = format!("{millis:012x}");
    format!("{}-{}", &hex[..8], &hex[8..])
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
