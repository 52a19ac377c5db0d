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
    assert_eq!(schedule("2027-03-28T02:30", "2027-03-28T05:00", paris), fault(Code::TimeInGap, "starts_at"));
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
    for bad in [
        "2027-06-21T20:00",
        "2027-06-21T20:00:00",
        "2027-06-21T20:00Z",
        "2027-06-21T20:00:00+02",
        "2027-06-21T20:00:00+0200",
        "2027-06-21T20:00:00+02:00:00",
        "2027-06-21T20:00:00,5Z",
        "2027-06-21T20:00:00.Z",
        "2027-06-21T200000Z",
        "2027-06-21T20:00:00Zé",
    ] {
        assert!(Instant(bad.to_owned()).validate().is_err(), "{bad}");
    }
    for good in ["2027-06-21T20:00:00Z", "2027-06-21t20:00:00.123z", "2027-06-21T20:00:00-03:30"] {
        assert!(Instant(good.to_owned()).validate().is_ok(), "{good}");
    }
    assert_eq!(Instant("2027-06-21T20:00:00.9+02:00".to_owned()).at().to_string(), "2027-06-21T18:00:00Z");
}
