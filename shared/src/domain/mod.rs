//! Rules on plain types: no AWS, no HTTP, no clock.

mod account;
mod catalogue;
mod connection;
mod conversation;
mod device;
mod event;
mod home;
mod notification;
mod participation;
mod preferences;
mod profile;
mod schedule;
pub mod seats;
mod selection;
mod session;
mod slug;
mod text;

pub use self::{
    account::{Email, Identifier, Password, Username, canonical},
    catalogue::{
        CatalogueKind, Category, Genre, Icon, Instrument, Level, LevelOfPlay, LikedGenre, Names, SearchText,
        UserOfEntry,
    },
    connection::ConnectionId,
    conversation::{
        ClientMessageId, Conversation, ConversationKind, EDITABLE, GroupTitle, Happening, Later, LaterView,
        MAX_FOUNDERS, MAX_MEMBERS, MemberRole, Membership, Message, MessageText, MessageView,
    },
    device::{Device, DeviceView, Platform, PushToken},
    event::{
        Address, Cancellation, Capacity, City, Event, EventCard, EventDetails, EventStatus, EventText,
        EventType, Organiser, Place, Reason, SeatsView, SlotsView, Title, Visibility, Wanted, degrees,
        degrees_east,
    },
    home::Home,
    notification::{
        AccountChange, Announced, Bilingual, Notice, NoticeType, NotificationView, Outcome, Quoted, Times,
    },
    participation::{Participation, ParticipationStatus, ParticipationView},
    preferences::{
        Channels, ChannelsChanges, LocalTime, Preferences, PreferencesChanges, QuietHours, QuietHoursChanges,
        Way,
    },
    profile::{AccountStatus, Bio, DisplayName, MyProfile, NearbyUser, PhotoUrl, Profile, PublicProfile},
    schedule::{EventTime, Instant, Schedule, ZoneName},
    seats::{Seats, Slots},
    selection::{EventSummary, FoundEvent, Selection},
    session::{DeviceName, Role, Session, Tokens},
    slug::Slug,
};

/// The most instruments, and the most genres, that one person can list.
pub const MAX_TASTES: u32 = 20;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $name(pub uuid::Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

id! {
    /// A person's id (UUIDv7).
    UserId;
    /// A music event's id (UUIDv7).
    EventId;
    /// A session's id (UUIDv7).
    SessionId;
    /// What a device proof names (UUIDv7).
    DeviceId;
    /// What an app calls itself on the device that it runs on (any UUID).
    PushDeviceId;
    /// A conversation's id (UUIDv7). The conversation of an event has the event's.
    ConversationId;
    /// A notification's id (`UUIDv8`: the time of what it tells, and a hash of it).
    NotificationId;
}
