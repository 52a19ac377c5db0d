//! What is read by its key at the same time is read in one call.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;
use tokio::{join, try_join};
use tunelink::{
    Code,
    store::{Key, Store},
};

use crate::harness::World;

#[derive(Debug, Deserialize)]
struct Item {
    n: u32,
}

fn key(n: u32) -> Key {
    Key { pk: format!("X#{n:03}"), sk: "X".to_owned() }
}

/// A world with so many items, and its table for a call of its own.
async fn holding(items: u32) -> Option<(World, Store)> {
    let world = World::still().await?;
    let backend = world.backend();
    for n in 0..items {
        let put = backend.client().put_item().table_name(backend.table());
        let put = put.item("pk", AttributeValue::S(key(n).pk)).item("sk", AttributeValue::S(key(n).sk));
        put.item("n", AttributeValue::N(n.to_string())).send().await.expect("it is written");
    }
    let store = world.app().store().metered();
    Some((world, store))
}

async fn number(store: &Store, n: u32) -> tunelink::Result<Option<u32>> {
    Ok(store.get::<Item>(key(n)).await?.map(|item| item.n))
}

#[tokio::test]
async fn what_is_asked_for_at_the_same_time_is_one_call() {
    let Some((_world, store)) = holding(2).await else { return };
    let read = join!(number(&store, 0), number(&store, 1), number(&store, 7), number(&store, 1));
    let read = (read.0.unwrap(), read.1.unwrap(), read.2.unwrap(), read.3.unwrap());
    assert_eq!(read, (Some(0), Some(1), None, Some(1)));
    let cost = store.cost();
    assert_eq!((cost.calls, cost.rounds, cost.items), (1, 1, 2));
    assert_eq!(number(&store, 0).await.unwrap(), Some(0));
    assert_eq!((store.cost().calls, store.cost().rounds), (2, 2));
}

#[tokio::test]
async fn what_may_be_old_is_not_read_along_with_what_may_not() {
    let Some((_world, store)) = holding(2).await else { return };
    let (now, lately) = try_join!(number(&store, 0), store.glance::<Item>(key(1))).unwrap();
    assert_eq!((now, lately.unwrap().n), (Some(0), 1));
    let cost = store.cost();
    assert_eq!((cost.calls, cost.rounds, cost.rcu), (2, 1, 1.5));
}

#[tokio::test]
async fn calls_have_nothing_to_do_with_each_other() {
    let Some((_world, store)) = holding(2).await else { return };
    let other = store.metered();
    try_join!(number(&store, 0), number(&other, 1)).unwrap();
    assert_eq!((store.cost().calls, other.cost().calls), (1, 1));
}

#[tokio::test]
async fn no_call_asks_for_more_than_a_hundred() {
    let Some((world, store)) = holding(210).await else { return };
    let ask = async |from: u32, to: u32| {
        let found = store.get_all_now::<Item>((from..to).map(key).collect()).await.unwrap();
        let found: BTreeSet<u32> = found.into_iter().map(|item| item.n).collect();
        assert_eq!(found, (from..to).collect());
    };
    world.faults.conflict_when(|_, body| {
        assert!(body.matches("\"pk\"").count() <= 100, "{body}");
        false
    });
    join!(ask(0, 60), ask(50, 95), ask(60, 100), ask(100, 210), ask(3, 4));
    world.faults.stop();
}

#[tokio::test]
async fn whoever_gives_up_leaves_the_others_their_answer() {
    let Some((_world, store)) = holding(3).await else { return };
    let ((), other) = join!(give_up(&store), number(&store, 1));
    assert_eq!(other.unwrap(), Some(1));
    // What nobody waits for any more is not asked for.
    give_up(&store).await;
    let before = store.cost();
    assert_eq!(number(&store, 2).await.unwrap(), Some(2));
    assert_eq!((store.cost().calls - before.calls, store.cost().items - before.items), (1, 1));
}

/// Asks, and does not wait for the answer.
async fn give_up(store: &Store) {
    tokio::select! {
        biased;
        read = number(store, 0) => panic!("it cannot be there yet: {read:?}"),
        () = std::future::ready(()) => {}
    }
}

#[tokio::test]
async fn what_fails_fails_for_all_who_asked_and_is_asked_for_anew() {
    let Some((world, store)) = holding(2).await else { return };
    world.faults.fail_when(|operation, _| operation == "BatchGetItem");
    let (one, other) = join!(number(&store, 0), number(&store, 1));
    for read in [one, other] {
        let error = read.unwrap_err();
        assert_eq!((error.code, error.retry_after), (Code::Unavailable, Some(1)));
        assert!(error.cause().is_some());
    }
    world.faults.stop();
    assert_eq!(try_join!(number(&store, 0), number(&store, 1)).unwrap(), (Some(0), Some(1)));
}
