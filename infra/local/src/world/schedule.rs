use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use tunelink::domain::{EventType, Schedule, ZoneName};

use super::draw::Draw;
use crate::error::{Error, Result};

/// How many of the events are to come.
const UPCOMING: f64 = 0.25;
/// Events begin over a year, in the same density before and after the present.
const DAYS_BACK: i64 = 274;
const DAYS_AHEAD: i64 = 91;

const DAY: i64 = 24 * 60 * 60;

/// When an event takes place: on an evening or a weekend of its zone, at a quarter of an hour.
pub(super) fn draw(draw: &mut Draw, kind: EventType, zone: &TimeZone, now: Timestamp) -> Result<Schedule> {
    let upcoming = draw.chance(UPCOMING);
    let about = if upcoming {
        draw.moment(now, 0..=DAYS_AHEAD * DAY)
    } else {
        draw.moment(now, -DAYS_BACK * DAY..=0)
    };
    let date = preferred(draw, about.to_zoned(zone.clone()).date());
    let afternoon = matches!(kind, EventType::Workshop) || draw.chance(0.4);
    let quarters = if is_weekend(date) && afternoon { 10 * 4..=17 * 4 } else { 18 * 4..=21 * 4 + 3 };
    let quarter: i8 = draw.within(quarters);
    let mut starts_at = local(date, quarter, zone)?;
    // The day may be the present one, and its evening before or after the present.
    if (starts_at > now) != upcoming {
        starts_at = local(plus(date, if upcoming { 7 } else { -7 })?, quarter, zone)?;
    }
    let ends_at = if matches!(kind, EventType::Workshop) && draw.chance(0.08) {
        last_day(draw, starts_at, zone)?
    } else {
        let minutes: i64 = 15 * draw.within(4..=20);
        Timestamp::from_second(starts_at.as_second() + 60 * minutes).map_err(unusable)?
    };
    let name = zone.iana_name().and_then(ZoneName::new);
    let time_zone = name.ok_or_else(|| Error::World("a zone without a name".to_owned()))?;
    Ok(Schedule { starts_at, ends_at, time_zone })
}

/// The day itself, or one of the next weekend.
fn preferred(draw: &mut Draw, date: Date) -> Date {
    let weekday = date.weekday().to_monday_zero_offset();
    if weekday <= Weekday::Thursday.to_monday_zero_offset() && draw.chance(0.55) {
        let target: i8 = draw.within(Weekday::Friday.to_monday_zero_offset()..=6);
        return plus(date, i64::from(target - weekday)).unwrap_or(date);
    }
    date
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The evening after some nights.
fn last_day(draw: &mut Draw, starts_at: Timestamp, zone: &TimeZone) -> Result<Timestamp> {
    let date = starts_at.to_zoned(zone.clone()).date();
    local(plus(date, draw.within(1..=4))?, draw.within(16 * 4..=18 * 4), zone)
}

fn local(date: Date, quarter: i8, zone: &TimeZone) -> Result<Timestamp> {
    let time = date.at(quarter / 4, quarter % 4 * 15, 0, 0);
    zone.to_timestamp(time).map_err(unusable)
}

fn plus(date: Date, days: i64) -> Result<Date> {
    date.checked_add(Span::new().days(days)).map_err(unusable)
}

fn unusable(cause: jiff::Error) -> Error {
    Error::World(cause.to_string())
}
