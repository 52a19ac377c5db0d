//! What people are told: what happened is kept as data, and becomes words when it is read.

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

/// The most characters that a notification quotes of a message or a text.
pub(super) const MAX_EXCERPT: usize = 140;

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

/// How a text begins: its first words on one line, [`MAX_EXCERPT`] characters at most.
fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MAX_EXCERPT {
        return line;
    }
    let begins: String = line.chars().take(MAX_EXCERPT - 1).collect();
    format!("{}…", begins.trim_end())
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

    /// Title and body.
    pub fn words(&self, language: Language, quoted: Quoted<'_>) -> (String, String) {
        let Quoted { who, said } = quoted;
        let say = |en: String, fr: String| match language {
            Language::En => en,
            Language::Fr => fr,
        };
        let name = who.map_or_else(|| say("Somebody".into(), "Quelqu'un".into()), ToOwned::to_owned);
        match self {
            Self::Message { conversation, count, .. } => {
                let place = conversation.as_ref().map(|title| format!(" · {title}")).unwrap_or_default();
                let title = match count {
                    0 | 1 => format!("{name}{place}"),
                    n => format!("{name}{place} ({n})"),
                };
                let new = || say("New message".into(), "Nouveau message".into());
                (title, said.map_or_else(new, excerpt))
            }
            Self::EventChanged { event, time, place, .. } => (
                event.as_str().to_owned(),
                match (time, place) {
                    (true, true) => {
                        say("Time and place have changed".into(), "L'heure et le lieu ont changé".into())
                    }
                    (false, true) => say("The place has changed".into(), "Le lieu a changé".into()),
                    (_, false) => say("The time has changed".into(), "L'heure a changé".into()),
                },
            ),
            Self::EventCancelled { event, reason, .. } => {
                let event = event.as_str();
                let title = say(format!("Cancelled: {event}"), format!("Annulé : {event}"));
                let none = || say("The event is cancelled".into(), "L'événement est annulé".into());
                (title, reason.as_ref().map_or_else(none, |reason| reason.as_str().to_owned()))
            }
            Self::ParticipantJoined { event, status, .. } => {
                let body = match status {
                    ParticipationStatus::Pending => say(
                        format!("{name} would like to take part: you decide"),
                        format!("{name} souhaite participer : à vous de décider"),
                    ),
                    ParticipationStatus::Waiting => say(
                        format!("{name} is on the waiting list"),
                        format!("{name} est sur la liste d'attente"),
                    ),
                    _ => say(format!("{name} takes part"), format!("{name} participe")),
                };
                (event.as_str().to_owned(), body)
            }
            Self::ParticipantLeft { event, .. } => {
                let body =
                    say(format!("{name} does not take part any more"), format!("{name} ne participe plus"));
                (event.as_str().to_owned(), body)
            }
            Self::WaitingPromoted { event, .. } => {
                let body = say(
                    "A place has come free, and it is yours".into(),
                    "Une place s'est libérée, et elle est pour vous".into(),
                );
                (event.as_str().to_owned(), body)
            }
            Self::Approval { event, outcome, .. } => {
                let body = match outcome {
                    Outcome::Going => say("You are in".into(), "Votre participation est acceptée".into()),
                    Outcome::Waiting => say(
                        "You are accepted, and on the waiting list".into(),
                        "Vous êtes accepté, sur la liste d'attente".into(),
                    ),
                    Outcome::Declined => say(
                        "The organiser has declined".into(),
                        "L'organisateur a décliné votre demande".into(),
                    ),
                    Outcome::Removed => say(
                        "The organiser has taken you off the list".into(),
                        "L'organisateur vous a retiré de la liste".into(),
                    ),
                };
                (event.as_str().to_owned(), body)
            }
            Self::Account { change: AccountChange::Password } => (
                say("Password changed".into(), "Mot de passe modifié".into()),
                say(
                    "Your other sessions have ended. If this was not you, get in touch".into(),
                    "Vos autres sessions sont terminées. Si ce n'était pas vous, contactez-nous".into(),
                ),
            ),
            Self::Announcement { text, .. } => {
                let Announced { title, body } = match language {
                    Language::En => &text.en,
                    Language::Fr => &text.fr,
                };
                (title.clone(), body.clone())
            }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn event() -> (EventId, Title) {
        (EventId(Uuid::nil()), Title::new("Jam").expect("a title"))
    }

    fn words(notice: &Notice, who: Option<&str>) -> [(String, String); 2] {
        [Language::En, Language::Fr].map(|language| notice.words(language, Quoted { who, said: None }))
    }

    fn pair(title: &str, body: &str) -> (String, String) {
        (title.to_owned(), body.to_owned())
    }

    #[test]
    fn what_happened_is_said_in_both_languages() {
        let (event_id, event) = event();
        let user_id = UserId(Uuid::nil());
        let joined = |status| Notice::ParticipantJoined { event_id, event: event.clone(), user_id, status };
        let decided = |outcome| Notice::Approval { event_id, event: event.clone(), outcome };
        let changed = |time, place| Notice::EventChanged { event_id, event: event.clone(), time, place };
        for (notice, en, fr) in [
            (joined(ParticipationStatus::Going), "Zoé takes part", "Zoé participe"),
            (
                joined(ParticipationStatus::Pending),
                "Zoé would like to take part: you decide",
                "Zoé souhaite participer : à vous de décider",
            ),
            (decided(Outcome::Going), "You are in", "Votre participation est acceptée"),
            (
                decided(Outcome::Removed),
                "The organiser has taken you off the list",
                "L'organisateur vous a retiré de la liste",
            ),
            (changed(true, false), "The time has changed", "L'heure a changé"),
            (changed(true, true), "Time and place have changed", "L'heure et le lieu ont changé"),
        ] {
            assert_eq!(words(&notice, Some("Zoé")), [pair("Jam", en), pair("Jam", fr)]);
            assert_eq!(notice.link(), format!("tunelink://events/{event_id}"));
        }
    }

    #[test]
    fn a_cancellation_says_why_if_anybody_said_so() {
        let (event_id, event) = event();
        let reason = Reason::new("Rain.");
        let cancelled = |reason| Notice::EventCancelled { event_id, event: event.clone(), reason };
        assert_eq!(
            words(&cancelled(reason), None),
            [pair("Cancelled: Jam", "Rain."), pair("Annulé : Jam", "Rain.")]
        );
        assert_eq!(words(&cancelled(None), None)[1].1, "L'événement est annulé");
    }

    #[test]
    fn messages_are_counted_and_quoted_if_their_reader_may_see_them() {
        let conversation_id = ConversationId(Uuid::nil());
        let messages = |count, conversation: Option<&str>| Notice::Message {
            conversation_id,
            conversation: conversation.map(ToOwned::to_owned),
            user_id: UserId(Uuid::nil()),
            seq: 7,
            count,
        };
        let said = |notice: Notice| {
            notice.words(Language::En, Quoted { who: Some("Zoé"), said: Some("Hello\nthere") })
        };
        assert_eq!(said(messages(1, None)), pair("Zoé", "Hello there"));
        assert_eq!(said(messages(3, Some("Trio"))), pair("Zoé · Trio (3)", "Hello there"));
        assert_eq!(words(&messages(1, None), None)[1], pair("Quelqu'un", "Nouveau message"));
        assert_eq!(messages(1, None).link(), format!("tunelink://conversations/{conversation_id}"));
    }

    #[test]
    fn an_excerpt_is_one_line_and_short() {
        assert_eq!(excerpt("One\n two\t three "), "One two three");
        let long = excerpt(&"é".repeat(500));
        assert_eq!(long.chars().count(), MAX_EXCERPT);
        assert!(long.ends_with('…'));
    }

    proptest! {
        #[test]
        fn an_id_has_the_time_of_its_fact_and_differs_by_fact_and_person(
            millis in 0..(1_i64 << 43), other in 0..(1_i64 << 43), fact: String, another: String, one: u128, two: u128,
        ) {
            let at = |millis| Timestamp::from_millisecond(millis).expect("a time");
            let (me, you) = (UserId(Uuid::from_u128(one)), UserId(Uuid::from_u128(two)));
            let id = NotificationId::of(me, &fact, at(millis));
            prop_assert_eq!(id, NotificationId::of(me, &fact, at(millis)));
            prop_assert_eq!(id.time(), at(millis));
            prop_assert_eq!(id.0.get_version_num(), 8);
            prop_assert_eq!(id == NotificationId::of(you, &fact, at(millis)), me == you);
            prop_assert_eq!(id == NotificationId::of(me, &another, at(millis)), fact == another);
            let later = NotificationId::of(you, &another, at(other));
            if millis < other {
                prop_assert!(id.to_string() < later.to_string(), "they sort by time");
            }
        }
    }
}
