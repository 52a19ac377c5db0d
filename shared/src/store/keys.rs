//! The only place that spells a key. `docs/DATA-MODEL.md` has the table of them all.

mod row;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use crate::{
    domain::{
        CatalogueKind, ConnectionId, ConversationId, EventId, EventType, NotificationId, Platform,
        PushDeviceId, PushToken, SessionId, Slug, UserId,
    },
    encoding::sha256,
    geo::Cell,
};

pub(super) use self::row::Row;

/// Partition and sort key of an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
pub struct Key {
    pub pk: String,
    pub sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    /// An item that has its partition to itself.
    fn alone(pk: String) -> Self {
        Self { sk: pk.clone(), pk }
    }

    /// That of an item.
    pub(super) fn of(item: &HashMap<String, AttributeValue>) -> Option<Self> {
        let text = |name| item.get(name)?.as_s().ok().cloned();
        Some(Self { pk: text("pk")?, sk: text("sk")? })
    }

    pub(super) fn attributes(&self) -> [(String, AttributeValue); 2] {
        [
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ]
    }
}

/// The kinds of items whose changes mean something beyond themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemKind {
    Event,
    Seats,
    Participant,
    Departure,
    Message,
    Later,
    Member,
    Session,
    Connection,
    Device,
    Notification,
    Push,
    Job,
    Erasure,
}

impl Key {
    /// Of what kind the item is, if its changes mean something.
    pub fn kind(&self) -> Option<ItemKind> {
        let begins = |prefix: &str| self.sk.starts_with(prefix);
        Some(match self.pk.split('#').next().unwrap_or_default() {
            "E" if self.sk == EVENT => ItemKind::Event,
            "E" if self.sk == SEATS => ItemKind::Seats,
            "E" if begins(PARTICIPANT) => ItemKind::Participant,
            "E" if begins(DEPARTURE) => ItemKind::Departure,
            "C" if begins(MESSAGE) => ItemKind::Message,
            "C" if begins(LATER) => ItemKind::Later,
            "C" if begins(MEMBER) => ItemKind::Member,
            "U" if begins(SESSION) => ItemKind::Session,
            "U" if begins(DEVICE) => ItemKind::Device,
            "U" if begins(NOTIFICATION) => ItemKind::Notification,
            "U" if begins(PUSH) => ItemKind::Push,
            "CONNECTION" => ItemKind::Connection,
            "JOB" => ItemKind::Job,
            ERASURES => ItemKind::Erasure,
            _ => return None,
        })
    }
}

impl Key {
    /// The event whose item it is.
    pub fn event(&self) -> Option<EventId> {
        self.pk.strip_prefix("E#")?.parse().ok().map(EventId)
    }
}

/// The partition of everything that is one person's.
pub fn user(id: UserId) -> String {
    format!("U#{id}")
}

pub fn profile(id: UserId) -> Key {
    Key::new(user(id), "PROFILE")
}

/// Apart from all else that is the person's: so only the functions that look at passwords have the right to read it.
pub fn credential(id: UserId) -> Key {
    Key::alone(format!("CREDENTIAL#{id}"))
}

/// `name` in its canonical form.
pub fn username(name: &str) -> Key {
    Key::alone(format!("USERNAME#{name}"))
}

/// `address` in its canonical form.
pub fn email(address: &str) -> Key {
    Key::alone(format!("EMAIL#{address}"))
}

pub const SESSION: &str = "SESSION#";

pub fn session(user_id: UserId, id: SessionId) -> Key {
    Key::new(user(user_id), format!("{SESSION}{id}"))
}

pub const BLOCK: &str = "BLOCK#";

pub fn block(blocker: UserId, blocked: UserId) -> Key {
    Key::new(user(blocker), format!("{BLOCK}{blocked}"))
}

/// In `related`: who has blocked this person.
pub fn blockers_of(blocked: UserId) -> String {
    format!("U#{blocked}#BLOCKERS")
}

/// An instrument that a person plays, or a genre that they like.
pub fn taste(user_id: UserId, kind: CatalogueKind, id: &Slug) -> Key {
    Key::new(user(user_id), format!("{}{id}", prefix(kind)))
}

/// What the sort keys of a kind begin with, in a person's partition and in the catalogue's.
pub const fn prefix(kind: CatalogueKind) -> &'static str {
    match kind {
        CatalogueKind::Instrument => "INSTRUMENT#",
        CatalogueKind::Genre => "GENRE#",
    }
}

/// In `related`: who plays this instrument or likes this genre.
pub fn users_of(kind: CatalogueKind, id: &Slug) -> String {
    format!("{}{id}", prefix(kind))
}

/// In `near`: who plays this instrument, or any, in the coarsest cell of the grid that this one is in.
pub fn near(instrument: Option<&Slug>, cell: &Cell) -> String {
    let coarsest = cell.key().get(..Cell::COARSEST).unwrap_or(cell.key());
    format!("N#{}#{coarsest}", instrument.map_or("*", Slug::as_str))
}

/// Where in its cell of `near` a person is: every prefix of the geohash is a smaller cell.
pub fn near_entry(geohash: &str, user_id: UserId) -> String {
    format!("{geohash}#{user_id}")
}

/// The partition of everything that belongs to one event.
pub fn event_partition(id: EventId) -> String {
    format!("E#{id}")
}

/// What the sort keys of the event itself, its text and its seats begin with: one query reads all three.
pub const EVENT: &str = "EVENT";

const SEATS: &str = "EVENT#SEATS";

pub fn event(id: EventId) -> Key {
    Key::new(event_partition(id), EVENT)
}

pub fn event_seats(id: EventId) -> Key {
    Key::new(event_partition(id), SEATS)
}

pub fn event_text(id: EventId) -> Key {
    Key::new(event_partition(id), format!("{EVENT}#TEXT"))
}

/// That an event wants an instrument.
pub fn slot(event: EventId, instrument: &Slug) -> Key {
    Key::new(event_partition(event), format!("SLOT#{instrument}"))
}

pub const PARTICIPANT: &str = "PARTICIPANT#";

pub fn participant(event: EventId, user: UserId) -> Key {
    Key::new(event_partition(event), format!("{PARTICIPANT}{user}"))
}

/// What the sort keys of those who wait for an instrument begin with, in the order in which they came.
pub fn waiting_for(instrument: &Slug) -> String {
    format!("WAITING#{instrument}#")
}

/// The place of somebody who waits for an instrument since then.
pub fn waiting(event: EventId, instrument: &Slug, since: Timestamp, user: UserId) -> Key {
    Key::new(event_partition(event), format!("{}{since:.3}#{user}", waiting_for(instrument)))
}

pub const DEPARTURE: &str = "LEFT#";

/// That somebody who signed up at this time takes part no more.
pub fn departure(event: EventId, user: UserId, joined_at: Timestamp) -> Key {
    Key::new(event_partition(event), format!("{DEPARTURE}{user}#{joined_at:.3}"))
}

/// In `related`: the events that somebody organises or takes part in.
pub fn events_of(user: UserId) -> String {
    format!("U#{user}#EVENTS")
}

/// In `geo3` … `geo6`: the listed events in a cell of the grid.
pub fn events_in(cell: &str) -> String {
    format!("E#{cell}")
}

/// In `calendar`: the listed events of a type that begin in a month of UTC, as `2027-06`.
pub fn events_in_month(kind: EventType, month: &str) -> String {
    format!("E#{}#{month}", kind.as_str())
}

/// The sort key of events in the indexes by place and by month.
pub fn starts(at: Timestamp, id: EventId) -> String {
    format!("{at:.0}#{id}")
}

/// The partition of everything that belongs to one conversation.
pub fn conversation_partition(id: ConversationId) -> String {
    format!("C#{id}")
}

pub fn conversation(id: ConversationId) -> Key {
    Key::new(conversation_partition(id), "CONVERSATION")
}

pub const MEMBER: &str = "MEMBER#";

pub fn member(conversation: ConversationId, user: UserId) -> Key {
    Key::new(conversation_partition(conversation), format!("{MEMBER}{user}"))
}

/// In `related`: the conversations that somebody takes part in.
pub fn conversations_of(user: UserId) -> String {
    format!("U#{user}#CONVERSATIONS")
}

/// In `related`: the conversations that somebody has left.
pub fn conversations_left_by(user: UserId) -> String {
    format!("U#{user}#LEFT")
}

pub const MESSAGE: &str = "M#";

/// The greatest number that a message can have and be sorted by it.
pub const LAST_MESSAGE: u64 = 9_999_999_999;

/// The message with this number, which counts from 1.
pub fn message(conversation: ConversationId, seq: u64) -> Key {
    Key::new(conversation_partition(conversation), format!("{MESSAGE}{seq:010}"))
}

pub const LATER: &str = "X#";

/// The change of a conversation with this number, which counts from 1: what happened beside new messages.
pub fn later(conversation: ConversationId, number: u64) -> Key {
    Key::new(conversation_partition(conversation), format!("{LATER}{number:010}"))
}

const CLIENT: &str = "CLIENT#";

/// What the keys of all messages begin with that somebody sent in a conversation.
pub fn sent_by(user: UserId) -> String {
    format!("{CLIENT}{user}#")
}

/// The message that a sender gave this id.
pub fn client_message(conversation: ConversationId, sender: UserId, id: &str) -> Key {
    Key::new(conversation_partition(conversation), format!("{}{id}", sent_by(sender)))
}

/// The one direct conversation of two people, in whichever order they are named.
pub fn direct(one: UserId, other: UserId) -> Key {
    Key::alone(format!("DIRECT#{}#{}", one.min(other), one.max(other)))
}

pub const CONNECTION: &str = "CONNECTION#";

pub fn connection(id: &ConnectionId) -> Key {
    Key::alone(format!("{CONNECTION}{}", id.as_str()))
}

/// The same socket among its person's.
pub fn connection_of(user_id: UserId, id: &ConnectionId) -> Key {
    Key::new(user(user_id), format!("{CONNECTION}{}", id.as_str()))
}

/// A ticket for a socket, by its hash.
pub fn ticket(hash: &str) -> Key {
    Key::alone(format!("TICKET#{hash}"))
}

pub const DEVICE: &str = "DEVICE#";

/// A device to which pushes go.
pub fn device(user_id: UserId, id: PushDeviceId) -> Key {
    Key::new(user(user_id), format!("{DEVICE}{id}"))
}

/// Counts the changes of a person's list of devices.
pub fn devices(user_id: UserId) -> Key {
    Key::new(user(user_id), "DEVICES")
}

/// Whose a token of a push service is.
pub fn push_token(platform: Platform, token: &PushToken) -> Key {
    let about = format!("{} {}", platform.as_str(), token.as_str());
    Key::alone(format!("DEVICE_TOKEN#{}", sha256(about.as_bytes())))
}

/// Who is registering the token at the moment.
pub fn push_token_claim(platform: Platform, token: &PushToken) -> Key {
    Key::new(push_token(platform, token).pk, "CLAIM")
}

pub fn preferences(user_id: UserId) -> Key {
    Key::new(user(user_id), "PREFERENCES")
}

pub const NOTIFICATION: &str = "N#";

/// A notification; its id begins with its time.
pub fn notification(to: UserId, id: NotificationId) -> Key {
    Key::new(user(to), format!("{NOTIFICATION}{id}"))
}

pub const PUSH: &str = "P#";

/// A notification that goes to the phone alone.
pub fn push(to: UserId, id: NotificationId) -> Key {
    Key::new(user(to), format!("{PUSH}{id}"))
}

/// In `related`: the notifications that somebody has not read.
pub fn unread_by(user: UserId) -> String {
    format!("U#{user}#UNREAD")
}

pub const JOB: &str = "JOB#";

/// A part of what is done for many people; `name` says of which fact, and which part.
pub fn job(name: &str) -> Key {
    Key::alone(format!("{JOB}{}", sha256(name.as_bytes())))
}

pub const CATALOGUE: &str = "CATALOGUE";

pub fn catalogue(kind: CatalogueKind, id: &Slug) -> Key {
    Key::new(CATALOGUE, format!("{}{id}", prefix(kind)))
}

/// Remembers which entries the catalogue was seeded with.
pub fn seeded() -> Key {
    Key::new(CATALOGUE, "SEEDED")
}

/// The record of an idempotency key, by the hash of the key.
pub fn once(owner: UserId, hash: &str) -> Key {
    Key::new(user(owner), format!("ONCE#{hash}"))
}

/// A bucket of attempts. What it is about is hashed: it may be an address or somebody's guess at a name.
pub fn throttle(about: &str) -> Key {
    Key::alone(format!("THROTTLE#{}", sha256(about.as_bytes())))
}

pub const ERASURES: &str = "ERASURE";

/// An account that is to be erased, at once or when its owner has been away for long enough.
pub fn erasure(id: UserId) -> Key {
    Key::new(ERASURES, user(id))
}

/// How much of a generated world is there.
pub fn world(seed: u64) -> Key {
    Key::alone(format!("WORLD#{seed}"))
}
