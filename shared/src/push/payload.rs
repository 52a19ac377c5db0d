//! What SNS is given for a push: <https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html>.

use serde_json::{Value, json};

use super::Push;
use crate::{
    domain::{Platform, UserId},
    encoding::sha256,
};

/// The most bytes that Apple takes
/// (<https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification>), and Google
/// (<https://firebase.google.com/docs/cloud-messaging/concept-options>).
const BYTES: usize = 4096;
/// The longest title, in characters.
const TITLE: usize = 200;
/// The most bytes of Apple's collapse id
/// (<https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns>).
const COLLAPSE_ID: usize = 64;
/// For how many seconds a push waits for a phone that is off: 1 day.
const TTL: u32 = 86_400;

/// A message for SNS, and the attributes beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Payload {
    pub(super) message: String,
    pub(super) attributes: Vec<(&'static str, String)>,
}

/// What tells apps built for development from others.
pub(super) fn is_sandbox(application: &str) -> bool {
    application.contains(":app/APNS_SANDBOX/")
}

/// The push for one platform. `to` is in it so that an app can tell whose it is.
pub(super) fn payload(push: &Push, to: UserId, platform: Platform, application: &str) -> Payload {
    let push = &Push { title: shortened(&push.title, TITLE), collapse_id: collapse_id(push), ..push.clone() };
    match platform {
        Platform::Ios => apple(push, to, is_sandbox(application)),
        Platform::Android => google(push, to),
    }
}

fn apple(push: &Push, to: UserId, sandbox: bool) -> Payload {
    let content = |body: &str| {
        let mut aps = json!({
            "alert": { "title": push.title, "body": body },
            "badge": push.badge,
            "sound": "default",
        });
        if let Some(thread) = &push.thread {
            aps["thread-id"] = json!(thread);
        }
        json!({ "aps": aps, "link": push.link, "to": to }).to_string()
    };
    let (key, ttl) = if sandbox {
        ("APNS_SANDBOX", "AWS.SNS.MOBILE.APNS_SANDBOX.TTL")
    } else {
        ("APNS", "AWS.SNS.MOBILE.APNS.TTL")
    };
    let mut payload = Payload::new(push, key, fitting(&push.body, String::len, content));
    // <https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html#sns-attrib-mobile-reserved>
    payload.attributes = vec![
        ("AWS.SNS.MOBILE.APNS.COLLAPSE_ID", push.collapse_id.clone()),
        ("AWS.SNS.MOBILE.APNS.PUSH_TYPE", "alert".to_owned()),
        ("AWS.SNS.MOBILE.APNS.PRIORITY", "10".to_owned()),
        (ttl, TTL.to_string()),
    ];
    payload
}

/// In the form of FCM's HTTP v1 API, where data is text: <https://docs.aws.amazon.com/sns/latest/dg/sns-fcm-v1-payloads.html>,
/// <https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages>.
fn google(push: &Push, to: UserId) -> Payload {
    let content = |body: &str| {
        let mut data = json!({ "link": push.link, "to": to });
        if let Some(thread) = &push.thread {
            data["thread"] = json!(thread);
        }
        json!({
            "notification": { "title": push.title, "body": body },
            "data": data,
            "android": {
                "collapse_key": push.collapse_id,
                "priority": "HIGH",
                "ttl": format!("{TTL}s"),
                "notification": {
                    "tag": push.collapse_id,
                    "notification_count": push.badge,
                    "sound": "default",
                },
            },
        })
    };
    let message = fitting(&push.body, |message: &Value| message.to_string().len(), content);
    Payload::new(push, "GCM", json!({ "fcmV1Message": { "message": message } }).to_string())
}

impl Payload {
    /// SNS wants a text for platforms that are not named as well.
    fn new(push: &Push, key: &str, content: String) -> Self {
        Self { message: json!({ "default": push.title, key: content }).to_string(), attributes: Vec::new() }
    }
}

/// The content with as much of the body as there is room for.
fn fitting<T>(body: &str, size: impl Fn(&T) -> usize, content: impl Fn(&str) -> T) -> T {
    let whole = content(body);
    if size(&whole) <= BYTES {
        return whole;
    }
    // What fits is shorter than what does not, in characters as in bytes.
    let (mut fits, mut too_long) = (0, body.chars().count());
    while too_long - fits > 1 {
        let middle = usize::midpoint(fits, too_long);
        if size(&content(&shortened(body, middle))) <= BYTES {
            fits = middle;
        } else {
            too_long = middle;
        }
    }
    content(&shortened(body, fits))
}

/// At most so many characters, the last of them an ellipsis where something is left out.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    // What joins two characters into one has nothing to join any more.
    let kept = kept.trim_end_matches(|c: char| c == '\u{200d}' || c.is_whitespace());
    if most == 0 { String::new() } else { format!("{kept}…") }
}

fn collapse_id(push: &Push) -> String {
    let id = &push.collapse_id;
    if id.len() <= COLLAPSE_ID { id.clone() } else { sha256(id.as_bytes()) }
}

#[cfg(test)]
mod tests;
