//! Conversations and their messages.

use garde::Validate;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    ConversationId, UserId,
    text::{lines, one_line},
};
use crate::{error::Code, rules::broken};

/// The most members of a group, and the most that talk freely in the conversation of an event.
pub const MAX_MEMBERS: u32 = 250;
/// The most members that a group begins with, its founder among them.
pub const MAX_FOUNDERS: usize = 40;
/// How long its author can change a message.
pub const EDITABLE: SignedDuration = SignedDuration::from_hours(24);

/// What brings people into a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ConversationKind {
    /// Two people; there is one of it for each pair.
    Direct,
    /// Whoever its admins let in.
    Group,
    /// The organiser of an event and those who have a seat.
    Event,
}

/// What somebody may do in a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "snake_case")]
#[garde(allow_unvalidated)]
#[schemars(inline)]
pub enum MemberRole {
    /// Lets people in and out, and gives the group its title.
    Admin,
    #[default]
    Member,
}

/// What a group is called: 1–120 characters on one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("example" = "Sunday rehearsal"))]
pub struct GroupTitle(#[garde(length(chars, min = 1, max = 120), custom(one_line))] String);

/// The text of a message: 1–4,000 characters, over several lines if need be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("example" = "Shall we start with Nuages?"))]
pub struct MessageText(#[garde(length(chars, min = 1, max = 4000), custom(lines))] String);

/// What a client calls a message before it has a number, so that one sent again is not sent twice: 1–64 letters,
/// digits, `_` and `-`; a UUID is fine. It is the sender's own in this conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("example" = "0190a6c2-7d1b-7f6e-9a0c-4d3f2b1a0c9e"))]
pub struct ClientMessageId(#[garde(length(chars, min = 1, max = 64), custom(url_safe))] String);

macro_rules! as_str {
    ($($name:ident)*) => {$(
        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )*};
}

as_str!(GroupTitle MessageText ClientMessageId);

impl GroupTitle {
    /// The title of an event's conversation, which is the event's.
    pub fn of_event(title: &super::Title) -> Self {
        Self(title.as_str().to_owned())
    }
}

impl MessageText {
    /// Every line ends with a line feed alone, whatever it came with.
    #[must_use]
    pub fn with_line_feeds(self) -> Self {
        Self(self.0.replace("\r\n", "\n").replace('\r', "\n"))
    }
}

fn url_safe(text: &str, (): &()) -> garde::Result {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if text.chars().all(safe) { Ok(()) } else { Err(broken(Code::InvalidFormat)) }
}

/// A conversation as it is stored. Messages count in `last_seq`, whatever else happens in `last_change`, both without
/// a gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    pub conversation_id: ConversationId,
    pub kind: ConversationKind,
    pub title: Option<GroupTitle>,
    /// The two of a direct conversation.
    pub pair: Option<[UserId; 2]>,
    /// Since when the first of the pair has blocked the second.
    pub first_blocked_at: Option<Timestamp>,
    /// Since when the second has blocked the first.
    pub second_blocked_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// When the last message was sent; when it was created, if there is none.
    pub last_at: Timestamp,
    pub member_count: u32,
    pub last_seq: u64,
    /// Who sent the last message.
    pub last_sender_id: Option<UserId>,
    pub last_change: u64,
}

/// Somebody's part in a conversation, as it is stored; what is left of it when they have gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub conversation_id: ConversationId,
    pub user_id: UserId,
    pub role: MemberRole,
    pub joined_at: Timestamp,
    /// The first message that they see.
    pub from_seq: u64,
    /// The first change that they see: that they came.
    pub from_change: u64,
    /// The last message that they have read; before any, the one before the first that they see.
    pub read_seq: u64,
    pub read_at: Option<Timestamp>,
    /// The last message that they sent.
    pub sent_seq: Option<u64>,
    pub left_at: Option<Timestamp>,
}

/// A message as it is stored. A tombstone has no text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub conversation_id: ConversationId,
    pub seq: u64,
    pub sender_id: UserId,
    pub text: Option<MessageText>,
    pub client_message_id: ClientMessageId,
    pub reply_to: Option<u64>,
    pub sent_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
}

/// A message as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "Message")]
pub struct MessageView {
    pub conversation_id: ConversationId,
    /// Its number in the conversation; they count from 1 without a gap
    pub seq: u64,
    pub sender_id: UserId,
    /// Null when it was deleted, or is hidden
    pub text: Option<MessageText>,
    /// What its sender called it
    pub client_message_id: ClientMessageId,
    /// The message that it answers
    pub reply_to: Option<u64>,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub sent_at: Timestamp,
    /// When its text was last changed, if it was
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub edited_at: Option<Timestamp>,
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub deleted_at: Option<Timestamp>,
    /// Whether its text is kept from you because one of you has blocked the other
    pub hidden: bool,
}

/// What happened in a conversation beside new messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(inline)]
pub enum Happening {
    MessageEdited { seq: u64 },
    MessageDeleted { seq: u64 },
    MemberAdded { user_id: UserId, role: MemberRole },
    MemberRemoved { user_id: UserId },
    RoleChanged { user_id: UserId, role: MemberRole },
    Renamed { title: Option<GroupTitle> },
}

/// A change of a conversation, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later {
    pub conversation_id: ConversationId,
    /// Its number in the conversation; they count from 1 without a gap.
    pub change: u64,
    /// Who made it; nobody where it followed from something else.
    pub by: Option<UserId>,
    pub at: Timestamp,
    pub what: Happening,
}

/// A change of a conversation, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "ConversationChange")]
pub struct LaterView {
    pub conversation_id: ConversationId,
    /// Its number in the conversation; they count from 1 without a gap
    pub change: u64,
    /// Who made it; null where it followed from something else
    pub by: Option<UserId>,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
    pub what: Happening,
    /// The message that was changed, as it is now
    pub message: Option<MessageView>,
}

impl Conversation {
    pub fn new(
        conversation_id: ConversationId,
        kind: ConversationKind,
        title: Option<GroupTitle>,
        now: Timestamp,
    ) -> Self {
        Self {
            conversation_id,
            kind,
            title,
            pair: None,
            first_blocked_at: None,
            second_blocked_at: None,
            created_at: now,
            last_at: now,
            member_count: 0,
            last_seq: 0,
            last_sender_id: None,
            last_change: 0,
        }
    }

    /// Whether it is so large that only its admins speak, and nobody is told who types or has read what.
    pub const fn is_broadcast(&self) -> bool {
        self.member_count > MAX_MEMBERS
    }

    /// Whether one of a pair has blocked the other.
    pub const fn is_apart(&self) -> bool {
        self.first_blocked_at.is_some() || self.second_blocked_at.is_some()
    }

    /// The other one of a direct conversation.
    pub fn other_than(&self, user: UserId) -> Option<UserId> {
        self.pair.and_then(|pair| pair.into_iter().find(|other| *other != user))
    }
}

impl Membership {
    /// Somebody who joins a conversation as it is.
    pub const fn new(conversation: &Conversation, user_id: UserId, role: MemberRole, now: Timestamp) -> Self {
        Self {
            conversation_id: conversation.conversation_id,
            user_id,
            role,
            joined_at: now,
            from_seq: conversation.last_seq + 1,
            from_change: conversation.last_change + 1,
            read_seq: conversation.last_seq,
            read_at: None,
            sent_seq: None,
            left_at: None,
        }
    }

    pub const fn is_present(&self) -> bool {
        self.left_at.is_none()
    }

    /// How many messages they have not read.
    pub const fn unread(&self, conversation: &Conversation) -> u64 {
        conversation.last_seq.saturating_sub(self.read_seq)
    }

    pub const fn sees(&self, seq: u64) -> bool {
        seq >= self.from_seq
    }
}

impl Message {
    /// As it is shown to somebody from whom its text is kept if they are `apart` from its sender.
    pub fn shown(self, apart: bool) -> MessageView {
        MessageView {
            conversation_id: self.conversation_id,
            seq: self.seq,
            sender_id: self.sender_id,
            text: self.text.filter(|_| !apart),
            client_message_id: self.client_message_id,
            reply_to: self.reply_to,
            sent_at: self.sent_at,
            edited_at: self.edited_at,
            deleted_at: self.deleted_at,
            hidden: apart,
        }
    }

    /// Changes the text; its author alone can, for a day, and not once it was deleted.
    pub fn edit(&mut self, author: UserId, text: MessageText, now: Timestamp) -> Result<(), Code> {
        if self.sender_id != author {
            return Err(Code::Forbidden);
        }
        if self.deleted_at.is_some() {
            return Err(Code::MessageDeleted);
        }
        if now.duration_since(self.sent_at) > EDITABLE {
            return Err(Code::TooLate);
        }
        // The same words again are the same edit, sent twice.
        if self.text.as_ref() != Some(&text) {
            self.text = Some(text);
            self.edited_at = Some(now);
        }
        Ok(())
    }

    /// Leaves a tombstone.
    pub fn delete(&mut self, now: Timestamp) {
        self.text = None;
        self.deleted_at.get_or_insert(now);
    }
}

impl Happening {
    /// The message that it is about.
    pub const fn message(&self) -> Option<u64> {
        match self {
            Self::MessageEdited { seq } | Self::MessageDeleted { seq } => Some(*seq),
            _ => None,
        }
    }
}

impl Later {
    /// As it is shown, with the message that it is about.
    pub fn shown(self, message: Option<MessageView>) -> LaterView {
        LaterView {
            conversation_id: self.conversation_id,
            change: self.change,
            by: self.by,
            at: self.at,
            what: self.what,
            message,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn message(sender: u128) -> Message {
        Message {
            conversation_id: ConversationId(Uuid::nil()),
            seq: 1,
            sender_id: UserId(Uuid::from_u128(sender)),
            text: Some(MessageText("One".to_owned())),
            client_message_id: ClientMessageId("a".to_owned()),
            reply_to: None,
            sent_at: Timestamp::UNIX_EPOCH,
            edited_at: None,
            deleted_at: None,
        }
    }

    #[test]
    fn its_author_alone_changes_a_message_and_for_a_day() {
        let (author, other) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let text = || MessageText("Two".to_owned());
        let after = |hours| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
        assert_eq!(message(1).edit(other, text(), after(1)), Err(Code::Forbidden));
        assert_eq!(message(1).edit(author, text(), after(25)), Err(Code::TooLate));
        let mut changed = message(1);
        changed.edit(author, text(), after(24)).unwrap();
        assert_eq!((changed.text, changed.edited_at), (Some(text()), Some(after(24))));
    }

    #[test]
    fn a_tombstone_has_no_text_and_stays_one() {
        let author = UserId(Uuid::from_u128(1));
        let (mut gone, at) = (message(1), Timestamp::UNIX_EPOCH);
        gone.delete(at);
        gone.delete(at + SignedDuration::from_secs(1));
        assert_eq!((gone.text.as_ref(), gone.deleted_at), (None, Some(at)));
        assert_eq!(gone.edit(author, MessageText("Two".to_owned()), at), Err(Code::MessageDeleted));
    }

    #[test]
    fn what_is_kept_from_somebody_is_said_to_be() {
        let shown = message(1).shown(true);
        assert!(shown.text.is_none() && shown.hidden);
        assert_eq!(message(1).shown(false).text, message(1).text);
    }

    #[test]
    fn a_client_names_a_message_with_plain_characters() {
        let id = |text: &str| ClientMessageId(text.to_owned()).validate().is_ok();
        assert!(id("0190a6c2-7d1b_x") && id(&"a".repeat(64)));
        assert!(!id("") && !id("a b") && !id("é") && !id("a#b") && !id(&"a".repeat(65)));
    }

    #[test]
    fn unread_is_what_came_after_the_last_that_was_read() {
        let mut conversation = Conversation::new(
            ConversationId(Uuid::nil()),
            ConversationKind::Group,
            None,
            Timestamp::UNIX_EPOCH,
        );
        conversation.last_seq = 7;
        let mut member =
            Membership::new(&conversation, UserId(Uuid::nil()), MemberRole::Member, Timestamp::UNIX_EPOCH);
        assert_eq!(member.unread(&conversation), 0);
        assert!(!member.sees(7) && member.sees(8));
        conversation.last_seq = 10;
        member.read_seq = 8;
        assert_eq!(member.unread(&conversation), 2);
    }
}
