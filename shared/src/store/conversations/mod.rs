//! Conversations. The item `CONVERSATION` counts messages and whatever else happens; each is numbered in the
//! transaction that adds it, so that neither sequence has a gap.

mod create;
mod follow;
mod members;
mod messages;
mod read;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub(super) use self::{create::Direct, messages::Sent};
pub use self::{
    create::{NewConversation, create, direct, rows_of_event},
    follow::{follow_event, forget, rename_with_event},
    members::{Seat, put_member, remove_member, rename},
    messages::{NewMessage, delete, edit, mark_read, send},
    read::{
        Range, apart, change, find, head, heads, later, members, members_all, message, messages, messages_at,
        newest, of, part, present, reached_by,
    },
};
use super::{Condition, Key, Write, keys};
use crate::{
    domain::{Conversation, ConversationId, Later, Membership, UserId},
    error::{Code, Result},
};

#[derive(Serialize, Deserialize)]
pub(super) struct MemberRow {
    #[serde(flatten)]
    pub(super) member: Membership,
    related: String,
    related_sk: String,
    card: Card,
}

/// What the index knows of a membership.
#[derive(Serialize, Deserialize)]
struct Card {
    conversation_id: ConversationId,
}

fn head_key(conversation: &Conversation) -> Key {
    keys::conversation(conversation.conversation_id)
}

pub(super) fn member_row(member: &Membership) -> Result<Write> {
    let (id, user) = (member.conversation_id, member.user_id);
    let related =
        if member.is_present() { keys::conversations_of(user) } else { keys::conversations_left_by(user) };
    let row = MemberRow {
        member: member.clone(),
        related,
        related_sk: id.to_string(),
        card: Card { conversation_id: id },
    };
    Write::put(keys::member(id, user), &row)
}

/// Fails unless this person takes part in the conversation.
fn must_be_member(conversation: &Conversation, user: UserId) -> Write {
    Write::check(keys::member(conversation.conversation_id, user)).when(is_present(), Code::Conflict)
}

fn is_present() -> Condition {
    Condition::exists().and(Condition::Lacks("left_at"))
}

/// Has the conversation of a pair know that one of them has blocked the other, or does not any more.
pub(super) fn block(
    id: ConversationId,
    (blocker, blocked): (UserId, UserId),
    since: Option<Timestamp>,
) -> Result<Write> {
    let [first, second] = BLOCKS;
    let name = if blocker < blocked { first } else { second };
    Write::update(keys::conversation(id)).set(name, &since)
}

/// What the head of a direct conversation knows of blocks.
const BLOCKS: [&str; 2] = ["first_blocked_at", "second_blocked_at"];

/// Neither of a pair has blocked the other.
fn is_together() -> Condition {
    let [first, second] = BLOCKS;
    Condition::Lacks(first).and(Condition::Lacks(second))
}

/// Fails if either of the two has blocked the other.
fn must_not_be_apart(one: UserId, other: UserId) -> [Write; 2] {
    [keys::block(one, other), keys::block(other, one)]
        .map(|block| Write::check(block).when(Condition::absent(), Code::Unreachable))
}

/// Adds a change to the conversation as it was read: `head` goes on with what else changes of it.
fn happen(
    conversation: &Conversation,
    by: Option<UserId>,
    at: Timestamp,
    what: crate::domain::Happening,
    head: Write,
) -> Result<[Write; 2]> {
    let change = conversation.last_change + 1;
    let head = head
        .add("last_change", 1)
        .and_when(Condition::equals("last_change", conversation.last_change), Code::Conflict);
    let later = Later { conversation_id: conversation.conversation_id, change, by, at, what };
    // Its number is free, for nobody has taken it from the head meanwhile.
    Ok([head, Write::put(keys::later(conversation.conversation_id, change), &later)?])
}
