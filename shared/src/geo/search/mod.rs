//! The searches: [`by_date`], [`merged`] (by date without a place) and [`by_distance`].
//!
//! They know rows, partitions and sort keys, and nothing of how a partition is stored. What they hold to:
//! a page's rows are *final*, which means that no row still unread can come before them; nothing in a cursor
//! depends on how far a partition was read, so rows that come, go or move between pages make no other row appear
//! twice or not at all; and each page gets further, whatever it costs.

mod by_date;
mod by_distance;
mod estimate;
mod known;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) mod world;

pub use by_date::{Stream, by_date, merged};
pub use by_distance::by_distance;
use futures_util::future::try_join_all;

use super::{Cell, Point};
use crate::Result;

/// Reads made at the same time.
const AT_ONCE: usize = 16;
/// The most rows asked for in one read.
const LONGEST_READ: usize = 512;
/// So many rows of half a kilobyte cost as much to read as a read that finds nothing.
const ROWS_PER_CALL: usize = 8;

/// Where rows come from: partitions that are each sorted by a key which is unique among all rows of a search.
///
/// Keys are compared byte by byte. No key extends another, and none is used up by `!`, which sorts before all that
/// follows in a key. A row keeps its key for as long as it is the same for the search.
pub trait Source: Sync {
    type Partition: Send + Sync;
    type Row: Send;

    fn read(&self, read: Read<'_, Self::Partition>) -> impl Future<Output = Result<Batch<Self::Row>>> + Send;
}

/// The first `limit` rows of a partition with keys from `first` to `last`, in ascending order. Neither bound is itself
/// a row's key, so it makes no difference whether they are included, and `first` never sorts behind `last`.
#[derive(Debug)]
pub struct Read<'a, P> {
    pub partition: &'a P,
    pub first: String,
    pub last: &'a str,
    pub limit: usize,
}

/// What a read found.
#[derive(Debug)]
pub struct Batch<R> {
    /// Each with its sort key.
    pub rows: Vec<(String, R)>,
    /// Whether there may be rows behind the last one.
    pub more: bool,
}

/// A row that lies somewhere.
pub trait Placed {
    fn place(&self) -> Point;
}

/// How the rows of a cell are sorted, and which of them are meant.
#[derive(Clone, Copy, Debug)]
pub enum Layout<'a> {
    /// By a time, in one partition per cell: keys from `from` on and before `to`, neither of which is a row's key.
    Time { from: &'a str, to: &'a str },
    /// By geohash, the digits of which the key begins with, in one partition per coarsest cell.
    Place,
}

impl Layout<'_> {
    /// What lies before a cell's first row, and what behind its last one.
    fn range(&self, cell: &Cell) -> (String, String) {
        match self {
            Self::Time { from, to } => ((*from).to_owned(), (*to).to_owned()),
            Self::Place if cell.is_polar() => (String::new(), "~".to_owned()),
            Self::Place => (cell.key().to_owned(), format!("{}~", cell.key())),
        }
    }
}

/// Which page of a search.
#[derive(Clone, Debug)]
pub struct Wanted<K> {
    /// The `next` of the page before.
    pub after: Option<K>,
    /// At least 1.
    pub limit: usize,
    pub budget: Budget,
}

/// What a page may cost before it is cut short.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    pub calls: usize,
    pub items: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { calls: 80, items: 1_500 }
    }
}

/// A page of a search.
#[derive(Debug)]
pub struct Found<K, R> {
    /// In their order, each with what it is sorted by.
    pub rows: Vec<(K, R)>,
    /// Where the next page goes on; `None` if nothing can follow.
    pub next: Option<K>,
    /// Whether the budget ended the page before it was full.
    pub partial: bool,
    pub cost: Cost,
}

/// What a page did cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    pub calls: usize,
    /// Reads that waited for others count as one round with them.
    pub rounds: usize,
    /// Rows that were read, given out or not.
    pub items: usize,
}

struct Reader<'a, S> {
    source: &'a S,
    budget: Budget,
    cost: Cost,
}

impl<'a, S: Source> Reader<'a, S> {
    fn new(source: &'a S, budget: Budget) -> Self {
        Self { source, budget, cost: Cost::default() }
    }

    fn is_spent(&self) -> bool {
        self.cost.calls >= self.budget.calls || self.cost.items >= self.budget.items
    }

    /// How many reads the next round can have. A search that has to go beyond its budget is not slowed down.
    fn room(&self) -> usize {
        let left = self.budget.calls.saturating_sub(self.cost.calls);
        if self.is_spent() { AT_ONCE } else { left.min(AT_ONCE) }
    }

    async fn round(&mut self, reads: Vec<Read<'_, S::Partition>>) -> Result<Vec<Batch<S::Row>>> {
        self.cost.calls += reads.len();
        self.cost.rounds += 1;
        let batches = try_join_all(reads.into_iter().map(|read| self.source.read(read))).await?;
        self.cost.items += batches.iter().map(|batch| batch.rows.len()).sum::<usize>();
        Ok(batches)
    }
}

/// The least key that sorts behind another.
fn behind(position: &str) -> String {
    format!("{position}!")
}
