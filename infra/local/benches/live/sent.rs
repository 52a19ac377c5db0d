//! The messages under way.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::plan::Outcome;

/// The messages under way, and what became of the others.
#[derive(Default)]
pub(crate) struct Sent(Mutex<State>);

#[derive(Default)]
struct State {
    /// At whose socket each has to arrive, and when it was sent.
    waiting: HashMap<String, (usize, Instant)>,
    outcome: Outcome,
}

impl Sent {
    pub(crate) fn begin(&self, id: &str, to: usize, at: Instant) {
        self.lock().waiting.insert(id.to_owned(), (to, at));
    }

    pub(crate) fn replied(&self, id: &str, is_accepted: bool, after: Duration) {
        let mut state = self.lock();
        if is_accepted {
            state.outcome.replied.push(microseconds(after));
        } else {
            state.waiting.remove(id);
            state.outcome.refused += 1;
        }
    }

    /// Counts a frame once, at the socket that it is for.
    pub(crate) fn arrived(&self, id: &str, index: usize, at: Instant) {
        let mut state = self.lock();
        if let Some((_, began)) = state.waiting.get(id).filter(|(to, _)| *to == index).copied() {
            state.waiting.remove(id);
            state.outcome.arrived.push(microseconds(at - began));
        }
    }

    pub(crate) fn is_waiting(&self) -> bool {
        !self.lock().waiting.is_empty()
    }

    pub(crate) fn outcome(&self) -> Outcome {
        let mut state = self.lock();
        let lost = u32::try_from(state.waiting.len()).unwrap_or(u32::MAX);
        Outcome { lost, ..std::mem::take(&mut state.outcome) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
