//! By which ways people want to be told of what, and when they want to be left alone.

use garde::Validate;
use jiff::{Timestamp, civil};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{NoticeType, ZoneName};
use crate::{
    error::{Code, Error, Result},
    input::{Patch, Replace},
    rules::broken,
};

/// The ways in which notifications of a type arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Channels {
    /// In the list of notifications, and over open sockets
    pub in_app: bool,
    /// On the phone
    pub push: bool,
}

impl Default for Channels {
    fn default() -> Self {
        Self { in_app: true, push: true }
    }
}

/// What becomes of a notice to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// It is in their list.
    Kept,
    /// It goes to their phones and is kept nowhere.
    Pushed,
}

/// A time of day, `HH:MM`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("pattern" = "^([01][0-9]|2[0-3]):[0-5][0-9]$", "example" = "22:00"))]
pub struct LocalTime(#[garde(length(chars, max = 5), custom(well_formed))] String);

/// When phones stay silent, in the local time of a zone: from the one until before the other, over midnight if need
/// be; all day if they are the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct QuietHours {
    pub from: LocalTime,
    pub to: LocalTime,
    pub time_zone: ZoneName,
}

/// A merge patch of [`QuietHours`]; what is not there yet has to be given.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct QuietHoursChanges {
    #[garde(dive)]
    from: Replace<LocalTime>,
    #[garde(dive)]
    to: Replace<LocalTime>,
    /// An IANA time zone
    #[garde(dive)]
    time_zone: Replace<ZoneName>,
}

/// A merge patch of [`Channels`]; null is the default, yes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct ChannelsChanges {
    #[garde(skip)]
    in_app: Patch<bool>,
    #[garde(skip)]
    push: Patch<bool>,
}

macro_rules! preferences {
    ($($(#[$doc:meta])* $name:ident $type:ident;)*) => {
        /// How somebody wants to be told of what.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(default)]
        #[schemars(deny_unknown_fields)]
        pub struct Preferences {
            $($(#[$doc])* pub $name: Channels,)*
            /// When nothing goes to the phone but that an event is cancelled
            pub quiet_hours: Option<QuietHours>,
        }

        /// A merge patch (RFC 7396): what is absent stays, what is null is as it was in the beginning.
        #[derive(Clone, Debug, Default, Deserialize, JsonSchema, Validate)]
        #[serde(deny_unknown_fields, default)]
        #[schemars(extend("example" = {
            "message": { "push": false },
            "quiet_hours": { "from": "22:00", "to": "07:30", "time_zone": "Europe/Paris" }
        }))]
        pub struct PreferencesChanges {
            $($(#[$doc])* #[garde(dive)] $name: Patch<ChannelsChanges>,)*
            #[garde(dive)]
            quiet_hours: Patch<QuietHoursChanges>,
        }

        impl Preferences {
            /// As they are set for a type.
            const fn channels(&self, r#type: NoticeType) -> Channels {
                match r#type {
                    $(NoticeType::$type => self.$name,)*
                }
            }
        }

        impl PreferencesChanges {
            /// Makes the changes.
            pub fn apply(self, to: &mut Preferences) -> Result<()> {
                $(self.$name.apply_to(&mut to.$name);)*
                match self.quiet_hours {
                    Patch::Keep => {}
                    Patch::Clear => to.quiet_hours = None,
                    Patch::Set(changes) => to.quiet_hours = Some(changes.apply(to.quiet_hours.take())?),
                }
                Ok(())
            }
        }
    };
}

preferences! {
    message Message;
    event_changed EventChanged;
    /// Arrives by every way, whatever is said here
    event_cancelled EventCancelled;
    participant_joined ParticipantJoined;
    participant_left ParticipantLeft;
    waiting_promoted WaitingPromoted;
    approval Approval;
    account Account;
    announcement Announcement;
}

impl Preferences {
    /// What becomes of a notice of this type; `None` when it is not wanted at all.
    pub fn way(&self, r#type: NoticeType) -> Option<Way> {
        let Channels { in_app, push } = self.channels(r#type);
        if in_app || must_pass(r#type) { Some(Way::Kept) } else { push.then_some(Way::Pushed) }
    }

    /// Whether a notice of this type goes to the phone at this moment.
    pub fn pushes(&self, r#type: NoticeType, now: Timestamp) -> bool {
        let quiet = || self.quiet_hours.as_ref().is_some_and(|hours| hours.are_at(now));
        must_pass(r#type) || self.channels(r#type).push && !quiet()
    }
}

/// Whoever sets out for an event that is off has to be told.
fn must_pass(r#type: NoticeType) -> bool {
    r#type == NoticeType::EventCancelled
}

impl QuietHours {
    /// An instant has one local time, whatever the zone's clocks do that day.
    fn are_at(&self, now: Timestamp) -> bool {
        let time = now.to_zoned(self.time_zone.rules()).time();
        let (from, to) = (self.from.time(), self.to.time());
        if from < to { (from..to).contains(&time) } else { time >= from || time < to }
    }
}

impl QuietHoursChanges {
    fn apply(self, before: Option<QuietHours>) -> Result<QuietHours> {
        let (from, to, time_zone) = match before {
            Some(QuietHours { from, to, time_zone }) => (Some(from), Some(to), Some(time_zone)),
            None => (None, None, None),
        };
        let mut missing = Vec::new();
        let from = given(self.from, from).or_else(|| note(&mut missing, "from"));
        let to = given(self.to, to).or_else(|| note(&mut missing, "to"));
        let time_zone = given(self.time_zone, time_zone).or_else(|| note(&mut missing, "time_zone"));
        if let (Some(from), Some(to), Some(time_zone)) = (from, to, time_zone) {
            return Ok(QuietHours { from, to, time_zone });
        }
        let missing = missing.into_iter().map(|name| Code::Missing.at(format!("quiet_hours.{name}")));
        Err(Error::invalid(missing.collect()))
    }
}

fn given<T>(change: Replace<T>, before: Option<T>) -> Option<T> {
    match change.0 {
        Patch::Set(value) => Some(value),
        Patch::Keep | Patch::Clear => before,
    }
}

fn note<T>(missing: &mut Vec<&'static str>, name: &'static str) -> Option<T> {
    missing.push(name);
    None
}

impl Patch<ChannelsChanges> {
    fn apply_to(self, to: &mut Channels) {
        match self {
            Self::Keep => {}
            Self::Clear => *to = Channels::default(),
            Self::Set(changes) => {
                set(changes.in_app, &mut to.in_app);
                set(changes.push, &mut to.push);
            }
        }
    }
}

fn set(change: Patch<bool>, to: &mut bool) {
    match change {
        Patch::Keep => {}
        Patch::Clear => *to = true,
        Patch::Set(value) => *to = value,
    }
}

impl LocalTime {
    fn time(&self) -> civil::Time {
        // It was checked.
        parse(&self.0).unwrap_or_default()
    }
}

fn parse(text: &str) -> Option<civil::Time> {
    let (hour, minute) = text.split_once(':')?;
    let two = |digits: &str| digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
    if !two(hour) || !two(minute) {
        return None;
    }
    civil::Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

fn well_formed(text: &str, (): &()) -> garde::Result {
    parse(text).map(|_| ()).ok_or_else(|| broken(Code::InvalidFormat))
}

#[cfg(test)]
mod tests;
