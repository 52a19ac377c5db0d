use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tokio::sync::Semaphore;

use super::*;
use crate::store;
use crate::stream::Order;

#[tokio::test(flavor = "multi_thread")]
async fn each_partition_keeps_its_order_and_ten_batches_run_at_a_time() {
    let running: Arc<Mutex<HashSet<String>>> = Arc::default();
    let (calls_now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let most_seen = Arc::clone(&most);
    let (function, calls) = function(move |batch| {
        let (running, calls_now, most) = (running.clone(), calls_now.clone(), most.clone());
        Box::pin(async move {
            let keys: HashSet<String> = batch.into_iter().map(|given| given.key).collect();
            for key in &keys {
                assert!(running.lock().unwrap().insert(key.clone()), "{key} runs twice");
            }
            most.fetch_max(calls_now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(5)).await;
            calls_now.fetch_sub(1, Ordering::SeqCst);
            running.lock().unwrap().retain(|key| !keys.contains(key));
            Ok(Vec::new())
        })
    });
    let source = Source::in_memory().await;
    let pump = source.pump(quick(), &function).await;
    for number in 0..600 {
        source.put(&format!("key {}", number % 25), number).await;
    }
    idle(&pump).await;
    let by_key = calls.by_key();
    assert_eq!(by_key.len(), 25);
    for (key, numbers) in by_key {
        assert_eq!(numbers.len(), 24, "{key}");
        assert!(numbers.is_sorted(), "{key}: {numbers:?}");
    }
    let most = most_seen.load(Ordering::SeqCst);
    assert!((2..=10).contains(&most), "{most}");
    assert_eq!(pump.dead_letters().await.unwrap(), []);
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_handed_over_in_batches_of_no_more_than_their_size() {
    let source = Source::in_memory().await;
    for number in 0..25 {
        source.put("key", number).await;
    }
    let (function, calls) = deciding(|_| Ok(Vec::new()));
    let pump = source.pump(Mapping { batch_size: 10, ..quick() }, &function).await;
    idle(&pump).await;
    let sizes: Vec<usize> = calls.batches().iter().map(Vec::len).collect();
    assert_eq!(sizes, [10, 10, 5]);
    assert_eq!(calls.numbers(), (0..25).collect::<Vec<_>>());
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_partition_delays_no_other() {
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let (function, calls) = function(move |batch| {
        let held = Arc::clone(&held);
        Box::pin(async move {
            if batch.iter().any(|given| given.key == "slow") {
                held.acquire().await.unwrap().forget();
            }
            Ok(Vec::new())
        })
    });
    let source = Source::in_memory().await;
    let pump = source.pump(quick(), &function).await;
    source.put("slow", 0).await;
    while calls.numbers().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    source.put("slow", 1).await;
    for number in 2..50 {
        source.put("quick", number).await;
    }
    let arrived = async {
        while calls.by_key().get("quick").is_none_or(|numbers| numbers.len() < 48) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), arrived).await.unwrap();
    assert_eq!(calls.by_key()["slow"], [0], "the second waits for the first");
    gate.add_permits(2);
    idle(&pump).await;
    assert_eq!(calls.by_key()["slow"], [0, 1]);
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn items_of_one_partition_run_side_by_side_where_only_items_keep_their_order() {
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let (function, calls) = function(move |_| {
        let held = Arc::clone(&held);
        Box::pin(async move {
            held.acquire().await.unwrap().forget();
            Ok(Vec::new())
        })
    });
    let source = Source::in_memory().await;
    let pump = source.pump(Mapping { order: Order::Item, ..quick() }, &function).await;
    for number in 0..3 {
        source.put("key", number).await;
    }
    let arrived = async {
        while calls.numbers().len() < 3 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), arrived).await.unwrap();
    gate.add_permits(3);
    idle(&pump).await;
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_is_when_what_follows_from_records_is_processed_too() {
    let source = Source::in_memory().await;
    let client = source.store.client().clone();
    let (function, calls) = function(move |batch| {
        let client = client.clone();
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(2)).await;
            for given in batch.into_iter().filter(|given| given.number < 20) {
                put(&client, &given.key, given.number + 1).await;
            }
            Ok(Vec::new())
        })
    });
    let pump = source.pump(quick(), &function).await;
    for round in 1..=3 {
        source.put(&format!("chain {round}"), 1).await;
        idle(&pump).await;
        assert_eq!(calls.numbers().len(), round * 20);
    }
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_handed_over_at_once() {
    let source = Source::in_memory().await;
    let (function, calls) = deciding(|_| Ok(Vec::new()));
    let pump = source.pump(quick(), &function).await;
    idle(&pump).await;
    let mut delays = Vec::new();
    for number in 0..21 {
        source.put("key", number).await;
        let written = Instant::now();
        while calls.numbers().len() <= number as usize {
            tokio::task::yield_now().await;
        }
        delays.push(written.elapsed());
    }
    delays.sort_unstable();
    // The poll alone would take 125 ms on average.
    assert!(delays[10] < Duration::from_millis(40), "{delays:?}");
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_from_elsewhere_is_found_by_looking() {
    let source = Source::in_memory().await;
    let (function, calls) = deciding(|_| Ok(Vec::new()));
    let pump = source.pump(quick(), &function).await;
    idle(&pump).await;
    put(&store::client(&source.store.url(), None), "key", 1).await;
    let arrived = async {
        while calls.numbers().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), arrived).await.unwrap();
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_load_leaves_nothing_in_the_stream() {
    let source = Source::in_memory().await;
    let (function, calls) = deciding(|_| Ok(Vec::new()));
    let pump = source.pump(quick(), &function).await;
    let bulk = source.store.bulk(TABLE).unwrap();
    let item = |number: u32| {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let item =
            HashMap::from([("pk".to_owned(), text("key")), ("sk".to_owned(), text(&number.to_string()))]);
        crate::bulk::item(item).unwrap()
    };
    bulk.put((0..100).map(item).collect()).unwrap();
    drop(bulk);
    source.put("key", 1000).await;
    idle(&pump).await;
    assert_eq!(calls.numbers(), [1000]);
    let loaded = source.store.client().scan().table_name(TABLE).send().await.unwrap().count;
    assert_eq!(loaded, 101);
    pump.stop().await;
}
