use std::collections::{BTreeMap, HashSet};

use aws_lambda_events::dynamodb::EventRecord;
use proptest::prelude::*;

use crate::stream::Mapping;
use crate::stream::record::{Batch, Outcome, Record};
use crate::stream::schedule::{Next, Schedule};

/// What happens next, as a number that is read in different ways.
type Turn = u16;

fn record(number: usize, key: u8) -> Record {
    let sequence_number = format!("{number:05}");
    Record { number: 0, sequence_number, key: key.to_string(), event: EventRecord::default() }
}

/// Follows the records of a schedule from the outside.
struct Watched {
    schedule: Schedule,
    mapping: Mapping,
    /// With the function.
    running: Vec<Batch>,
    /// Waiting to be tried again.
    resting: Vec<Batch>,
    /// By key, what is done with in the order in which that happened.
    done: BTreeMap<String, Vec<String>>,
    poison: HashSet<String>,
}

impl Watched {
    fn start_batches(&mut self) {
        while let Some(batch) = self.schedule.next() {
            assert!(batch.records.len() <= self.mapping.batch_size);
            assert!(batch.records.is_sorted_by_key(|record| record.number));
            let keys: HashSet<&str> = batch.records.iter().map(|record| record.key.as_str()).collect();
            for other in self.running.iter().chain(&self.resting) {
                assert!(
                    other.records.iter().all(|record| !keys.contains(record.key.as_str())),
                    "twice at a time"
                );
            }
            self.running.push(batch);
        }
        assert!(self.running.len() <= self.mapping.parallelization_factor);
    }

    fn note_done(&mut self, records: &[Record]) {
        for record in records {
            self.done.entry(record.key.clone()).or_default().push(record.sequence_number.clone());
        }
    }

    /// The function comes back with a batch: a poison fails always, anything else now and then.
    fn come_back(&mut self, turn: Turn) {
        let batch = self.running.swap_remove(usize::from(turn) % self.running.len());
        let poisoned = batch.records.iter().position(|record| self.poison.contains(&record.sequence_number));
        let outcome = match (poisoned, turn % 5) {
            (Some(place), 0..3) => Outcome::FailedFrom(place),
            (Some(_), _) | (None, 4) => Outcome::Failed("it failed".to_owned()),
            (None, 3) => Outcome::FailedFrom(usize::from(turn) % batch.records.len()),
            (None, _) => Outcome::Succeeded,
        };
        match &outcome {
            Outcome::Succeeded => self.note_done(&batch.records),
            Outcome::FailedFrom(place) => self.note_done(&batch.records[..*place]),
            Outcome::Failed(_) => {}
        }
        match self.schedule.returned(batch, outcome) {
            Some(Next::Retry(batch, _)) => self.resting.push(batch),
            Some(Next::GiveUp(batch, _)) => {
                assert_eq!(batch.records.len(), 1, "nothing is given up that is not alone");
                assert_eq!(batch.failures, self.mapping.maximum_retry_attempts + 1);
                self.note_done(&batch.records);
                self.schedule.finish(batch);
            }
            None => {}
        }
    }

    fn assert_passed_is_true(&self) {
        let done: HashSet<&str> = self.done.values().flatten().map(String::as_str).collect();
        let passed = self.schedule.passed().map_or(0, |passed| passed.parse::<usize>().unwrap() + 1);
        assert!((0..passed).all(|number| done.contains(format!("{number:05}").as_str())));
        assert!(!done.contains(format!("{passed:05}").as_str()), "more is done with than passed");
    }
}

proptest! {
    #[test]
    fn whatever_fails_each_key_keeps_its_order_and_all_is_done_with_once(
        keys in prop::collection::vec(0_u8..6, 1..80),
        poison in prop::collection::hash_set(0_usize..80, 0..4),
        batch_size in 1_usize..20,
        parallelization_factor in 1_usize..5,
        turns in prop::collection::vec(any::<Turn>(), 1..50),
    ) {
        let mapping = Mapping { batch_size, parallelization_factor, ..Mapping::default() };
        let mut watched = Watched {
            schedule: Schedule::new(mapping.clone()),
            mapping,
            running: Vec::new(),
            resting: Vec::new(),
            done: BTreeMap::new(),
            poison: poison.into_iter().map(|number| format!("{number:05}")).collect(),
        };
        let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut coming = keys.into_iter().enumerate().map(|(number, key)| record(number, key)).peekable();
        for turn in turns.iter().cycle().take(20_000) {
            watched.start_batches();
            if turn % 3 != 0 && let Some(record) = coming.next() {
                expected.entry(record.key.clone()).or_default().push(record.sequence_number.clone());
                watched.schedule.push(record);
            } else if !watched.running.is_empty() {
                watched.come_back(turn / 3);
            } else if let Some(batch) = watched.resting.pop() {
                watched.schedule.again(batch);
            } else if let Some(record) = coming.next() {
                expected.entry(record.key.clone()).or_default().push(record.sequence_number.clone());
                watched.schedule.push(record);
            } else if watched.schedule.outstanding() == 0 {
                break;
            }
            watched.assert_passed_is_true();
        }
        prop_assert_eq!(watched.schedule.outstanding(), 0);
        prop_assert!(coming.peek().is_none());
        prop_assert_eq!(watched.done, expected);
    }
}
