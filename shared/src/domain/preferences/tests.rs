use super::*;

fn hours(from: &str, to: &str) -> QuietHours {
    let time = |text: &str| LocalTime(text.to_owned());
    let time_zone = ZoneName::new("Europe/Paris").expect("a zone");
    QuietHours { from: time(from), to: time(to), time_zone }
}

fn at(instant: &str) -> Timestamp {
    instant.parse().expect("an instant")
}

#[test]
fn quiet_hours_go_over_midnight() {
    let night = hours("22:00", "07:30");
    for (instant, quiet) in [
        ("2027-01-15T20:59:59Z", false),
        ("2027-01-15T21:00:00Z", true),
        ("2027-01-15T23:30:00Z", true),
        ("2027-01-16T06:29:59Z", true),
        ("2027-01-16T06:30:00Z", false),
    ] {
        assert_eq!(night.are_at(at(instant)), quiet, "{instant}");
    }
    let noon = hours("12:00", "14:00");
    assert!(noon.are_at(at("2027-01-15T11:00:00Z")) && !noon.are_at(at("2027-01-15T13:00:00Z")));
    assert!(hours("09:00", "09:00").are_at(at("2027-01-15T20:00:00Z")), "all day");
}

/// In Paris it is 2:00 twice on 31 October 2027, and never on 28 March.
#[test]
fn quiet_hours_are_those_of_the_clocks_on_the_wall() {
    let early = hours("02:30", "03:00");
    for (instant, quiet) in [
        ("2027-10-31T00:29:00Z", false),
        ("2027-10-31T00:30:00Z", true),
        ("2027-10-31T01:00:00Z", false),
        ("2027-10-31T01:45:00Z", true),
        ("2027-10-31T02:00:00Z", false),
        ("2027-03-28T00:59:59Z", false),
        ("2027-03-28T01:00:00Z", false),
    ] {
        assert_eq!(early.are_at(at(instant)), quiet, "{instant}");
    }
    let summer = hours("22:00", "07:00");
    assert!(summer.are_at(at("2027-07-01T20:00:00Z")) && !summer.are_at(at("2027-01-01T20:00:00Z")));
}

#[test]
fn a_cancellation_always_arrives() {
    let off = Channels { in_app: false, push: false };
    let preferences = Preferences {
        message: off,
        account: Channels { in_app: false, push: true },
        event_cancelled: off,
        quiet_hours: Some(hours("00:00", "00:00")),
        ..Preferences::default()
    };
    let now = at("2027-01-15T20:00:00Z");
    for (r#type, way, pushes) in [
        (NoticeType::EventCancelled, Some(Way::Kept), true),
        (NoticeType::Message, None, false),
        (NoticeType::Account, Some(Way::Pushed), false),
        (NoticeType::Approval, Some(Way::Kept), false),
    ] {
        assert_eq!((preferences.way(r#type), preferences.pushes(r#type, now)), (way, pushes), "{type:?}");
    }
    let awake = Preferences { quiet_hours: None, ..preferences };
    assert!(awake.pushes(NoticeType::Approval, now) && awake.pushes(NoticeType::Account, now));
    assert!(!awake.pushes(NoticeType::Message, now));
}

#[test]
fn a_time_of_day_has_hours_and_minutes() {
    for good in ["00:00", "23:59", "07:30"] {
        assert!(LocalTime(good.to_owned()).validate().is_ok(), "{good}");
    }
    for bad in ["24:00", "7:30", "07:60", "07:3", "0730", "+7:30", "07:30:00", "", "é7:30"] {
        assert!(LocalTime(bad.to_owned()).validate().is_err(), "{bad}");
    }
}
