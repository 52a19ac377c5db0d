//! What people are told: what happened is kept as data, and becomes words when it is read.

#[cfg(test)]
mod tests;
mod words;

use garde::Validate;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Builder;

use super::{
    ConversationId, EventId, NotificationId, ParticipationStatus, Reason, Title, UserId,
    text::{lines, one_line},
};
use crate::{encoding, text::Language};

/// What a notification is about; what preferences are set for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum NoticeType {
    Message,
    EventChanged,
    EventCancelled,
    ParticipantJoined,
    ParticipantLeft,
    WaitingPromoted,
    Approval,
    Account,
    Announcement,
}

/// What happened, as it is kept. People are kept by their ids, so that their names are those of the day on which it is
/// read, and go with their accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Notice {
    /// Messages that came to a conversation since it was last read.
    Message {
        conversation_id: ConversationId,
        /// What the conversation is called, if it has a name.
        conversation: Option<String>,
        /// Who sent the latest.
        user_id: UserId,
        /// The number of the latest. What it says is read when the notification is.
        seq: u64,
        /// How many there are.
        count: u64,
    },
    EventChanged {
        event_id: EventId,
        event: Title,
        time: bool,
        place: bool,
    },
    EventCancelled {
        event_id: EventId,
        event: Title,
        reason: Option<Reason>,
    },
    ParticipantJoined {
        event_id: EventId,
        event: Title,
        user_id: UserId,
        status: ParticipationStatus,
    },
    ParticipantLeft {
        event_id: EventId,
        event: Title,
        user_id: UserId,
    },
    /// A place came free, and whoever waited has it now.
    WaitingPromoted {
        event_id: EventId,
        event: Title,
    },
    /// What an organiser decided about somebody.
    Approval {
        event_id: EventId,
        event: Title,
        outcome: Outcome,
    },
    Account {
        change: AccountChange,
    },
    /// Said by those who run the service.
    Announcement {
        event_id: Option<EventId>,
        text: Bilingual,
    },
}

/// What became of somebody's wish to take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Going,
    Waiting,
    Declined,
    /// They were taken off the list.
    Removed,
}

/// What changed about an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountChange {
    Password,
}

/// Title and text of an announcement in each language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    #[garde(dive)]
    pub en: Announced,
    #[garde(dive)]
    pub fr: Announced,
}

/// Title and text of an announcement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Announced {
    /// 1–120 characters on one line
    #[garde(length(chars, min = 1, max = 120), custom(one_line))]
    pub title: String,
    /// 1–1,000 characters, over several lines if need be
    #[garde(length(chars, min = 1, max = 1000), custom(lines))]
    pub body: String,
}

/// A notification as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct NotificationView {
    pub notification_id: NotificationId,
    pub r#type: NoticeType,
    pub title: String,
    pub body: String,
    /// What to open: `tunelink://events/{event_id}` and the like
    pub link: String,
    pub event_id: Option<EventId>,
    pub conversation_id: Option<ConversationId>,
    /// Who did it; null where nobody in particular did
    pub user_id: Option<UserId>,
    /// How many messages there are; null unless it is about messages
    pub count: Option<u64>,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub created_at: Timestamp,
    /// When it last told of one more message
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub updated_at: Timestamp,
    /// Null while it is unread
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub read_at: Option<Timestamp>,
}

impl NotificationId {
    /// The id of the notification by which somebody is told of a fact: the same each time (`UUIDv8`, RFC 9562 §5.8). Its
    /// first 48 bits are the time of the fact in milliseconds, so that ids sort like what they tell of.
    pub fn of(to: UserId, fact: &str, at: Timestamp) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&encoding::digest(format!("{to}/{fact}").as_bytes())[..16]);
        bytes[..6].copy_from_slice(&at.as_millisecond().max(0).to_be_bytes()[2..]);
        Self(Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// When what it tells of happened, to the millisecond.
    pub fn time(self) -> Timestamp {
        let mut millis = [0; 8];
        millis[2..].copy_from_slice(&self.0.as_bytes()[..6]);
        Timestamp::from_millisecond(i64::from_be_bytes(millis)).unwrap_or(Timestamp::MAX)
    }
}

impl Notice {
    pub const fn r#type(&self) -> NoticeType {
        match self {
            Self::Message { .. } => NoticeType::Message,
            Self::EventChanged { .. } => NoticeType::EventChanged,
            Self::EventCancelled { .. } => NoticeType::EventCancelled,
            Self::ParticipantJoined { .. } => NoticeType::ParticipantJoined,
            Self::ParticipantLeft { .. } => NoticeType::ParticipantLeft,
            Self::WaitingPromoted { .. } => NoticeType::WaitingPromoted,
            Self::Approval { .. } => NoticeType::Approval,
            Self::Account { .. } => NoticeType::Account,
            Self::Announcement { .. } => NoticeType::Announcement,
        }
    }

    pub const fn event_id(&self) -> Option<EventId> {
        match self {
            Self::EventChanged { event_id, .. }
            | Self::EventCancelled { event_id, .. }
            | Self::ParticipantJoined { event_id, .. }
            | Self::ParticipantLeft { event_id, .. }
            | Self::WaitingPromoted { event_id, .. }
            | Self::Approval { event_id, .. } => Some(*event_id),
            Self::Announcement { event_id, .. } => *event_id,
            Self::Message { .. } | Self::Account { .. } => None,
        }
    }

    pub const fn conversation_id(&self) -> Option<ConversationId> {
        match self {
            Self::Message { conversation_id, .. } => Some(*conversation_id),
            _ => None,
        }
    }

    /// The message that it tells of.
    pub const fn message(&self) -> Option<(ConversationId, u64)> {
        match self {
            Self::Message { conversation_id, seq, .. } => Some((*conversation_id, *seq)),
            _ => None,
        }
    }

    /// Who did it.
    pub const fn user_id(&self) -> Option<UserId> {
        match self {
            Self::Message { user_id, .. }
            | Self::ParticipantJoined { user_id, .. }
            | Self::ParticipantLeft { user_id, .. } => Some(*user_id),
            _ => None,
        }
    }

    const fn count(&self) -> Option<u64> {
        match self {
            Self::Message { count, .. } => Some(*count),
            _ => None,
        }
    }

    /// What a client opens when the notification is tapped.
    pub fn link(&self) -> String {
        match (self.conversation_id(), self.event_id()) {
            (Some(conversation), _) => format!("tunelink://conversations/{conversation}"),
            (None, Some(event)) => format!("tunelink://events/{event}"),
            (None, None) if self.r#type() == NoticeType::Account => "tunelink://account".to_owned(),
            (None, None) => "tunelink://notifications".to_owned(),
        }
    }

    /// As it is shown in a language.
    pub fn view(
        &self,
        notification_id: NotificationId,
        times: Times,
        language: Language,
        quoted: Quoted<'_>,
    ) -> NotificationView {
        let (title, body) = self.words(language, quoted);
        NotificationView {
            notification_id,
            r#type: self.r#type(),
            title,
            body,
            link: self.link(),
            event_id: self.event_id(),
            conversation_id: self.conversation_id(),
            user_id: self.user_id(),
            count: self.count(),
            created_at: times.created_at,
            updated_at: times.updated_at,
            read_at: times.read_at,
        }
    }
}

/// What a notification quotes, as it is when it is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quoted<'a> {
    /// The name of whoever did it; `None` once they are gone.
    pub who: Option<&'a str>,
    /// The text of the message that it tells of; `None` unless its reader may see it.
    pub said: Option<&'a str>,
}

/// The times of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub read_at: Option<Timestamp>,
}
