use tokio::sync::Semaphore;

use super::*;

fn everything() -> (Function, Calls) {
    deciding(|_| Ok(Vec::new()))
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_it_goes_on_where_it_stopped() {
    let scratch = Scratch::new();
    let source = Source::open(Some(scratch.database())).await;
    source.put("key", 1).await;
    let (function, calls) = everything();
    let pump = source.pump_with(scratch.journal(), quick(), &function).await;
    source.put("key", 2).await;
    idle(&pump).await;
    assert_eq!(calls.numbers(), [1, 2], "a first start begins with the oldest record");
    pump.stop().await;
    source.put("key", 3).await;
    source.store.stop().await;

    let source = Source::open(Some(scratch.database())).await;
    let (function, calls) = everything();
    let pump = source.pump_with(scratch.journal(), quick(), &function).await;
    source.put("key", 4).await;
    idle(&pump).await;
    assert_eq!(calls.numbers(), [3, 4]);
    pump.stop().await;
    source.store.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_done_with_comes_again_with_all_behind_it() {
    let scratch = Scratch::new();
    let source = Source::open(Some(scratch.database())).await;
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let (function, calls) = function(move |batch| {
        let held = Arc::clone(&held);
        Box::pin(async move {
            if batch.iter().any(|given| given.number == 2) {
                held.acquire().await.unwrap().forget();
            }
            Ok(Vec::new())
        })
    });
    let pump = source.pump_with(scratch.journal(), quick(), &function).await;
    for number in 1..=3 {
        source.put(&format!("key {number}"), number).await;
    }
    let processed = async {
        while calls.numbers().len() < 3 || scratch.journal().checkpoint().await.unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), processed).await.unwrap();
    // As if the process were killed: nothing that still runs is heard of again.
    std::mem::forget(pump);

    let (function, calls) = everything();
    let pump = source.pump_with(scratch.journal(), quick(), &function).await;
    idle(&pump).await;
    let mut numbers = calls.numbers();
    numbers.sort_unstable();
    assert_eq!(numbers, [2, 3]);
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_lets_calls_end_and_notes_them() {
    let scratch = Scratch::new();
    let source = Source::open(Some(scratch.database())).await;
    let (function, calls) = function(|_| {
        Box::pin(async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            Ok(Vec::new())
        })
    });
    let pump = source.pump_with(scratch.journal(), quick(), &function).await;
    source.put("key", 1).await;
    while calls.numbers().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let last = calls.0.lock().unwrap()[0][0].sequence_number.clone();
    pump.stop().await;
    let checkpoint = scratch.journal().checkpoint().await.unwrap().unwrap();
    assert_eq!(checkpoint.sequence_number, last);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_stream_is_read_from_its_beginning() {
    let scratch = Scratch::new();
    for _ in 0..2 {
        let source = Source::in_memory().await;
        let (function, calls) = everything();
        source.put("key", 1).await;
        let pump = source.pump_with(scratch.journal(), quick(), &function).await;
        idle(&pump).await;
        assert_eq!(calls.numbers(), [1]);
        pump.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_cannot_be_read_means_the_beginning() {
    let scratch = Scratch::new();
    std::fs::write(scratch.0.join("checkpoint.json"), "{").unwrap();
    let source = Source::in_memory().await;
    source.put("key", 1).await;
    let (function, calls) = everything();
    let pump = source.pump_with(scratch.journal(), quick(), &function).await;
    idle(&pump).await;
    assert_eq!(calls.numbers(), [1]);
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_later_what_was_passed_is_trimmed_and_nothing_else() {
    let scratch = Scratch::new();
    let source = Source::open(Some(scratch.database())).await;
    let (function, _) = everything();
    let pump = source.pump_with(scratch.journal(), quick(), &function).await;
    source.put("key", 1).await;
    source.put("key", 2).await;
    idle(&pump).await;
    pump.stop().await;
    source.put("key", 3).await;
    let connection = rusqlite::Connection::open(scratch.database()).unwrap();
    connection.execute("UPDATE _stream_records SET created_at = created_at - 86500", []).unwrap();

    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let (function, calls) = super::function(move |_| {
        let held = Arc::clone(&held);
        Box::pin(async move {
            held.acquire().await.unwrap().forget();
            Ok(Vec::new())
        })
    });
    let pump = source.pump_with(scratch.journal(), quick(), &function).await;
    let left = || -> u32 {
        connection.query_row("SELECT count(*) FROM _stream_records", [], |row| row.get(0)).unwrap()
    };
    let trimmed = async {
        while left() > 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), trimmed).await.unwrap();
    assert_eq!(left(), 1, "the last is as old, but was not passed");
    gate.add_permits(1);
    idle(&pump).await;
    assert_eq!(calls.numbers(), [3]);
    pump.stop().await;
}
