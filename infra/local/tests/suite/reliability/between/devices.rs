use std::time::Duration;

use serde_json::json;
use tunelink::{domain::PushToken, store::devices as store};
use uuid::Uuid;

use super::write;
use crate::{
    harness::World,
    notifications::devices::{Phone, push},
};

async fn devices(world: &World) -> usize {
    world.own_items().await.iter().filter(|(_, sk)| sk.starts_with("DEVICE#")).count()
}

/// Unknown before, and known.
#[tokio::test]
async fn a_device_with_two_tokens_at_once_has_one() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    for is_known in [false, true] {
        let phone = Phone::new("android");
        if is_known {
            phone.register(&person).await;
        }
        let (one, other) = (phone.renewed(), phone.renewed());
        let registered = person.put(&one.path, one.body());
        let (registered, _) =
            world.in_between(registered, write("endpoint_arn"), other.register(&person)).await;
        registered.ok();
        world.audit().await;
        person.delete(&phone.path).await.ok();
        world.audit().await;
    }
}

/// None of them registered before, and all but one.
#[tokio::test]
async fn no_two_devices_at_once_go_beyond_the_limit() {
    const MOST: usize = 20;
    let Some(world) = World::local().await else { return };
    for before in [0, MOST - 1] {
        let person = world.person().await;
        for _ in 0..before {
            Phone::new("android").register(&person).await;
        }
        let one = Phone::new("android");
        let one = person.put(&one.path, one.body());
        let others = async {
            for _ in before..MOST {
                Phone::new("android").register(&person).await;
            }
        };
        let (one, ()) = world.in_between(one, write("DEVICES"), others).await;
        one.ok();
        assert_eq!(devices(&world).await, MOST);
        world.audit().await;
        world.post("/v1/auth/logout", json!({ "scope": "all" })).bearer(&person.access_token).await.ok();
        world.settled().await;
        assert_eq!(devices(&world).await, 0);
    }
}

/// The former owner's phone has another token by then.
#[tokio::test]
async fn whoever_takes_a_token_over_takes_nothing_else() {
    let Some(world) = World::local().await else { return };
    let (former, owner) = (world.person().await, world.person().await);
    let phone = Phone::new("android");
    phone.register(&former).await;
    let moved = phone.again();
    let register = owner.put(&moved.path, moved.body());
    let renewed = phone.renewed();
    let (registered, _) = world.in_between(register, write("endpoint_arn"), renewed.register(&former)).await;
    registered.ok();
    world.audit().await;
    for person in [&former, &owner] {
        push(&world, person, "Hello").await.unwrap();
    }
    assert_eq!(world.backend().sns().pushes().len(), 2);
}

#[tokio::test]
async fn a_claim_that_has_run_out_does_not_end_the_next_one() {
    let Some(world) = World::local().await else { return };
    let (store, token) =
        (world.app().store(), serde_json::from_value::<PushToken>(json!("t".repeat(40))).unwrap());
    let claim = async |seconds: u64| {
        let now = world.app().now() + Duration::from_secs(seconds);
        store::claim(store, tunelink::domain::Platform::Android, &token, Uuid::now_v7(), now).await
    };
    let first = claim(0).await.unwrap();
    let second = claim(61).await.unwrap();
    store::release(store, &first).await.unwrap();
    let items = world.own_items().await;
    assert!(items.iter().any(|(_, sk)| sk == "CLAIM"), "the second one is gone");
    store::release(store, &second).await.unwrap();
    assert!(!world.own_items().await.iter().any(|(_, sk)| sk == "CLAIM"));
    claim(61).await.unwrap();
}
