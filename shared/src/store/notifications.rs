//! Notifications. One has its id from what it tells and whom, so whoever tells it again changes nothing, not even after
//! it was read or deleted.

mod read;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::read::{
    MAX_UNREAD, count_unread, delete, find, find_again, find_all, list, mark_all_read, mark_read, unread,
};
use super::{Condition, Key, Store, Write, keys, preferences, profiles};
use crate::{
    domain::{ConversationId, Notice, NotificationId, Times, UserId, Way},
    error::{Code, Error, Result},
};

/// How long notifications are kept, and until the day is over (UTC): so the index has nothing to do for news of the same
/// day.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long those are kept that go to the phone alone: a repetition that comes later pushes nothing any more.
const PUSHED: SignedDuration = SignedDuration::from_hours(24);

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
    card: Option<Card>,
}

/// What the index knows of one that is unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Card {
    expires: i64,
}

/// Messages that came to somebody, up to the latest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Messages {
    pub conversation_id: ConversationId,
    /// What the conversation is called, if it has a name.
    pub title: Option<String>,
    /// How far the person has read, as it was looked up.
    pub read_seq: u64,
    /// The number of the first that the person has not read, and when it was sent.
    pub first: (u64, Timestamp),
    /// The number of the latest, and when it was sent.
    pub latest: (u64, Timestamp),
    /// Who sent the latest.
    pub sender: UserId,
    /// Whether they are of a pair: nobody can say anything to one who is erased.
    pub of_pair: bool,
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
            expires: 0,
            related: unread.then(|| keys::unread_by(to)),
            related_sk: unread.then(|| id.to_string()),
            card: None,
        }
        .raised_at(at)
    }

    /// The same with news of that time, from which on it is kept for as long as any.
    fn raised_at(self, at: Timestamp) -> Self {
        let expires = match self.way {
            Way::Kept => end_of_day(at + KEPT),
            Way::Pushed => (at + PUSHED).as_second(),
        };
        let card = self.related.is_some().then_some(Card { expires });
        Self { updated_at: at, expires, card, ..self }
    }

    fn key(&self) -> Key {
        match self.way {
            Way::Kept => keys::notification(self.owner, self.notification_id),
            Way::Pushed => keys::push(self.owner, self.notification_id),
        }
    }

    /// As the store writes it, going by what it says of itself.
    pub(super) fn as_written(&self) -> Result<Write> {
        let unread = self.way == Way::Kept && self.read_at.is_none() && self.deleted_at.is_none();
        let entry = Self {
            related: unread.then(|| keys::unread_by(self.owner)),
            related_sk: unread.then(|| self.notification_id.to_string()),
            ..self.clone()
        };
        entry.raised_at(self.updated_at).put()
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
    commit(store, [write(way, to, notice, fact, at)?], to).await
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

/// When the day is over that this is in, in seconds since 1970.
fn end_of_day(at: Timestamp) -> i64 {
    const DAY: i64 = 24 * 60 * 60;
    (at.as_second().div_euclid(DAY) + 1) * DAY
}

fn write(way: Way, to: UserId, notice: &Notice, fact: &str, at: Timestamp) -> Result<Write> {
    let new = Notification::new(to, NotificationId::of(to, fact, at), notice.clone(), at, way);
    Ok(new.put()?.when(Condition::absent(), Code::Conflict))
}

/// Tells somebody of messages: one notification for all that they have not read, which goes on with each. An older
/// message changes nothing, nor does anything once they have read on: whoever calls this looks for that afterwards.
pub async fn raise_messages(store: &Store, to: UserId, messages: &Messages) -> Result<()> {
    let Messages { conversation_id, title, read_seq, first, latest, sender, of_pair } = messages;
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
    let raised = Notification::new(to, id, notice, first.1, way).raised_at(latest.1);
    let raised = Notification { seq: Some(latest.0), ..raised };
    let older = Condition::below("seq", i64::try_from(latest.0).unwrap_or(i64::MAX));
    let put = raised.put()?.when(Condition::absent().or(older), Code::Conflict);
    let unread = Write::check(keys::member(*conversation_id, to));
    let unread = unread.when(Condition::equals("read_seq", *read_seq), Code::Conflict);
    if *of_pair {
        return allow_known(store.commit([put, unread]).await);
    }
    commit(store, [put, unread], to).await
}

fn of_messages(to: UserId, conversation: ConversationId, (first, at): (u64, Timestamp)) -> NotificationId {
    NotificationId::of(to, &format!("messages/{conversation}/{first}"), at)
}

/// Writes unless it is there already, or nobody is there to be told any more.
async fn commit(store: &Store, writes: impl IntoIterator<Item = Write>, to: UserId) -> Result<()> {
    let there = profiles::must_not_be_erased(to, Code::NotFound);
    allow_known(store.commit(writes.into_iter().chain([there])).await)
}

fn allow_known(done: Result<()>) -> Result<()> {
    match done {
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
    let id = of_messages(person, conversation, first);
    for key in [keys::notification(person, id), keys::push(person, id)] {
        let behind = Condition::below("seq", i64::try_from(up_to.saturating_add(1)).unwrap_or(i64::MAX));
        let read = mark(key.clone(), now)?.set("seq", &up_to)?.when(behind, Code::Conflict);
        match store.commit([read]).await {
            Err(Error { code: Code::Conflict, .. }) => {
                let there = mark(key, now)?.when(Condition::exists(), Code::NotFound);
                allow_absent(store.commit([there]).await)?;
            }
            done => done?,
        }
    }
    Ok(())
}

fn mark(key: Key, now: Timestamp) -> Result<Write> {
    Ok(Write::update(key).set("read_at", &now)?.remove("related").remove("related_sk").remove("card"))
}

fn allow_absent(done: Result<()>) -> Result<()> {
    match done {
        Err(Error { code: Code::NotFound, .. }) => Ok(()),
        done => done,
    }
}
