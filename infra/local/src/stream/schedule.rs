//! Which records are handed over next, and what becomes of those that fail. It neither waits nor calls.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::mapping::Mapping;
use super::record::{Batch, Outcome, Record};
use super::window::Window;

/// The records that were read and are not done with.
///
/// AWS hashes keys to as many lanes as batches run at a time, and a failing batch holds up its lane. Here each key is
/// a lane of its own, so that it holds up none but itself.
pub(super) struct Schedule {
    mapping: Mapping,
    window: Window,
    lanes: HashMap<String, Lane>,
    /// The keys with something waiting and nothing in flight, and how many records that is.
    ready: VecDeque<String>,
    at_hand: usize,
    /// Batches to hand over before anything new.
    again: VecDeque<Batch>,
    running: usize,
}

/// The records of one key.
#[derive(Default)]
struct Lane {
    waiting: VecDeque<Record>,
    in_flight: usize,
}

/// What is to be done about a batch that failed.
#[derive(Debug)]
pub(super) enum Next {
    /// Wait, then hand it to [`Schedule::again`].
    Retry(Batch, Duration),
    /// Keep its records as dead letters, then hand it to [`Schedule::finish`].
    GiveUp(Batch, Outcome),
}

impl Schedule {
    pub(super) fn new(mapping: Mapping) -> Self {
        Self {
            mapping,
            window: Window::default(),
            lanes: HashMap::new(),
            ready: VecDeque::new(),
            at_hand: 0,
            again: VecDeque::new(),
            running: 0,
        }
    }

    /// How many records there are from the first that is not done with to the last.
    pub(super) fn outstanding(&self) -> usize {
        self.window.len()
    }

    /// See [`Window::passed`].
    pub(super) fn passed(&self) -> Option<&str> {
        self.window.passed()
    }

    /// Takes in the next record of the stream.
    pub(super) fn push(&mut self, mut record: Record) {
        record.number = self.window.push(record.sequence_number.clone());
        let key = record.key.clone();
        let lane = self.lanes.entry(key.clone()).or_default();
        lane.waiting.push_back(record);
        if lane.in_flight == 0 {
            self.at_hand += 1;
            if lane.waiting.len() == 1 {
                self.ready.push_back(key);
            }
        }
    }

    /// Passes over the next record of the stream.
    pub(super) fn skip(&mut self, record: Record) {
        let number = self.window.push(record.sequence_number);
        self.window.finish(number);
    }

    /// The next batch to hand over, if there is one and not enough of them run already.
    pub(super) fn next(&mut self) -> Option<Batch> {
        if self.running >= self.mapping.parallelization_factor {
            return None;
        }
        let batch = self.again.pop_front().or_else(|| self.gather())?;
        self.running += 1;
        Some(batch)
    }

    /// What is ready is shared among the batches that may run.
    fn gather(&mut self) -> Option<Batch> {
        let most = self.mapping.batch_size;
        let share = self.at_hand.div_ceil(self.mapping.parallelization_factor - self.running).min(most);
        let mut records = Vec::new();
        while records.len() < share
            && let Some(key) = self.ready.pop_front()
        {
            let Some(lane) = self.lanes.get_mut(&key) else { continue };
            self.at_hand -= lane.waiting.len();
            lane.in_flight = lane.waiting.len().min(most - records.len());
            records.extend(lane.waiting.drain(..lane.in_flight));
        }
        records.sort_unstable_by_key(|record| record.number);
        (!records.is_empty()).then(|| Batch::new(records))
    }

    /// Takes back a batch that was waiting to be tried again.
    pub(super) fn again(&mut self, batch: Batch) {
        self.again.push_back(batch);
    }

    /// Takes back a batch from [`Self::next`] with what the function made of it.
    pub(super) fn returned(&mut self, batch: Batch, outcome: Outcome) -> Option<Next> {
        self.running -= 1;
        match outcome {
            Outcome::Succeeded => {
                self.finish(batch);
                None
            }
            Outcome::FailedFrom(place) => Some(self.failed_from(batch, place)),
            Outcome::Failed(_) if self.mapping.bisect_batch_on_function_error && batch.records.len() > 1 => {
                self.split(batch);
                None
            }
            Outcome::Failed(_) => Some(self.failed(batch, outcome)),
        }
    }

    /// What is before the record that failed is done with. The others go on without it, except for those of its key.
    fn failed_from(&mut self, mut batch: Batch, place: usize) -> Next {
        if place > 0 {
            batch.failures = 0;
        }
        let done: Vec<Record> = batch.records.drain(..place).collect();
        self.release(&done);
        if self.mapping.bisect_batch_on_function_error && batch.records.len() > 1 {
            let key = batch.records[0].key.clone();
            let (mut same, others): (Vec<_>, Vec<_>) =
                batch.records.drain(..).partition(|record| record.key == key);
            let behind = same.split_off(1);
            batch.records = same;
            batch.put_behind(behind);
            batch.failures = 0;
            if !others.is_empty() {
                self.again.push_back(Batch::new(others));
            }
        }
        self.failed(batch, Outcome::FailedFrom(0))
    }

    fn failed(&self, mut batch: Batch, outcome: Outcome) -> Next {
        batch.failures += 1;
        if batch.failures > self.mapping.maximum_retry_attempts {
            return Next::GiveUp(batch, outcome);
        }
        let wait = self.mapping.backoff.after(batch.failures);
        Next::Retry(batch, wait)
    }

    /// Keys are parted first, for they need not wait for each other.
    fn split(&mut self, mut batch: Batch) {
        let mut keys: Vec<String> = Vec::new();
        for record in &batch.records {
            if !keys.contains(&record.key) {
                keys.push(record.key.clone());
            }
        }
        if keys.len() == 1 {
            let behind = batch.records.split_off(batch.records.len() / 2);
            batch.put_behind(behind);
            batch.failures = 0;
            self.again.push_back(batch);
            return;
        }
        keys.truncate(keys.len() / 2);
        let (some, others) = batch.records.into_iter().partition(|record| keys.contains(&record.key));
        self.again.extend([Batch::new(some), Batch::new(others)]);
    }

    /// Notes that a batch is done with, be it that it succeeded or that it was given up.
    pub(super) fn finish(&mut self, batch: Batch) {
        self.release(&batch.records);
        self.again.extend(batch.sequel());
    }

    fn release(&mut self, records: &[Record]) {
        for record in records {
            self.window.finish(record.number);
            let Some(lane) = self.lanes.get_mut(&record.key) else { continue };
            lane.in_flight -= 1;
            if lane.in_flight > 0 {
                continue;
            }
            if lane.waiting.is_empty() {
                self.lanes.remove(&record.key);
            } else {
                self.at_hand += lane.waiting.len();
                self.ready.push_back(record.key.clone());
            }
        }
    }
}
