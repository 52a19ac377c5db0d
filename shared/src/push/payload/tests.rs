use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const APNS: &str = "arn:aws:sns:eu-west-3:123456789012:app/APNS/tunelink";
const SANDBOX: &str = "arn:aws:sns:eu-west-3:123456789012:app/APNS_SANDBOX/tunelink";
const GCM: &str = "arn:aws:sns:eu-west-3:123456789012:app/GCM/tunelink";
const TO: UserId = UserId(Uuid::nil());

fn push(title: &str, body: &str) -> Push {
    Push {
        title: title.to_owned(),
        body: body.to_owned(),
        badge: 3,
        collapse_id: "01990000-0000-8000-8000-000000000001".to_owned(),
        thread: Some("trio".to_owned()),
        link: "tunelink://conversations/01990000-0000-7000-8000-000000000002".to_owned(),
    }
}

/// The part for one platform, as it is sent and as it reads.
fn part(payload: &Payload, key: &str) -> (String, Value) {
    let message: Value = serde_json::from_str(&payload.message).unwrap();
    let text = message[key].as_str().unwrap().to_owned();
    let value = serde_json::from_str(&text).unwrap();
    (text, value)
}

#[test]
fn apple_gets_what_it_asks_for() {
    let push = push("Zoé", "On répète à 8 h ? 🎸");
    let payload = payload(&push, TO, Platform::Ios, APNS);
    let expected = json!({
        "aps": {
            "alert": { "title": "Zoé", "body": "On répète à 8 h ? 🎸" },
            "badge": 3,
            "sound": "default",
            "thread-id": "trio",
        },
        "link": push.link,
        "to": TO,
    });
    assert_eq!(part(&payload, "APNS").1, expected);
    let message: Value = serde_json::from_str(&payload.message).unwrap();
    assert_eq!(message.as_object().unwrap().keys().collect::<Vec<_>>(), ["APNS", "default"]);
    assert_eq!(
        payload.attributes,
        [
            ("AWS.SNS.MOBILE.APNS.COLLAPSE_ID", push.collapse_id.clone()),
            ("AWS.SNS.MOBILE.APNS.PUSH_TYPE", "alert".to_owned()),
            ("AWS.SNS.MOBILE.APNS.PRIORITY", "10".to_owned()),
            ("AWS.SNS.MOBILE.APNS.TTL", "86400".to_owned()),
        ]
    );
}

#[test]
fn apps_in_development_have_an_application_of_their_own() {
    let payload = payload(&Push { thread: None, ..push("A", "B") }, TO, Platform::Ios, SANDBOX);
    assert_eq!(part(&payload, "APNS_SANDBOX").1["aps"].get("thread-id"), None);
    assert!(payload.attributes.contains(&("AWS.SNS.MOBILE.APNS_SANDBOX.TTL", "86400".to_owned())));
}

#[test]
fn google_gets_what_it_asks_for() {
    let push = push("Zoé", "On répète ?");
    let payload = payload(&push, TO, Platform::Android, GCM);
    let expected = json!({ "fcmV1Message": { "message": {
        "notification": { "title": "Zoé", "body": "On répète ?" },
        "data": { "link": push.link, "to": TO, "thread": "trio" },
        "android": {
            "collapse_key": push.collapse_id,
            "priority": "HIGH",
            "ttl": "86400s",
            "notification": { "tag": push.collapse_id, "notification_count": 3, "sound": "default" },
        },
    } } });
    assert_eq!(part(&payload, "GCM").1, expected);
    assert_eq!(payload.attributes, []);
}

#[test]
fn a_collapse_id_has_room_at_apple() {
    let long = Push { collapse_id: "é".repeat(33), ..push("A", "B") };
    let id = &payload(&long, TO, Platform::Ios, APNS).attributes[0].1;
    assert!((32..=64).contains(&id.len()), "{id}");
    let other = Push { collapse_id: "é".repeat(34), ..long };
    assert_ne!(&payload(&other, TO, Platform::Ios, APNS).attributes[0].1, id);
}

#[test]
fn what_is_cut_off_ends_in_an_ellipsis_and_joins_nothing() {
    for (text, most, expected) in [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("ab cd", 4, "ab…"),
        ("👩\u{200d}🎤 sings", 3, "👩…"),
        ("🎸🎸🎸", 2, "🎸…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ] {
        assert_eq!(shortened(text, most), expected, "{text:?} {most}");
    }
}

fn body_of(platform: Platform, part: &Value) -> &Value {
    match platform {
        Platform::Ios => &part["aps"]["alert"]["body"],
        Platform::Android => &part["fcmV1Message"]["message"]["notification"]["body"],
    }
}

/// The bytes that the platform counts, and the body.
fn sent(platform: Platform, push: &Push) -> (usize, String) {
    let (application, key) = match platform {
        Platform::Ios => (APNS, "APNS"),
        Platform::Android => (GCM, "GCM"),
    };
    let (text, value) = part(&payload(push, TO, platform, application), key);
    let size = match platform {
        Platform::Ios => text.len(),
        Platform::Android => value["fcmV1Message"]["message"].to_string().len(),
    };
    (size, body_of(platform, &value).as_str().unwrap().to_owned())
}

#[test]
fn as_much_of_a_long_body_is_pushed_as_there_is_room_for() {
    for character in ["a", "é", "浜", "🎸", "\"", "\u{1}"] {
        let body = character.repeat(5000);
        for platform in [Platform::Ios, Platform::Android] {
            let (size, cut) = sent(platform, &push(character.repeat(1000).as_str(), &body));
            // One more character would be too long: none takes more than six bytes of JSON.
            assert!((BYTES - 5..=BYTES).contains(&size), "{character:?} {size}");
            assert!(body.starts_with(cut.strip_suffix('…').unwrap()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_is_pushed_fits(title in ".{0,400}", body in "(.|👩‍🎤|\\n){0,3000}") {
        for platform in [Platform::Ios, Platform::Android] {
            let (size, cut) = sent(platform, &push(&title, &body));
            prop_assert!(size <= BYTES);
            prop_assert!(cut == body || cut.ends_with('…') || cut.is_empty());
        }
    }
}
