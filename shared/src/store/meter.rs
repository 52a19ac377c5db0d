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
    /// Rounds of the reads of a search that were made at the same time.
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

    pub(super) fn read<'a>(&self, items: usize, used: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        self.count(|cost| {
            cost.calls += 1;
            cost.items += u32::try_from(items).unwrap_or(u32::MAX);
            cost.rcu += units(used);
        });
    }

    pub(super) fn wrote<'a>(&self, used: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        self.count(|cost| {
            cost.calls += 1;
            cost.wcu += units(used);
        });
    }

    pub(super) fn rounds(&self, number: usize) {
        self.count(|cost| cost.rounds += u32::try_from(number).unwrap_or(u32::MAX));
    }

    fn count(&self, count: impl FnOnce(&mut Cost)) {
        count(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn units<'a>(used: impl IntoIterator<Item = &'a ConsumedCapacity>) -> f64 {
    used.into_iter().filter_map(|used| used.capacity_units).sum()
}
