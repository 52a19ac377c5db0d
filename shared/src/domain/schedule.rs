//! When an event takes place: instants, and the zone in whose local time people think of them.

use garde::Validate;
use jiff::{
    SignedDuration, Timestamp, civil,
    tz::{AmbiguousOffset, TimeZone},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    error::{Code, FieldError},
    rules::broken,
};

/// A time zone by its IANA name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("example" = "Europe/Paris"))]
pub struct ZoneName(#[garde(length(chars, min = 1, max = 64), custom(known_zone))] String);

/// A point in time, kept to the second: RFC 3339 with its offset, or without one the local time of the event's
/// zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("example" = "2027-06-21T20:00:00"))]
pub struct EventTime(#[garde(length(chars, max = 40), custom(well_formed))] String);

/// An instant of RFC 3339, with its offset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("format" = "date-time", "example" = "2027-06-21T18:00:00Z"))]
pub struct Instant(#[garde(length(chars, max = 40), custom(with_offset))] String);

impl Instant {
    /// To the second, like the times of events.
    pub fn at(&self) -> Timestamp {
        let instant = self.precisely();
        Timestamp::from_second(instant.as_second()).unwrap_or(instant)
    }

    /// With its fraction of a second.
    pub fn precisely(&self) -> Timestamp {
        match parse(&self.0) {
            Some(Time::Instant(instant)) => instant,
            // It was checked.
            _ => Timestamp::UNIX_EPOCH,
        }
    }
}

/// From when to when, and in which zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub time_zone: ZoneName,
}

/// The longest event, in days.
const MAX_DAYS: i64 = 7;
/// How far ahead an event can begin, in days: two years.
const MAX_DAYS_AHEAD: i64 = 731;

impl Schedule {
    /// Reads both times in the zone. Fails with every field at fault: times that the zone's clocks skip or show
    /// twice, an end that is not after the start or more than seven days after it.
    pub fn new(starts: &EventTime, ends: &EventTime, zone: ZoneName) -> Result<Self, Vec<FieldError>> {
        let times = (starts.resolve(&zone, "starts_at"), ends.resolve(&zone, "ends_at"));
        let (starts_at, ends_at) = match times {
            (Ok(starts), Ok(ends)) => (starts, ends),
            (starts, ends) => return Err([starts.err(), ends.err()].into_iter().flatten().collect()),
        };
        if ends_at <= starts_at {
            return Err(vec![Code::EndsBeforeStart.at("ends_at")]);
        }
        if ends_at.duration_since(starts_at) > SignedDuration::from_hours(24 * MAX_DAYS) {
            return Err(vec![Code::LastsTooLong.at("ends_at").limit(MAX_DAYS)]);
        }
        Ok(Self { starts_at, ends_at, time_zone: zone })
    }

    /// Whether an event can be announced for this time: in the future, and two years ahead at most.
    pub fn announceable(&self, now: Timestamp) -> Result<(), FieldError> {
        if self.starts_at <= now {
            return Err(Code::StartsInThePast.at("starts_at"));
        }
        if self.starts_at.duration_since(now) > SignedDuration::from_hours(24 * MAX_DAYS_AHEAD) {
            return Err(Code::TooFarAhead.at("starts_at").limit(MAX_DAYS_AHEAD));
        }
        Ok(())
    }
}

impl ZoneName {
    /// `None` unless the database of time zones has it.
    pub fn new(name: &str) -> Option<Self> {
        let zone = Self(name.to_owned());
        zone.validate().is_ok().then_some(zone)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The zone's rules. A name from the table is known unless the database lost it; UTC then.
    pub fn rules(&self) -> TimeZone {
        TimeZone::get(&self.0).unwrap_or(TimeZone::UTC)
    }
}

impl EventTime {
    fn resolve(&self, zone: &ZoneName, field: &str) -> Result<Timestamp, FieldError> {
        let instant = match parse(&self.0) {
            Some(Time::Instant(instant)) => instant,
            Some(Time::Local(local)) => {
                let candidates = zone.rules().to_ambiguous_timestamp(local);
                match candidates.offset() {
                    AmbiguousOffset::Gap { .. } => return Err(Code::TimeInGap.at(field)),
                    AmbiguousOffset::Fold { .. } => return Err(Code::AmbiguousTime.at(field)),
                    AmbiguousOffset::Unambiguous { .. } => {}
                }
                candidates.unambiguous().map_err(|_| Code::InvalidFormat.at(field))?
            }
            None => return Err(Code::InvalidFormat.at(field)),
        };
        Timestamp::from_second(instant.as_second()).map_err(|_| Code::InvalidFormat.at(field))
    }
}

impl From<Timestamp> for EventTime {
    fn from(instant: Timestamp) -> Self {
        Self(instant.to_string())
    }
}

enum Time {
    Instant(Timestamp),
    Local(civil::DateTime),
}

fn parse(text: &str) -> Option<Time> {
    // Names in brackets (RFC 9557) would be a second place for the zone.
    let dashed = text.as_bytes().get(4) == Some(&b'-') && !text.contains(":60");
    if text.contains('[') || !dashed || !text.contains(['T', 't']) {
        return None;
    }
    let instant = text.parse().map(Time::Instant);
    instant.or_else(|_| text.parse().map(Time::Local)).ok()
}

fn well_formed(text: &str, (): &()) -> garde::Result {
    parse(text).map(|_| ()).ok_or_else(|| broken(Code::InvalidFormat))
}

fn with_offset(text: &str, (): &()) -> garde::Result {
    let is_instant = is_date_time(text) && matches!(parse(text), Some(Time::Instant(_)));
    if is_instant { Ok(()) } else { Err(broken(Code::InvalidFormat)) }
}

/// The form of RFC 3339 §5.6, which the document promises: what is parsed may be more of ISO 8601.
fn is_date_time(text: &str) -> bool {
    let has_form = |text: &str, form: &str| {
        let fits = |(given, form): (u8, u8)| match form {
            b'0' => given.is_ascii_digit(),
            form => given.eq_ignore_ascii_case(&form),
        };
        text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
    };
    let Some((time, rest)) = text.split_at_checked(19) else { return false };
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let offset = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) if digits(fraction) > 0 => &fraction[digits(fraction)..],
        Some(_) => return false,
    };
    has_form(time, "0000-00-00T00:00:00")
        && ["Z", "+00:00", "-00:00"].iter().any(|form| has_form(offset, form))
}

fn known_zone(name: &str, (): &()) -> garde::Result {
    match TimeZone::get(name) {
        // `Factory` is what a machine has whose zone nobody has set.
        Ok(zone) if zone.iana_name() == Some(name) && name != "Factory" => Ok(()),
        _ => Err(broken(Code::UnknownTimeZone)),
    }
}

#[cfg(test)]
mod tests;
