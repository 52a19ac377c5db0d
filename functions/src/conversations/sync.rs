use std::collections::{HashMap, HashSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use garde::Validate;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::try_join;
use tunelink::{
    Result,
    app::App,
    auth::Member,
    domain::{
        Conversation, ConversationId, Instant, LaterView, Membership, MessageView, NotificationView, UserId,
    },
    input::Body,
    live::ReadMark,
    operation::{Operation, Route},
    output::Answer,
    store::{
        Store,
        conversations::{self, Range},
        notifications::{self, Notification},
    },
    text::{Language, Text},
};

use crate::notifications::words;

use super::view::{self, ConversationView};

pub struct Sync;

/// The most that a reply has of one conversation; who lacks more has a gap.
const MOST: u64 = 100;
/// The most conversations that somebody is in.
const LOOKED_THROUGH: usize = 500;
/// How many conversations are read at a time.
const AT_ONCE: usize = 16;
/// What is written has the time at which it happened: so much earlier at most.
const LAG: SignedDuration = SignedDuration::from_secs(30);
/// The most that a reply has of messages and changes, in bytes: Lambda answers with 6 MB at most.
const BUDGET: usize = 3 * 1024 * 1024;

/// What you know already.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "conversations": [
    { "conversation_id": "01900000-0000-7000-8000-000000000000", "seq": 42, "change": 3 }
], "since": "2027-06-21T18:00:00Z" }))]
pub struct Known {
    /// Where you are in your conversations; those that you do not name are new to you
    #[serde(default)]
    #[garde(length(max = 500), dive)]
    conversations: Vec<Position>,
    /// `synced_at` of the reply before; without it, all read marks are given
    #[garde(dive)]
    since: Option<Instant>,
}

/// Where you are in a conversation.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Position {
    #[garde(skip)]
    conversation_id: ConversationId,
    /// The last message up to which you have all
    #[garde(skip)]
    seq: u64,
    /// The last change up to which you have all
    #[garde(skip)]
    change: u64,
}

/// What you missed.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Missed {
    /// The conversations of which you missed something
    conversations: Vec<MissedInConversation>,
    /// Those that you named and take no part in any more
    left: Vec<ConversationId>,
    /// Those that you have not read, or read since then, the latest first; the latest 100 of each
    notifications: Vec<NotificationView>,
    /// How many notifications you have not read, 500 at most
    unread_notifications: u32,
    /// For `since` in the next request
    #[schemars(with = "String", extend("format" = "date-time"))]
    synced_at: Timestamp,
}

/// What you missed of one conversation.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct MissedInConversation {
    conversation: ConversationView,
    /// Whether there is more than this: forget what you have, and read on in the list of messages
    gap: bool,
    /// In their order
    messages: Vec<MessageView>,
    /// In their order
    changes: Vec<LaterView>,
    /// How far the others have read, where they have read on
    reads: Vec<ReadMark>,
}

impl Operation for Sync {
    const ROUTE: Route = Route::post("/v1/sync", "Catch up: everything that you missed while you were away");
    const DONE: Text = Text::new("What you missed", "Ce que vous avez manqué");
    type Caller = Member;
    type Input = (Body<Known>, Language);
    type Output = Answer<Missed>;

    async fn run(app: &App, member: Member, (Body(known), language): Self::Input) -> Result<Self::Output> {
        let (store, user, synced_at) = (app.store(), member.user_id, app.now());
        let since = known.since.as_ref().map(|since| since.precisely() - LAG);
        let at: HashMap<ConversationId, (u64, u64)> = known
            .conversations
            .iter()
            .map(|known| (known.conversation_id, (known.seq, known.change)))
            .collect();
        let ((conversations, left), told, unread_notifications) = try_join!(
            talked(store, user, &at, since),
            told(store, user, since, synced_at),
            notifications::count_unread(store, user, None, synced_at)
        )?;
        let notifications = words::views(store, user, told, language).await?;
        Ok(Answer(Missed { conversations, left, notifications, unread_notifications, synced_at }))
    }
}

/// What somebody who is `at` these messages and changes missed of all their conversations, and those among them that
/// they take no part in any more.
async fn talked(
    store: &Store,
    user: UserId,
    at: &HashMap<ConversationId, (u64, u64)>,
    since: Option<Timestamp>,
) -> Result<(Vec<MissedInConversation>, Vec<ConversationId>)> {
    let mine = conversations::of(store, user, LOOKED_THROUGH).await?.rows;
    // The index may not have the newest ones yet.
    let asked: HashSet<ConversationId> = mine.into_iter().chain(at.keys().copied()).collect();
    let mut found = conversations::heads(store, user, asked).await?;
    found.sort_by_key(|(conversation, _)| std::cmp::Reverse(conversation.last_at));
    let present: HashSet<ConversationId> = found.iter().map(|(head, _)| head.conversation_id).collect();
    let missed = stream::iter(found).map(|(conversation, part)| {
        let known = at.get(&conversation.conversation_id).copied();
        missed(store, conversation, part, known, since)
    });
    let missed: Vec<Option<MissedInConversation>> = missed.buffered(AT_ONCE).try_collect().await?;
    let mut conversations: Vec<_> = missed.into_iter().flatten().collect();
    keep_within_budget(&mut conversations);
    let left = at.keys().copied().filter(|id| !present.contains(id)).collect();
    Ok((conversations, left))
}

/// The notifications that somebody has not read, or has read since then.
async fn told(
    store: &Store,
    user: UserId,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Result<Vec<Notification>> {
    const LATEST: usize = 100;
    let (latest, unread) = try_join!(
        notifications::list(store, user, None, LATEST),
        notifications::unread(store, user, None, LATEST, now)
    )?;
    let mut told = latest.rows;
    let known: HashSet<_> = told.iter().map(|told| told.notification_id).collect();
    let older: Vec<_> = unread.rows.into_iter().filter(|id| !known.contains(id)).collect();
    told.extend(notifications::find_all(store, user, &older, now).await?);
    told.retain(|told| {
        let is_new = told.read_at.is_none_or(|at| since.is_some_and(|since| at >= since));
        told.is_there(now) && is_new
    });
    Ok(told)
}

/// What somebody missed of a conversation; nothing if they have it all.
async fn missed(
    store: &Store,
    conversation: Conversation,
    part: Membership,
    known: Option<(u64, u64)>,
    since: Option<Timestamp>,
) -> Result<Option<MissedInConversation>> {
    let (id, user) = (conversation.conversation_id, part.user_id);
    let (seq, change) = known.unwrap_or((0, conversation.last_change));
    let messages = Range { first: part.from_seq.max(seq.saturating_add(1)), last: conversation.last_seq };
    let changes =
        Range { first: part.from_change.max(change.saturating_add(1)), last: conversation.last_change };
    let limit = usize::try_from(MOST).unwrap_or(usize::MAX);
    let (mut new, (mut later, changed), reads) = try_join!(
        conversations::messages(store, id, messages, true, limit),
        conversations::later(store, id, changes, limit),
        reads(store, &conversation, &part, since)
    )?;
    if known.is_some() && new.is_empty() && later.is_empty() && reads.is_empty() {
        return Ok(None);
    }
    new.reverse();
    later.reverse();
    let changed: Vec<_> = changed.into_values().filter(|message| part.sees(message.seq)).collect();
    let (changed, new, conversation) = try_join!(
        view::messages(store, user, changed),
        view::messages(store, user, new),
        view::show(store, user, (conversation, part))
    )?;
    let changed: HashMap<u64, MessageView> =
        changed.into_iter().map(|message| (message.seq, message)).collect();
    let more = |range: Range| range.last >= range.first && range.last - range.first >= MOST;
    Ok(Some(MissedInConversation {
        gap: more(messages) || more(changes),
        messages: new,
        changes: later
            .into_iter()
            .map(|change| {
                let message = change.what.message().and_then(|seq| changed.get(&seq).cloned());
                change.shown(message)
            })
            .collect(),
        reads,
        conversation,
    }))
}

/// How far the others have read who have read since then. Of those who are apart from each other neither learns it.
async fn reads(
    store: &Store,
    conversation: &Conversation,
    part: &Membership,
    since: Option<Timestamp>,
) -> Result<Vec<ReadMark>> {
    if conversation.is_broadcast() {
        return Ok(Vec::new());
    }
    let id = conversation.conversation_id;
    let mut others = conversations::members_all(store, id).await?;
    others.retain(|other| {
        let is_new = other.read_at.is_some_and(|at| since.is_none_or(|since| at >= since));
        other.user_id != part.user_id && is_new
    });
    let apart = conversations::apart(store, part.user_id, others.iter().map(|other| other.user_id)).await?;
    others.retain(|other| !apart.contains(&other.user_id));
    let mark = |other: Membership| ReadMark {
        conversation_id: id,
        user_id: other.user_id,
        read_seq: other.read_seq,
    };
    Ok(others.into_iter().map(mark).collect())
}

/// Where there is too much for one reply, the conversations that were quiet for longest have a gap.
fn keep_within_budget(conversations: &mut [MissedInConversation]) {
    let mut left = BUDGET;
    for missed in conversations {
        let size = serde_json::to_vec(missed).map_or(usize::MAX, |json| json.len());
        if let Some(rest) = left.checked_sub(size) {
            left = rest;
        } else {
            missed.gap = true;
            missed.messages.clear();
            missed.changes.clear();
            missed.reads.clear();
            missed.conversation.forget_last_message();
        }
    }
}
