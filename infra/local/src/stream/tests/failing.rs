use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

const POISON: u32 = 11;

/// Twenty records that wait when the pump starts, each of its own key or all of one.
async fn twenty(one_key: bool) -> Source {
    let source = Source::in_memory().await;
    for number in 0..20 {
        let key = if one_key { "key".to_owned() } else { format!("key {number}") };
        source.put(&key, number).await;
    }
    source
}

fn with_poison(batch: &[Given]) -> bool {
    batch.iter().any(|given| given.number == POISON)
}

/// How often each record was in a batch that went through.
fn succeeded(calls: &Calls) -> Vec<u32> {
    let batches = calls.batches();
    let mut numbers: Vec<u32> =
        batches.into_iter().filter(|batch| !batch.contains(&POISON)).flatten().collect();
    numbers.sort_unstable();
    numbers
}

async fn assert_poison_is_dead(pump: &Pump, calls: &Calls) {
    let letters = pump.dead_letters().await.unwrap();
    let poison =
        calls.0.lock().unwrap().iter().flatten().find(|given| given.number == POISON).cloned().unwrap();
    assert_eq!(letters.len(), 1);
    let batch = &letters[0].batch;
    assert_eq!((batch.batch_size, &batch.start_sequence_number), (1, &poison.sequence_number));
    assert_eq!(batch.end_sequence_number, poison.sequence_number);
    assert_eq!(letters[0].request_context.approximate_invoke_count, 6);
    let alone = calls.batches().into_iter().filter(|batch| *batch == [POISON]).count();
    assert!((5..=6).contains(&alone), "{alone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_for_a_while_is_tried_again_until_it_succeeds() {
    let tries = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&tries);
    let (function, calls) = deciding(move |_| match counted.fetch_add(1, Ordering::SeqCst) {
        0..5 => Err("not yet".to_owned()),
        _ => Ok(Vec::new()),
    });
    let source = Source::in_memory().await;
    let pump = source.pump(quick(), &function).await;
    source.put("key", 1).await;
    idle(&pump).await;
    assert_eq!(calls.numbers(), [1; 6], "the first time, and five more");
    assert_eq!(pump.dead_letters().await.unwrap(), []);
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_batch_that_fails_the_poison_is_found_and_all_others_go_through_once() {
    for one_key in [false, true] {
        let source = twenty(one_key).await;
        let (function, calls) =
            deciding(|batch| if with_poison(batch) { Err("poison".to_owned()) } else { Ok(Vec::new()) });
        let pump = source.pump(one_by_one(), &function).await;
        idle(&pump).await;
        assert_eq!(calls.batches()[0].len(), 20);
        let others: Vec<u32> = (0..20).filter(|number| *number != POISON).collect();
        assert_eq!(succeeded(&calls), others);
        assert_poison_is_dead(&pump, &calls).await;
        let letter = &pump.dead_letters().await.unwrap()[0];
        assert_eq!(letter.response_context.function_error.as_deref(), Some("Unhandled"));
        // To halve twenty records until one is left takes five calls that fail, and one each for the other halves.
        let calls_made = calls.batches().len();
        assert!(calls_made <= 5 + 5 + 6, "{calls_made}: {:?}", calls.batches());
        pump.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_poison_its_partition_goes_on_in_order() {
    let source = twenty(true).await;
    let (function, calls) =
        deciding(|batch| if with_poison(batch) { Err("poison".to_owned()) } else { Ok(Vec::new()) });
    let pump = source.pump(quick(), &function).await;
    source.put("key", 20).await;
    idle(&pump).await;
    let through: Vec<u32> =
        calls.batches().into_iter().filter(|batch| !batch.contains(&POISON)).flatten().collect();
    assert_eq!(through, (0..=20).filter(|number| *number != POISON).collect::<Vec<_>>());
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_before_the_lowest_reported_record_is_not_handed_over_again() {
    let source = twenty(false).await;
    let (function, calls) = deciding(|batch| {
        let reported = batch.iter().filter(|given| [POISON, 15].contains(&given.number)).rev();
        Ok(reported.map(|given| given.sequence_number.clone()).collect())
    });
    let pump = source.pump(one_by_one(), &function).await;
    idle(&pump).await;
    let batches = calls.batches();
    let behind: Vec<u32> = (POISON + 1..20).collect();
    assert_eq!(batches[0], (0..20).collect::<Vec<_>>());
    assert_eq!(batches[1], behind, "the others go on, without the one that failed");
    assert_eq!(batches.iter().filter(|batch| **batch == [16, 17, 18, 19]).count(), 1);
    assert_eq!(batches.iter().flatten().filter(|number| **number <= 10).count(), 11);
    assert_eq!(pump.dead_letters().await.unwrap().len(), 2);
    let letter = &pump.dead_letters().await.unwrap()[0];
    assert_eq!(letter.response_context.function_error, None);
    assert_eq!(letter.request_context.approximate_invoke_count, 6);
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identifier_that_is_none_of_the_batch_fails_the_whole_batch() {
    for identifier in ["", "100000000000000000001"] {
        let source = twenty(false).await;
        let (function, calls) = deciding(|batch| {
            let unknown = with_poison(batch).then(|| identifier.to_owned());
            Ok(unknown.into_iter().collect())
        });
        let pump = source.pump(one_by_one(), &function).await;
        idle(&pump).await;
        assert_eq!(calls.batches()[1].len(), 10, "halved");
        assert_poison_is_dead(&pump, &calls).await;
        pump.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_reported_counts_for_nothing_where_reports_are_not_asked_for() {
    let source = twenty(false).await;
    let (function, calls) = deciding(|batch| Ok(vec![batch[0].sequence_number.clone()]));
    let mapping = Mapping { report_batch_item_failures: false, ..one_by_one() };
    let pump = source.pump(mapping, &function).await;
    idle(&pump).await;
    assert_eq!(calls.batches().len(), 1);
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_splitting_a_batch_is_tried_and_given_up_as_a_whole() {
    let source = twenty(false).await;
    let (function, calls) = deciding(|_| Err("poison".to_owned()));
    let mapping =
        Mapping { bisect_batch_on_function_error: false, maximum_retry_attempts: 2, ..one_by_one() };
    let pump = source.pump(mapping, &function).await;
    idle(&pump).await;
    assert!(calls.batches().iter().all(|batch| batch.len() == 20));
    assert_eq!(calls.batches().len(), 3);
    assert_eq!(pump.dead_letters().await.unwrap().len(), 20, "one letter for each");
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_counts_as_a_failure() {
    let source = twenty(false).await;
    let (function, calls) = deciding(|batch| {
        assert!(!with_poison(batch), "poison");
        Ok(Vec::new())
    });
    let pump = source.pump(one_by_one(), &function).await;
    idle(&pump).await;
    assert_poison_is_dead(&pump, &calls).await;
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_does_what_takes_too_long() {
    let source = twenty(false).await;
    let (function, calls) = function(|batch| {
        Box::pin(async move {
            if with_poison(&batch) {
                std::future::pending::<()>().await;
            }
            Ok(Vec::new())
        })
    });
    let mapping = Mapping { timeout: Duration::from_millis(30), ..one_by_one() };
    let pump = source.pump(mapping, &function).await;
    idle(&pump).await;
    assert_poison_is_dead(&pump, &calls).await;
    pump.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_failing_partitions_than_batches_delay_no_other() {
    let source = Source::in_memory().await;
    let (function, calls) = deciding(|batch| {
        let failing = batch.iter().filter(|given| given.key.starts_with("bad"));
        Ok(failing.map(|given| given.sequence_number.clone()).collect())
    });
    let hour = Duration::from_hours(1);
    let mapping = Mapping { backoff: Backoff { first: hour, longest: hour }, ..quick() };
    let pump = source.pump(mapping, &function).await;
    for number in 0..15 {
        source.put(&format!("bad {number}"), number).await;
    }
    for number in 100..150 {
        source.put(&format!("good {}", number % 7), number).await;
    }
    let arrived = async {
        while calls.numbers().into_iter().filter(|number| *number >= 100).count() < 50 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), arrived).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), pump.stop()).await.expect("it waits for no retry");
}
