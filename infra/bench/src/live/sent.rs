//! The messages under way.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::plan::Outcome;

/// The messages under way, and what became of the others.
#[derive(Default)]
pub(super) struct Sent(Mutex<State>);

#[derive(Default)]
struct State {
    /// At whose sockets each has yet to arrive, and when it was sent.
    waiting: HashMap<String, (HashSet<usize>, Instant)>,
    outcome: Outcome,
}

impl Sent {
    pub(super) fn begin(&self, id: &str, to: HashSet<usize>, at: Instant) {
        self.lock().waiting.insert(id.to_owned(), (to, at));
    }

    pub(super) fn replied(&self, id: &str, is_accepted: bool, after: Duration) {
        let mut state = self.lock();
        if is_accepted {
            state.outcome.replied.push(microseconds(after));
        } else {
            state.waiting.remove(id);
            state.outcome.refused += 1;
        }
    }

    /// Counts a frame once at each socket that it is for.
    pub(super) fn arrived(&self, id: &str, index: usize, at: Instant) {
        let mut state = self.lock();
        let Some((to, began)) = state.waiting.get_mut(id) else { return };
        if !to.remove(&index) {
            return;
        }
        let (after, is_last) = (microseconds(at - *began), to.is_empty());
        if is_last {
            state.waiting.remove(id);
        }
        state.outcome.arrived.push(after);
    }

    pub(super) fn is_waiting(&self) -> bool {
        !self.lock().waiting.is_empty()
    }

    pub(super) fn outcome(&self) -> Outcome {
        let mut state = self.lock();
        let lost: usize = state.waiting.values().map(|(to, _)| to.len()).sum();
        let lost = u32::try_from(lost).unwrap_or(u32::MAX);
        Outcome { lost, ..std::mem::take(&mut state.outcome) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
