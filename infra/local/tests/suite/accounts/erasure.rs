//! Erasing somebody with something in every kind of item, by each of the functions that do it. Nothing is reacted to
//! here but what a test hands over, so that one function alone has to do it all.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tunelink::reaction::Change;
use uuid::Uuid;

use crate::{
    conversations::{direct, group, member, say},
    events::{announce, in_days, jam_with, join, player, status},
    harness::{PASSWORD, Person, Socket, World, account},
};

#[derive(Clone, Copy, Debug)]
enum Eraser {
    Themselves,
    Schedule,
    /// Where the person's own call was interrupted at the first thing that it had to erase.
    Reaction,
}

impl Eraser {
    async fn erase(self, world: &World, person: &Person) {
        let leave = async |mode: &str| {
            let deletion = json!({ "mode": mode, "password": PASSWORD });
            person.post("/v1/users/me/deletion", deletion).await.ok();
        };
        match self {
            Self::Themselves => leave("erase").await,
            Self::Schedule => {
                leave("deactivate").await;
                world.pass(Duration::from_hours(24 * 30)).await;
                assert_eq!(world.erase_due().await.unwrap(), 1);
            }
            Self::Reaction => {
                let first = |operation: &str, body: &str| operation == "Query" && body.contains("#EVENTS");
                world.faults.conflict_when(first);
                leave("erase").await;
                world.faults.stop();
                let mut changes = world.changes().await;
                changes.retain(|record| Change::of(record.clone()).unwrap().key.pk == "ERASURE");
                assert_eq!(changes.len(), 1);
                world.react(&changes).await;
            }
        }
    }
}

/// Somebody, what they take part in, and others who do.
struct Life {
    person: Person,
    host: Person,
    next: Person,
    _socket: Socket,
    /// An event in which they have a seat that somebody else waits for, and one in which they wait.
    seat: String,
    wait: String,
    organised: String,
    draft: String,
    /// With the host, with all three, and with the host until they left.
    talks: [String; 3],
}

impl Life {
    async fn begin(world: &World) -> Self {
        let person = player(world, &["cello"]).await;
        let (host, next) = (player(world, &["cello"]).await, player(world, &["cello"]).await);
        person.patch("/v1/users/me", json!({ "display_name": "Canary" })).await.ok();
        person.call(Method::PUT, "/v1/users/me/genres/swing").await.ok();
        let apart = world.person().await;
        for (one, other) in [(&person, &apart), (&apart, &person)] {
            one.call(Method::PUT, &format!("/v1/users/me/blocks/{}", other.id)).await.ok();
        }
        let phone = json!({ "platform": "ios", "token": "ca".repeat(32) });
        person.put(&format!("/v1/users/me/devices/{}", Uuid::now_v7()), phone).await.ok();
        let socket = world.socket(&person).await;

        // To come even after the time to come back.
        let later = |changes: Value| {
            let mut event = jam_with(json!({ "starts_at": in_days(40), "ends_at": in_days(41) }));
            event.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            event
        };
        let (seat, wait) = (
            announce(&host, later(json!({ "capacity": 2 }))).await,
            announce(&host, later(json!({ "capacity": 2 }))).await,
        );
        for (event, people) in [(&seat, [&person, &apart, &next]), (&wait, [&apart, &next, &person])] {
            for person in people {
                if person.id == apart.id {
                    let cello = json!({ "level": "beginner" });
                    person.put("/v1/users/me/instruments/cello", cello).await.ok();
                }
                join(person, event, "cello").await;
            }
        }
        let organised = announce(&person, later(json!({ "description": "To come" }))).await;
        let draft = later(json!({ "status": "draft", "description": "Canary" }));
        let draft = announce(&person, draft).await;

        let talks = [
            direct(&person, &host).await,
            group(&person, &[&host, &next]).await,
            group(&host, &[&person]).await,
        ];
        for talk in &talks {
            say(&person, talk, "Canary").await;
            say(&host, talk, "Mine").await;
        }
        person.delete(&member(&talks[2], &person)).await.ok();
        Self { person, host, next, _socket: socket, seat, wait, organised, draft, talks }
    }

    /// Panics where something is left.
    async fn must_be_over(&self, world: &World) {
        let (host, next) = (world.log_in(&self.host.name).await, world.log_in(&self.next.name).await);
        assert_eq!(status(&next, &self.seat).await, "going");
        assert_eq!(host.get(&self.seat).await.ok()["seats"]["waiting"], 0);
        assert_eq!(host.get(&self.wait).await.ok()["seats"]["waiting"], 0);
        let organised = world.get(&self.organised).await.ok();
        assert_eq!(
            (&organised["status"], &organised["organiser"]["username"]),
            (&json!("cancelled"), &json!(null))
        );
        world.get(&self.draft).await.refused(404, "not_found");
        for talk in &self.talks {
            let messages = host.get(&format!("{talk}/messages")).await.ok();
            assert_eq!((&messages[0]["text"], &messages[1]["text"]), (&json!("Mine"), &Value::Null));
        }
        let quartet = [host.get(&self.talks[1]).await.ok(), next.get(&self.talks[1]).await.ok()];
        assert!(quartet.iter().any(|seen| seen["role"] == "admin"), "{quartet:#?}");
        assert_eq!(quartet[0]["member_count"], 2);

        let items = world.items().await;
        let text = format!("{items:?}");
        assert!(!text.contains("Canary") && !text.contains(&self.person.name));
        // That the two had a conversation stays the other's.
        let mut left = items.keys().filter(|(pk, _)| !pk.starts_with("DIRECT#"));
        let is_theirs = |(pk, sk): &&(String, String)| {
            [pk, sk].iter().any(|key| {
                key.contains(&self.person.id)
                    || ["CONNECTION#", "DEVICE", "ERASURE"].iter().any(|kind| key.starts_with(kind))
            })
        };
        assert_eq!(left.find(is_theirs), None);
        world.post("/v1/auth/register", account(&self.person.name)).await.created();
    }
}

#[tokio::test]
async fn whoever_erases_somebody_erases_all_that_there_is_of_them() {
    for eraser in [Eraser::Themselves, Eraser::Schedule, Eraser::Reaction] {
        let Some(world) = World::still().await else { return };
        let life = Life::begin(&world).await;
        eraser.erase(&world, &life.person).await;
        life.must_be_over(&world).await;
        world.audit().await;
    }
}
