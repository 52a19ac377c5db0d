use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::stream::{Redriven, redrive};

/// A function that fails until it is repaired.
fn broken() -> (Function, Calls, Arc<AtomicBool>) {
    let repaired = Arc::new(AtomicBool::new(false));
    let works = Arc::clone(&repaired);
    let (function, calls) = deciding(move |batch| {
        let bad = batch.iter().any(|given| given.key == "bad");
        if bad && !works.load(Ordering::SeqCst) { Err("broken".to_owned()) } else { Ok(Vec::new()) }
    });
    (function, calls, repaired)
}

fn few_tries() -> Mapping {
    Mapping { maximum_retry_attempts: 1, ..quick() }
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_handed_over_again_and_go_when_that_succeeds() {
    let scratch = Scratch::new();
    let source = Source::open(Some(scratch.database())).await;
    let (function, calls, repaired) = broken();
    let pump = source.pump_with(scratch.journal(), few_tries(), &function).await;
    for number in 0..5 {
        source.put(if number % 2 == 0 { "bad" } else { "good" }, number).await;
    }
    idle(&pump).await;
    let dead = pump.dead_letters().await.unwrap();
    assert_eq!(dead.len(), 3);
    assert_eq!(std::fs::read_dir(scratch.0.join("dead-letters")).unwrap().count(), 3);
    assert_eq!(pump.redrive().await.unwrap(), Redriven { failed: 3, ..Redriven::default() });
    assert_eq!(pump.dead_letters().await.unwrap(), dead);
    pump.stop().await;

    repaired.store(true, Ordering::SeqCst);
    let before = calls.numbers().len();
    let timeout = Duration::from_secs(5);
    let redriven = redrive(&scratch.journal(), &source.stream, &function, timeout).await.unwrap();
    assert_eq!(redriven, Redriven { succeeded: 3, ..Redriven::default() });
    assert_eq!(calls.numbers()[before..], [0, 2, 4]);
    assert_eq!(scratch.journal().letters().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_whose_record_is_gone_stays() {
    let scratch = Scratch::new();
    let source = Source::open(Some(scratch.database())).await;
    let (function, calls, _) = broken();
    let pump = source.pump_with(scratch.journal(), few_tries(), &function).await;
    source.put("bad", 1).await;
    source.put("good", 2).await;
    idle(&pump).await;
    let connection = rusqlite::Connection::open(scratch.database()).unwrap();
    connection.execute("DELETE FROM _stream_records WHERE keys_json LIKE '%bad%'", []).unwrap();
    let before = calls.numbers().len();
    assert_eq!(pump.redrive().await.unwrap(), Redriven { gone: 1, ..Redriven::default() });
    assert_eq!(calls.numbers().len(), before, "the record behind it is not mistaken for it");
    assert_eq!(pump.dead_letters().await.unwrap().len(), 1);
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_are_kept_before_the_stream_goes_on() {
    let scratch = Scratch::new();
    // A file where the folder should be: no letter can be kept.
    let in_the_way = scratch.0.join("dead-letters");
    std::fs::write(&in_the_way, "").unwrap();
    let source = Source::open(Some(scratch.database())).await;
    let (function, calls, _) = broken();
    let pump = source.pump_with(scratch.journal(), few_tries(), &function).await;
    source.put("bad", 1).await;
    source.put("bad", 2).await;
    while calls.numbers().len() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(tokio::time::timeout(Duration::from_millis(100), pump.idle()).await.is_err());
    assert!(scratch.journal().checkpoint().await.unwrap().is_none());
    std::fs::remove_file(in_the_way).unwrap();
    idle(&pump).await;
    assert_eq!(pump.dead_letters().await.unwrap().len(), 2);
    pump.stop().await;
}
