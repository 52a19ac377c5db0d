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
    if matches!(parse(text), Some(Time::Instant(_))) { Ok(()) } else { Err(broken(Code::InvalidFormat)) }
}

fn known_zone(name: &str, (): &()) -> garde::Result {
    match TimeZone::get(name) {
        // `Factory` is what a machine has whose zone nobody has set.
        Ok(zone) if zone.iana_name() == Some(name) && name != "Factory" => Ok(()),
        _ => Err(broken(Code::UnknownTimeZone)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> EventTime {
        let time = EventTime(text.to_owned());
        assert!(time.validate().is_ok(), "{text}");
        time
    }

    fn schedule(starts: &str, ends: &str, zone: &str) -> Result<(String, String), Vec<(Code, String)>> {
        Schedule::new(&time(starts), &time(ends), ZoneName::new(zone).unwrap())
            .map(|s| (s.starts_at.to_string(), s.ends_at.to_string()))
            .map_err(|faults| faults.into_iter().map(|fault| (fault.code, fault.field)).collect())
    }

    #[test]
    fn a_time_without_an_offset_is_local_time_of_the_zone() {
        let both = |starts: &str| schedule(starts, "2027-06-22T00:30:00Z", "Europe/Paris").unwrap().0;
        assert_eq!(both("2027-06-21T20:00"), "2027-06-21T18:00:00Z");
        assert_eq!(both("2027-06-21T20:00:00.75"), "2027-06-21T18:00:00Z");
        assert_eq!(both("2027-06-21T20:00:00-04:00"), "2027-06-22T00:00:00Z");
    }

    #[test]
    fn the_clock_change_leaves_no_doubt() {
        let fault = |code, field: &str| Err(vec![(code, field.to_owned())]);
        let paris = "Europe/Paris";
        assert_eq!(
            schedule("2027-03-28T02:30", "2027-03-28T05:00", paris),
            fault(Code::TimeInGap, "starts_at")
        );
        assert_eq!(
            schedule("2027-10-30T22:00", "2027-10-31T02:30", paris),
            fault(Code::AmbiguousTime, "ends_at")
        );
        assert!(schedule("2027-10-30T22:00", "2027-10-31T02:30+01:00", paris).is_ok());
        let both = schedule("2027-03-28T02:10", "2027-03-28T02:30", paris).unwrap_err();
        assert_eq!(both.len(), 2);
    }

    #[test]
    fn an_end_follows_its_start_within_seven_days() {
        let ends = |ends: &str| schedule("2027-06-21T20:00:00Z", ends, "UTC").map_err(|f| f[0].0);
        assert_eq!(ends("2027-06-21T20:00:00Z"), Err(Code::EndsBeforeStart));
        assert_eq!(ends("2027-06-21T19:00:00Z"), Err(Code::EndsBeforeStart));
        assert!(ends("2027-06-28T20:00:00Z").is_ok());
        assert_eq!(ends("2027-06-28T20:00:01Z"), Err(Code::LastsTooLong));
    }

    #[test]
    fn events_are_announced_for_the_next_two_years() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let at = |starts: &str| {
            let schedule =
                Schedule::new(&time(starts), &time("2028-11-25T00:00Z"), ZoneName::new("UTC").unwrap());
            let starts_at = starts.parse().unwrap();
            let schedule = schedule.unwrap_or(Schedule {
                starts_at,
                ends_at: starts_at,
                time_zone: ZoneName::new("UTC").unwrap(),
            });
            schedule.announceable(now).map_err(|fault| fault.code)
        };
        assert_eq!(at("2026-11-22T12:00:00Z"), Err(Code::StartsInThePast));
        assert_eq!(at("2026-11-22T12:00:01Z"), Ok(()));
        assert_eq!(at("2028-11-22T12:00:00Z"), Ok(()));
        assert_eq!(at("2028-11-23T12:00:00Z"), Err(Code::TooFarAhead));
    }

    #[test]
    fn only_names_of_zones_name_a_zone() {
        for good in ["Europe/Paris", "UTC", "America/Argentina/Buenos_Aires"] {
            assert!(ZoneName::new(good).is_some(), "{good}");
        }
        for bad in ["", "Europe/Lyon", "+01:00", "europe/paris", "../Paris", "CEST5", "Factory"] {
            assert!(ZoneName::new(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn only_times_are_times() {
        for bad in [
            "",
            "20270621T180000Z",
            "2027-06-21T18:00:60Z",
            "tomorrow",
            "2027-06-21",
            "20:00",
            "2027-13-01T00:00",
            "2027-06-21T20:00[Europe/Paris]",
        ] {
            assert!(EventTime(bad.to_owned()).validate().is_err(), "{bad}");
            assert!(Instant(bad.to_owned()).validate().is_err(), "{bad}");
        }
        assert!(Instant("2027-06-21T20:00".to_owned()).validate().is_err());
        assert_eq!(
            Instant("2027-06-21T20:00:00.9+02:00".to_owned()).at().to_string(),
            "2027-06-21T18:00:00Z"
        );
    }
}
