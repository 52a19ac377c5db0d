//! A table with rows of every kind, all of them as they should be, that can be broken.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use reqwest::Method;
use serde_json::{Value, json};
use tunelink::store::audit::Finding;
use uuid::Uuid;

use crate::{
    conversations::{direct, group, member, say},
    events::{announce, jam_with, join, player},
    harness::{PASSWORD, Person, Socket, World, unique},
};

pub(super) type Item = HashMap<String, AttributeValue>;
pub(super) type Key = (String, String);

/// The rows of a table, to be changed in memory.
#[derive(Clone, PartialEq)]
pub(super) struct Rows {
    items: BTreeMap<Key, Item>,
    pub(super) cast: Cast,
}

/// Whom and what there is, by id.
#[derive(Clone, PartialEq)]
pub(super) struct Cast {
    /// Plays, likes, lives somewhere, has a socket, and organises.
    pub(super) ann: String,
    /// Has a session that has neither socket nor device.
    pub(super) bob: String,
    /// Has a device.
    pub(super) carol: String,
    /// Left, and may come back.
    pub(super) eve: String,
    /// Has two seats, which are taken, and somebody who waits.
    pub(super) jam: String,
    /// Wants a cello.
    pub(super) concert: String,
    pub(super) group: String,
    pub(super) direct: String,
}

/// A world with rows of every kind.
pub(super) struct Scene {
    pub(super) rows: Rows,
    pub(super) world: World,
    /// Closed, it would take its row along.
    socket: Socket,
}

impl Scene {
    /// Makes it by way of the operations.
    pub(super) async fn play(world: World) -> Self {
        let admin = world.admin().await;
        let ann = player(&world, &["cello", "piano"]).await;
        let [bob, carol] = [player(&world, &["cello"]).await, player(&world, &["cello"]).await];
        let eve = world.person().await;
        let socket = settle_in(&world, &ann, &carol, &eve).await;
        let jam = announce(&ann, jam_with(json!({ "capacity": 2, "description": "Loud." }))).await;
        let wanted =
            json!([{ "instrument_id": "cello", "wanted": 2 }, { "instrument_id": "piano", "wanted": 1 }]);
        let concert = announce(&ann, jam_with(json!({ "type": "concert", "instruments": wanted }))).await;
        for person in [&bob, &carol, &player(&world, &["cello"]).await] {
            join(person, &jam, "cello").await;
            join(person, &concert, "cello").await;
        }
        let group = group(&ann, &[&bob, &carol]).await;
        talk(&ann, &bob, &group).await;
        carol.delete(&member(&group, &carol)).await;
        let direct = direct(&ann, &bob).await;
        say(&bob, &direct, "Hello").await;
        tell(&admin, &ann, &bob).await;
        eve.post("/v1/users/me/deletion", json!({ "mode": "deactivate", "password": PASSWORD })).await.ok();
        world.settled().await;
        let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        let cast = Cast {
            ann: ann.id,
            bob: bob.id,
            carol: carol.id,
            eve: eve.id,
            jam: id(&jam),
            concert: id(&concert),
            group: id(&group),
            direct: id(&direct),
        };
        Self { rows: Rows { items: world.items().await, cast }, world, socket }
    }

    /// The same rows in a world where nobody reacts to what is done to them.
    pub(super) async fn copy_to(self, world: World) -> Broken {
        let mut rows = self.rows;
        rows.forget_most_of_the_catalogue();
        let broken = Broken { rows, world, _original: self.world, _socket: self.socket };
        // Those that it began with give way to those of the scene.
        let before = Rows { items: broken.world.items().await, cast: broken.rows.cast.clone() };
        broken.turn(&before, &broken.rows).await;
        broken
    }
}

/// Has somebody play, live somewhere, have a socket and a device, and block.
async fn settle_in(world: &World, ann: &Person, carol: &Person, eve: &Person) -> Socket {
    let home = json!({ "home": { "lat": 48.8867, "lng": 2.3431, "city": "Paris" }, "bio": "Loud" });
    ann.patch("/v1/users/me", home).await.ok();
    ann.call(Method::PUT, "/v1/users/me/genres/swing").await;
    ann.call(Method::PUT, &format!("/v1/users/me/blocks/{}", eve.id)).await;
    ann.post("/v1/live/tickets", json!({})).await;
    let device = format!("/v1/users/me/devices/{}", Uuid::now_v7());
    carol.put(&device, json!({ "platform": "android", "token": unique("t") })).await.ok();
    world.socket(ann).await
}

async fn talk(ann: &Person, bob: &Person, group: &str) {
    for text in ["One", "Two", "Three", "Four"] {
        say(ann, group, text).await;
    }
    say(bob, group, "Five").await;
    ann.patch(&format!("{group}/messages/3"), json!({ "text": "3" })).await.ok();
    ann.delete(&format!("{group}/messages/4")).await;
    ann.patch(group, json!({ "title": "Trio" })).await.ok();
}

/// Has people be told things, in several ways.
async fn tell(admin: &Person, ann: &Person, bob: &Person) {
    let words = json!({ "title": "Hello", "body": "Read me." });
    let text = json!({ "en": words, "fr": words });
    let sent = admin.post("/v1/notifications", json!({ "user_id": ann.id, "text": text }));
    let sent = sent.header("idempotency-key", "a").await.created();
    let path = format!("/v1/notifications/{}", sent["notification_id"].as_str().unwrap());
    ann.put(&format!("{path}/read"), Value::Null).await;
    let quiet = json!({ "announcement": { "in_app": false, "push": true } });
    bob.patch("/v1/users/me/preferences", quiet).await.ok();
    admin.post("/v1/notifications", json!({ "user_id": bob.id, "text": text })).await;
}

/// A table that is broken again and again.
pub(super) struct Broken {
    pub(super) rows: Rows,
    world: World,
    _original: World,
    _socket: Socket,
}

impl Broken {
    /// What an audit finds once this has happened to the rows, by nobody's operation. It is undone then.
    pub(super) async fn findings_after(&self, happens: impl FnOnce(&mut Rows)) -> Vec<Finding> {
        let mut rows = self.rows.clone();
        happens(&mut rows);
        assert!(rows != self.rows, "nothing happens");
        self.turn(&self.rows, &rows).await;
        let findings = self.findings().await;
        self.turn(&rows, &self.rows).await;
        findings
    }

    pub(super) async fn findings(&self) -> Vec<Finding> {
        self.world.findings().await
    }

    async fn turn(&self, before: &Rows, after: &Rows) {
        let (client, table) = (self.world.backend().client(), self.world.backend().table());
        for (pk, sk) in before.items.keys().filter(|key| !after.items.contains_key(*key)) {
            let key = |text: &String| AttributeValue::S(text.clone());
            client
                .delete_item()
                .table_name(table)
                .key("pk", key(pk))
                .key("sk", key(sk))
                .send()
                .await
                .unwrap();
        }
        for (_, item) in after.items.iter().filter(|(key, item)| before.items.get(*key) != Some(*item)) {
            client.put_item().table_name(table).set_item(Some(item.clone())).send().await.unwrap();
        }
    }
}

pub(super) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(super) fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

impl Rows {
    /// It is most of the table, and each audit would read it.
    fn forget_most_of_the_catalogue(&mut self) {
        let kept = ["SEEDED", "INSTRUMENT#cello", "GENRE#swing"];
        self.items.retain(|(pk, sk), _| pk != "CATALOGUE" || kept.contains(&sk.as_str()));
    }

    /// The first row whose keys begin so.
    pub(super) fn key(&self, pk: &str, sk: &str) -> Key {
        let found = self.items.keys().find(|(of, key)| of.starts_with(pk) && key.starts_with(sk));
        found.unwrap_or_else(|| panic!("there is no {pk} {sk}")).clone()
    }

    /// The first of them that has this attribute.
    pub(super) fn key_having(&self, pk: &str, sk: &str, attribute: &str) -> Key {
        let found = self.items.iter().find(|((of, key), item)| {
            of.starts_with(pk) && key.starts_with(sk) && item.contains_key(attribute)
        });
        found.unwrap_or_else(|| panic!("there is no {pk} {sk} with {attribute}")).0.clone()
    }

    /// The row that has its partition to itself.
    pub(super) fn alone(&self, key: &str) -> Key {
        self.key(key, key)
    }

    pub(super) fn item(&mut self, key: &Key) -> &mut Item {
        self.items.get_mut(key).unwrap()
    }

    pub(super) fn set(&mut self, key: &Key, name: &str, value: AttributeValue) {
        self.item(key).insert(name.to_owned(), value);
    }

    pub(super) fn unset(&mut self, key: &Key, name: &str) {
        self.item(key).remove(name).unwrap();
    }

    pub(super) fn remove(&mut self, key: &Key) -> Item {
        self.items.remove(key).unwrap()
    }

    pub(super) fn get(&self, key: &Key, name: &str) -> String {
        match &self.items[key][name] {
            AttributeValue::S(text) | AttributeValue::N(text) => text.clone(),
            other => panic!("{name} is {other:?}"),
        }
    }

    pub(super) fn add(&mut self, key: &Key, name: &str, change: i64) {
        let before: i64 = self.get(key, name).parse().unwrap();
        self.set(key, name, number(before + change));
    }

    /// The same row once more, under another key and with some attributes changed.
    pub(super) fn copy(&mut self, key: &Key, pk: &str, sk: &str, changes: &[(&str, AttributeValue)]) {
        let mut item = self.items[key].clone();
        item.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        item.extend([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))]);
        self.items.insert((pk.to_owned(), sk.to_owned()), item);
    }

    /// A row that nothing like it was there before.
    pub(super) fn put(&mut self, pk: &str, sk: &str, attributes: &[(&str, AttributeValue)]) {
        let own = [("pk", text(pk)), ("sk", text(sk))];
        let all = own.into_iter().chain(attributes.iter().cloned());
        let item = all.map(|(name, value)| (name.to_owned(), value)).collect();
        self.items.insert((pk.to_owned(), sk.to_owned()), item);
    }
}

/// The id of nobody and nothing.
pub(super) fn nobody() -> String {
    Uuid::now_v7().to_string()
}
