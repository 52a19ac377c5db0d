use std::{
    iter::Sum,
    sync::{Arc, Mutex, PoisonError},
};

use aws_sdk_dynamodb::types::ConsumedCapacity;

/// Counts what a call of an operation asks of the table. Copies count together.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Mutex<Cost>>);

/// What was asked of the table, capacity as DynamoDB itself reports it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Requests to DynamoDB.
    pub calls: u32,
    /// The longest chain of requests of which each was begun when the one before it was over: how many round trips the
    /// caller has waited for. What is asked at the same time counts once.
    pub rounds: u32,
    /// Items read.
    pub items: u32,
    /// Read capacity units.
    pub rcu: f64,
    /// Write capacity units.
    pub wcu: f64,
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        costs.fold(Self::default(), |sum, cost| Self {
            calls: sum.calls + cost.calls,
            rounds: sum.rounds + cost.rounds,
            items: sum.items + cost.items,
            rcu: sum.rcu + cost.rcu,
            wcu: sum.wcu + cost.wcu,
        })
    }
}

impl Meter {
    pub fn cost(&self) -> Cost {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request that is sent now.
    pub(super) fn begin(&self) -> Trip<'_> {
        Trip { meter: self, round: self.cost().rounds + 1 }
    }

    fn count(&self, count: impl FnOnce(&mut Cost)) {
        count(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// A request on its way. It counts once it is over, whatever becomes of it.
pub(super) struct Trip<'a> {
    meter: &'a Meter,
    /// The number of its round, from 1.
    round: u32,
}

impl Trip<'_> {
    pub(super) fn read<'a>(self, items: usize, used: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        self.meter.count(|cost| {
            cost.items += u32::try_from(items).unwrap_or(u32::MAX);
            cost.rcu += units(used);
        });
    }

    pub(super) fn wrote<'a>(self, used: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        self.meter.count(|cost| cost.wcu += units(used));
    }
}

impl Drop for Trip<'_> {
    fn drop(&mut self) {
        self.meter.count(|cost| {
            cost.calls += 1;
            cost.rounds = cost.rounds.max(self.round);
        });
    }
}

fn units<'a>(used: impl IntoIterator<Item = &'a ConsumedCapacity>) -> f64 {
    used.into_iter().filter_map(|used| used.capacity_units).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_at_the_same_time_is_one_round() {
        let meter = Meter::default();
        let (session, item) = (meter.begin(), meter.begin());
        item.read(1, None);
        session.read(1, None);
        let commit = meter.begin();
        commit.wrote(None);
        assert_eq!(meter.cost(), Cost { calls: 3, rounds: 2, items: 2, ..Cost::default() });
    }

    #[test]
    fn the_longest_chain_counts() {
        let meter = Meter::default();
        let (long, first) = (meter.begin(), meter.begin());
        first.read(0, None);
        let (second, third) = (meter.begin(), meter.begin());
        second.read(0, None);
        third.read(0, None);
        // It was over before any of the next were begun, and began beside the first.
        long.read(0, None);
        assert_eq!((meter.cost().calls, meter.cost().rounds), (4, 2));
        meter.begin().wrote(None);
        assert_eq!(meter.cost().rounds, 3);
    }

    #[test]
    fn what_fails_is_waited_for_as_well() {
        let meter = Meter::default();
        drop(meter.begin());
        assert_eq!(meter.cost(), Cost { calls: 1, rounds: 1, ..Cost::default() });
    }
}
