use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};
use tunelink::push::{self, Push};
use tunelink_local::sns::Recorded;
use uuid::Uuid;

use super::announce_to;
use crate::harness::{Person, World, unique};

/// A device's path, and a token that no other has.
pub(crate) struct Phone {
    pub(crate) path: String,
    platform: &'static str,
    token: String,
}

impl Phone {
    pub(crate) fn new(platform: &'static str) -> Self {
        let token = match platform {
            "ios" => format!("{}{}", Uuid::now_v7().simple(), Uuid::now_v7().simple()),
            _ => format!("{}:APA91b-_", unique("t")),
        };
        Self { path: format!("/v1/users/me/devices/{}", Uuid::now_v7()), platform, token }
    }

    /// The same, with another id: the app was installed again.
    pub(crate) fn again(&self) -> Self {
        Self { token: self.token.clone(), ..Self::new(self.platform) }
    }

    /// The same device, with a token that it has got just now.
    pub(crate) fn renewed(&self) -> Self {
        Self { path: self.path.clone(), ..Self::new(self.platform) }
    }

    pub(crate) async fn register(&self, person: &Person) -> Value {
        person.put(&self.path, self.body()).await.ok()
    }

    pub(crate) fn body(&self) -> Value {
        json!({ "platform": self.platform, "token": self.token })
    }
}

fn hello(text: &str) -> Push {
    Push {
        title: "Hello".to_owned(),
        body: text.to_owned(),
        badge: 2,
        collapse_id: "one".to_owned(),
        thread: None,
        link: "tunelink://notifications".to_owned(),
    }
}

pub(crate) async fn push(world: &World, to: &Person, text: &str) -> tunelink::Result<()> {
    push::send(world.app(), tunelink::domain::UserId(to.id.parse().unwrap()), &hello(text)).await
}

fn shown(push: &Recorded) -> String {
    let body = match push.platform.as_str() {
        "APNS" => &push.payload["aps"]["alert"]["body"],
        _ => &push.payload["fcmV1Message"]["message"]["notification"]["body"],
    };
    body.as_str().unwrap().to_owned()
}

/// Each token and what it got, in no order.
fn got(world: &World) -> BTreeSet<(String, String)> {
    world.backend().sns().pushes().iter().map(|push| (push.token.clone(), shown(push))).collect()
}

fn pair(phone: &Phone, text: &str) -> (String, String) {
    (phone.token.clone(), text.to_owned())
}

/// The devices in the table, and the tokens.
async fn kept(world: &World) -> (usize, usize) {
    let keys = world.own_items().await;
    let count = |test: fn(&(String, String)) -> bool| keys.iter().filter(|key| test(key)).count();
    (
        count(|(_, sk)| sk.starts_with("DEVICE#")),
        count(|(pk, sk)| pk == sk && pk.starts_with("DEVICE_TOKEN#")),
    )
}

/// The tokens of all endpoints.
fn endpoints(world: &World) -> BTreeSet<String> {
    world.backend().sns().endpoints().into_values().map(|endpoint| endpoint.token).collect()
}

#[tokio::test]
async fn what_happens_is_pushed_to_both_platforms() {
    let Some(world) = World::local().await else { return };
    let (admin, person) = (world.admin().await, world.person().await);
    let (iphone, android) = (Phone::new("ios"), Phone::new("android"));
    let registered = iphone.register(&person).await;
    assert!(iphone.path.ends_with(registered["device_id"].as_str().unwrap()));
    assert_eq!(registered["platform"], "ios");
    android.register(&person).await;
    let path = announce_to(&admin, &person, "Rehearsal 🎸").await;
    world.settled().await;

    let id = path.rsplit('/').next().unwrap();
    let pushes = world.backend().sns().pushes();
    assert_eq!(pushes.len(), 2, "{pushes:?}");
    let on = |phone: &Phone| pushes.iter().find(|push| push.token == phone.token).unwrap();
    let link = "tunelink://notifications";
    let alert = json!({ "title": "Rehearsal 🎸", "body": "Read me." });
    assert_eq!(
        on(&iphone).payload,
        json!({
            "aps": { "alert": alert, "badge": 1, "sound": "default" },
            "link": link,
            "to": person.id,
        })
    );
    assert_eq!(
        Value::Object(on(&iphone).attributes.clone()),
        json!({
            "AWS.SNS.MOBILE.APNS.COLLAPSE_ID": id,
            "AWS.SNS.MOBILE.APNS.PUSH_TYPE": "alert",
            "AWS.SNS.MOBILE.APNS.PRIORITY": "10",
            "AWS.SNS.MOBILE.APNS.TTL": "86400",
        })
    );
    assert_eq!(
        on(&android).payload,
        json!({ "fcmV1Message": { "message": {
            "notification": alert,
            "data": { "link": link, "to": person.id },
            "android": {
                "collapse_key": id,
                "priority": "HIGH",
                "ttl": "86400s",
                "notification": { "tag": id, "notification_count": 1, "sound": "default" },
            },
        } } })
    );
    let listed: Value =
        reqwest::get(format!("{}/_local/pushes", world.url())).await.unwrap().json().await.unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(listed[0]["user"], person.id.as_str());

    world.repeat().await;
    let same: BTreeSet<_> = world
        .backend()
        .sns()
        .pushes()
        .iter()
        .map(|push| (push.token.clone(), push.payload.to_string()))
        .collect();
    assert_eq!(same.len(), 2, "a repetition is the same push, and takes its place");
}

#[tokio::test]
async fn wishes_are_heeded_at_the_moment_of_pushing() {
    let Some(world) = World::local().await else { return };
    let (admin, person) = (world.admin().await, world.person().await);
    let phone = Phone::new("android");
    phone.register(&person).await;
    let preferences = "/v1/users/me/preferences";
    let pushes = || world.backend().sns().pushes().len();
    person.patch(preferences, json!({ "announcement": { "push": false } })).await.ok();
    announce_to(&admin, &person, "Unheard").await;
    world.settled().await;
    assert_eq!(pushes(), 0);
    let quiet = json!({ "from": "00:00", "to": "00:00", "time_zone": "Europe/Paris" });
    person.patch(preferences, json!({ "announcement": null, "quiet_hours": quiet })).await.ok();
    announce_to(&admin, &person, "At night").await;
    world.settled().await;
    assert_eq!(pushes(), 0);
    let only_pushed = json!({ "announcement": { "in_app": false }, "quiet_hours": null });
    person.patch(preferences, only_pushed).await.ok();
    let words = json!({ "title": "Heard", "body": "And kept nowhere." });
    let new = json!({ "user_id": person.id, "text": { "en": words, "fr": words } });
    admin.post("/v1/notifications", new).await;
    world.settled().await;
    assert_eq!(got(&world), BTreeSet::from([pair(&phone, "And kept nowhere.")]));
}

#[tokio::test]
async fn a_device_is_registered_again_and_again() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    let phone = Phone::new("ios");
    phone.register(&person).await;
    let endpoint = |world: &World| world.backend().sns().endpoints().into_keys().collect::<Vec<_>>();
    let first = endpoint(&world);
    phone.register(&person).await;
    assert_eq!(endpoint(&world), first);
    assert_eq!(kept(&world).await, (1, 1));

    // The push service gave it another token, and had disabled the endpoint.
    world.backend().sns().disable(&phone.token);
    let renewed = Phone { path: phone.path.clone(), ..Phone::new("ios") };
    renewed.register(&person).await;
    world.settled().await;
    assert_eq!(endpoint(&world), first);
    assert_eq!(kept(&world).await, (1, 1));
    push(&world, &person, "renewed").await.unwrap();

    // It has its token by another app of the same person, and then is another phone.
    let reinstalled = renewed.again();
    reinstalled.register(&person).await;
    world.settled().await;
    assert_ne!(endpoint(&world), first);
    assert_eq!(kept(&world).await, (1, 1));
    let android = Phone { path: reinstalled.path.clone(), ..Phone::new("android") };
    android.register(&person).await;
    world.settled().await;
    assert_eq!(kept(&world).await, (1, 1));
    assert_eq!(endpoints(&world), BTreeSet::from([android.token.clone()]));
    push(&world, &person, "android").await.unwrap();
    assert_eq!(got(&world), BTreeSet::from([pair(&renewed, "renewed"), pair(&android, "android")]));
}

#[tokio::test]
async fn a_token_has_the_form_of_its_platform() {
    let world = World::new().await;
    let person = world.person().await;
    let path = Phone::new("ios").path;
    for (platform, token, code) in [
        ("ios", "ab".repeat(31), "too_short"),
        ("ios", "ab".repeat(101), "too_long"),
        ("ios", "xy".repeat(32), "invalid_format"),
        ("android", "a b".to_owned(), "invalid_format"),
        ("android", "a".repeat(4097), "too_long"),
    ] {
        let reply = person.put(&path, json!({ "platform": platform, "token": token })).await;
        assert_eq!(reply.errors(), (422, vec![(code, "token")]), "{platform} {token}");
    }
    person.delete(&path).await.refused(404, "not_found");
}

#[tokio::test]
async fn the_oldest_of_twenty_devices_gives_way() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    let phones: Vec<Phone> = (0..20).map(|_| Phone::new("android")).collect();
    for phone in &phones {
        phone.register(&person).await;
        world.pass(Duration::from_secs(1)).await;
    }
    phones[0].register(&person).await;
    let more: Vec<Phone> = (0..6).map(|_| Phone::new("android")).collect();
    for replies in futures_util::future::join_all(more.iter().map(|phone| phone.register(&person))).await {
        assert!(replies["registered_at"].is_string());
    }
    world.settled().await;
    assert_eq!(kept(&world).await, (20, 20));
    let left = endpoints(&world);
    assert_eq!(left.len(), 20);
    assert!(left.contains(&phones[0].token), "it was registered again");
    assert!(phones[1..7].iter().all(|phone| !left.contains(&phone.token)));
}

#[tokio::test]
async fn who_removes_a_device_gets_no_more_pushes_there() {
    let Some(world) = World::local().await else { return };
    let (person, other) = (world.person().await, world.person().await);
    let (phone, tablet) = (Phone::new("ios"), Phone::new("android"));
    phone.register(&person).await;
    tablet.register(&person).await;
    other.delete(&phone.path).await.refused(404, "not_found");
    person.delete(&phone.path).await.ok();
    push(&world, &person, "hi").await.unwrap();
    assert_eq!(got(&world), BTreeSet::from([pair(&tablet, "hi")]));
    world.settled().await;
    assert_eq!(endpoints(&world), BTreeSet::from([tablet.token]));
    person.delete(&phone.path).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_session_takes_its_devices_along_at_once() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    let elsewhere = world.log_in(&person.name).await;
    let (here, there) = (Phone::new("ios"), Phone::new("android"));
    here.register(&person).await;
    there.register(&elsewhere).await;
    // Not even before the devices are gone.
    world.backend().sns().fail(Some("DeleteEndpoint"));
    elsewhere.post("/v1/auth/logout", json!({})).await.ok();
    push(&world, &person, "hi").await.unwrap();
    assert_eq!(got(&world), BTreeSet::from([pair(&here, "hi")]));
    world.backend().sns().fail(None);
    world.settled().await;
    assert_eq!(kept(&world).await, (1, 1));
    assert_eq!(endpoints(&world), BTreeSet::from([here.token]));
}

#[tokio::test]
async fn an_erased_account_leaves_no_device_behind() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    for platform in ["ios", "android"] {
        Phone::new(platform).register(&person).await;
    }
    let leave = json!({ "mode": "erase", "password": crate::harness::PASSWORD });
    person.post("/v1/users/me/deletion", leave).await.ok();
    world.settled().await;
    assert_eq!(kept(&world).await, (0, 0));
    assert_eq!(endpoints(&world), BTreeSet::new());
    assert!(!world.own_items().await.iter().any(|(_, sk)| sk == "DEVICES"));
}

#[tokio::test]
async fn a_device_that_nobody_listens_on_is_forgotten() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    let (gone, kept_phone) = (Phone::new("ios"), Phone::new("android"));
    gone.register(&person).await;
    kept_phone.register(&person).await;
    world.backend().sns().disable(&gone.token);
    push(&world, &person, "hi").await.unwrap();
    assert_eq!(kept(&world).await, (1, 1));
    assert_eq!(endpoints(&world), BTreeSet::from([kept_phone.token.clone()]));
    gone.register(&person).await;
    push(&world, &person, "back").await.unwrap();
    let expected = [pair(&kept_phone, "hi"), pair(&kept_phone, "back"), pair(&gone, "back")];
    assert_eq!(got(&world), BTreeSet::from(expected));
}

#[tokio::test]
async fn a_push_that_fails_is_an_error_and_forgets_nothing() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    let phone = Phone::new("ios");
    phone.register(&person).await;
    world.backend().sns().fail(Some("Publish"));
    assert!(push(&world, &person, "hi").await.is_err());
    assert_eq!(kept(&world).await, (1, 1));
    world.backend().sns().fail(None);
    push(&world, &person, "hi").await.unwrap();
    assert_eq!(got(&world), BTreeSet::from([pair(&phone, "hi")]));
}

#[tokio::test]
async fn an_sns_that_does_not_answer_registers_nothing() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    let phone = Phone::new("ios");
    world.backend().sns().fail(Some("CreatePlatformEndpoint"));
    person.put(&phone.path, phone.body()).await.refused(503, "unavailable");
    assert_eq!(kept(&world).await, (0, 0));
    world.backend().sns().fail(None);
    phone.register(&person).await;
    assert_eq!(kept(&world).await, (1, 1));
}

#[tokio::test]
async fn an_ended_session_moves_no_token() {
    let Some(world) = World::local().await else { return };
    let (owner, thief) = (world.person().await, world.person().await);
    let phone = Phone::new("ios");
    phone.register(&owner).await;
    thief.post("/v1/auth/logout", json!({})).await.ok();
    thief.put(&phone.again().path, phone.body()).await.refused(401, "session_ended");
    push(&world, &owner, "hi").await.unwrap();
    assert_eq!(got(&world), BTreeSet::from([pair(&phone, "hi")]));
}

#[tokio::test]
async fn what_is_pushed_to_a_former_owner_is_never_shown() {
    let Some(world) = World::local().await else { return };
    let (former, owner) = (world.person().await, world.person().await);
    for round in 0..30 {
        let phone = Phone::new(if round % 2 == 0 { "ios" } else { "android" });
        phone.register(&former).await;
        let moved = phone.again();
        let sending = async {
            for _ in 0..8 {
                push(&world, &former, "secret").await.unwrap();
            }
        };
        let moving = async {
            tokio::time::sleep(Duration::from_millis(round)).await;
            moved.register(&owner).await;
            // Whatever comes from here on comes to its new owner.
            world.backend().sns().pushes().iter().filter(|push| push.token == phone.token).count()
        };
        let ((), before) = tokio::join!(sending, moving);
        push(&world, &former, "secret").await.unwrap();
        push(&world, &owner, "mine").await.unwrap();
        let pushes = world.backend().sns().pushes();
        let mut shown: Vec<String> =
            pushes.iter().filter(|push| push.token == phone.token).map(shown).collect();
        shown.reverse();
        assert_eq!(shown[before..], ["mine"], "round {round}");
        owner.delete(&moved.path).await.ok();
    }
    world.settled().await;
    assert_eq!(kept(&world).await, (0, 0));
    assert_eq!(endpoints(&world), BTreeSet::new());
}

#[tokio::test]
async fn of_many_who_register_one_token_one_has_it() {
    let Some(world) = World::local().await else { return };
    let mut people = Vec::new();
    for _ in 0..8 {
        people.push(world.person().await);
    }
    let phone = Phone::new("android");
    let attempts = people.iter().map(|person| {
        let phone = phone.again();
        async move { person.put(&phone.path, phone.body()).await }
    });
    for reply in futures_util::future::join_all(attempts).await {
        reply.ok();
    }
    world.settled().await;
    assert_eq!(kept(&world).await, (1, 1));
    assert_eq!(endpoints(&world), BTreeSet::from([phone.token.clone()]));
    for (number, person) in people.iter().enumerate() {
        push(&world, person, &number.to_string()).await.unwrap();
    }
    assert_eq!(world.backend().sns().pushes().len(), 1);
    assert!(!world.own_items().await.iter().any(|(_, sk)| sk == "CLAIM"));
    world.audit().await;
}
