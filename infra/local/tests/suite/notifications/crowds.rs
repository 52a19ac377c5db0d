//! What happens to many at once comes in small parts, and keeps nobody else waiting.

use std::collections::BTreeMap;

use aws_lambda_events::dynamodb::EventRecord;
use serde_json::json;
use tunelink::{
    domain::{
        AccountStatus, EventId, Level, Participation, ParticipationStatus, Profile, Role, Seats, Slug, UserId,
    },
    store::{
        accounts::Credential,
        events,
        load::{Load, Progress},
    },
};
use uuid::Uuid;

use super::bodies;
use crate::{
    events::{announce, jam_with, join, player},
    harness::World,
};

const MANY: u32 = 10_000;

/// Fills an event with people who were never called by name.
async fn fill(world: &World, event: &str) {
    let event_id: EventId = serde_json::from_value(json!(event.rsplit('/').next().unwrap())).unwrap();
    let standing = events::find(world.app().store(), event_id).await.unwrap().unwrap();
    let (now, cello) = (world.app().now(), Slug::new("cello").unwrap());
    let progress = Progress {
        seed: 1,
        musicians: 0,
        events: 0,
        now,
        around: None,
        musicians_loaded: 0,
        events_loaded: 0,
    };
    let mut load = Load::up_to(&progress).unwrap();
    let (mut seats, mut parts) = (Seats::new(None, []), Vec::new());
    for _ in 0..MANY {
        let user_id = UserId(Uuid::now_v7());
        let name = user_id.to_string();
        let profile = Profile {
            user_id,
            username: name.clone(),
            email: format!("{name}@example.org"),
            display_name: None,
            bio: None,
            photo_url: None,
            home: None,
            visible_nearby: None,
            language: None,
            role: Role::Member,
            status: AccountStatus::Active,
            created_at: now,
            version: 1,
        };
        let credential = Credential {
            user_id,
            hash: String::new(),
            role: Role::Member,
            deactivated_at: None,
            version: 1,
            logins: 0,
        };
        load.musician(&profile, &credential, &[], &[]).unwrap();
        seats.join(&cello).unwrap();
        parts.push(Participation {
            event_id,
            user_id,
            instrument_id: cello.clone(),
            level: Level::Beginner,
            status: ParticipationStatus::Going,
            joined_at: now,
            waiting_since: None,
            attended: None,
            settled_at: None,
        });
    }
    load.event(standing.event, standing.text, seats, &parts).unwrap();
    let bulk = world.backend().bulk().expect("the table is embedded").unwrap();
    tokio::task::spawn_blocking(move || bulk.load(load)).await.unwrap().unwrap();
}

fn text<'a>(record: &'a EventRecord, name: &str) -> &'a str {
    match record.change.keys.inner().get(name) {
        Some(serde_dynamo::AttributeValue::S(text)) => text,
        _ => "",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_hear_of_a_cancellation_and_nobody_else_waits_for_it() {
    let Some(world) = World::local().await else { return };
    let (host, other, guest) = (world.person().await, world.person().await, player(&world, &["cello"]).await);
    let event = announce(&host, jam_with(json!({}))).await;
    let elsewhere = announce(&other, jam_with(json!({}))).await;
    world.settled().await;
    fill(&world, &event).await;
    host.post(&format!("{event}/cancellation"), json!({ "reason": "Too many." })).await.ok();
    join(&guest, &elsewhere, "cello").await;
    world.settled().await;

    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for (pk, sk) in world.own_items().await {
        assert!(!pk.starts_with("JOB#"), "a part is left");
        if sk.starts_with("N#") && pk != format!("U#{}", other.id) {
            *told.entry(pk).or_default() += 1;
        }
    }
    assert_eq!(told.len(), MANY as usize);
    assert!(told.values().all(|number| *number == 1));
    assert_eq!(bodies(&other, "participant_joined").await.len(), 1);

    let records = world.changes().await;
    let new = records.iter().filter(|record| record.event_name == "INSERT");
    let (mut parts, mut pieces, mut longest) = (0, 0, 0);
    let (mut before_other, mut met) = (0, false);
    for record in new {
        if text(record, "pk").starts_with("JOB#") {
            match record.change.new_image.inner().get("step") {
                Some(serde_dynamo::AttributeValue::M(step)) => match step.get("to") {
                    Some(serde_dynamo::AttributeValue::L(to)) => {
                        parts += 1;
                        longest = longest.max(to.len());
                    }
                    _ => pieces += 1,
                },
                other => panic!("a part without a step: {other:?}"),
            }
        } else if text(record, "sk").starts_with("N#") {
            met |= text(record, "pk") == format!("U#{}", other.id);
            before_other += usize::from(!met);
        }
    }
    assert_eq!((parts, pieces, longest), (100, 10, 100), "parts, pieces and people in a part");
    assert!(met && before_other < 5000, "{before_other} came before what happened elsewhere");
}
