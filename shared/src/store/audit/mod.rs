//! Whether what always holds of the table holds. It reads and never writes.
//!
//! A scan brings the rows of a partition one after the other, so each partition is judged as it passes by; what has to
//! be looked up in others is read in batches. Where something is amiss that way, the table may have been written to
//! meanwhile, or the scan may have brought a part of a partition: the partition is read again, strongly and by itself,
//! and only what is found each time is told.

mod alone;
mod conversation;
mod event;
mod invariant;
mod members;
mod notes;
mod person;
mod reading;
mod walk;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::Serialize;

pub use self::{invariant::Invariant, notes::Finding};
use self::{
    notes::Notes,
    reading::Reader,
    walk::{Partition, Walk},
};
use super::{Key, Query, Store};
use crate::{app::Clock, error::Result};

/// How fast the table is read.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The most read capacity units a second, on average; `None` for as many as there are.
    pub units: Option<f64>,
    /// How long to wait before something is looked at again.
    pub pause: Duration,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    pub rows: u64,
    pub partitions: u64,
    pub findings: u64,
    /// Partitions that looked amiss and were written to whenever they were looked at: nothing is said of them.
    pub unsettled: u64,
    /// Read capacity units.
    pub units: f64,
}

/// How many partitions that look amiss are remembered before they are looked at again.
const SUSPECTS: usize = 500;

/// Reads the whole table, and tells of everything that is amiss in it.
pub async fn run(store: &Store, clock: &Clock, pace: Pace, mut tell: impl FnMut(&Finding)) -> Result<Report> {
    let audit = Audit { reader: Reader::new(store, pace.units), clock: clock.clone(), pause: pace.pause };
    let mut report = Report::default();
    let mut walk = Walk::new(&audit.reader, false, audit.clock.now());
    let (mut after, mut suspects) = (None, BTreeSet::new());
    loop {
        let (items, more) = audit.reader.scan(after).await?;
        report.rows += items.len() as u64;
        walk.now = audit.clock.now();
        for item in items {
            walk.take(item).await?;
        }
        if more.is_none() {
            walk.end().await?;
        }
        suspects.extend(walk.found.drain(..).map(|(partition, _)| partition));
        if suspects.len() >= SUSPECTS || more.is_none() {
            audit.look_again(std::mem::take(&mut suspects), &mut report, &mut tell).await?;
        }
        after = more;
        if after.is_none() {
            break;
        }
    }
    Ok(Report { partitions: walk.partitions, units: audit.reader.units(), ..report })
}

/// A partition that looks amiss.
#[derive(Default)]
struct Suspect {
    /// How often it was looked at while nobody wrote to it.
    looks: usize,
    /// What was found each time.
    lasting: Option<BTreeSet<Finding>>,
}

struct Audit {
    reader: Reader,
    clock: Clock,
    pause: Duration,
}

impl Audit {
    /// Looks at partitions until each was still for two looks, and tells of what both found.
    async fn look_again(
        &self,
        partitions: BTreeSet<String>,
        report: &mut Report,
        tell: &mut impl FnMut(&Finding),
    ) -> Result<()> {
        const LOOKS: usize = 2;
        const ATTEMPTS: usize = 10;
        let mut suspects: BTreeMap<String, Suspect> =
            partitions.into_iter().map(|partition| (partition, Suspect::default())).collect();
        for _ in 0..ATTEMPTS {
            if suspects.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(self.pause).await;
            for (partition, suspect) in &mut suspects {
                if let Some(found) = self.look(partition).await? {
                    suspect.looks += 1;
                    suspect.lasting = Some(match suspect.lasting.take() {
                        Some(before) => both(before, &found),
                        None => found,
                    });
                }
            }
            suspects.retain(|_, suspect| {
                let Some(lasting) = &suspect.lasting else { return true };
                if suspect.looks < LOOKS && !lasting.is_empty() {
                    return true;
                }
                report.findings += lasting.len() as u64;
                lasting.iter().for_each(&mut *tell);
                false
            });
        }
        report.unsettled += suspects.len() as u64;
        Ok(())
    }

    /// What is amiss in a partition; `None` when somebody wrote to it meanwhile.
    async fn look(&self, partition: &str) -> Result<Option<BTreeSet<Finding>>> {
        let head = Key::head_of(partition);
        let before = self.reader.head(head.as_ref()).await?;
        let mut walk = Walk::new(&self.reader, true, self.clock.now());
        let mut query = Query::partition(partition).consistent();
        loop {
            let items = self.reader.page(&query).await?;
            let more = items.more;
            let last = items.rows.last().and_then(Key::of);
            for item in items.rows {
                walk.take(item).await?;
            }
            if !more {
                break;
            }
            query = query.after(last.as_ref());
        }
        walk.end().await?;
        let is_still = self.reader.head(head.as_ref()).await? == before;
        Ok(is_still.then(|| walk.found.into_iter().map(|(_, finding)| finding).collect()))
    }
}

/// What was found twice: the same invariant does not hold of the same row. What precisely was found may have moved on.
fn both(before: BTreeSet<Finding>, after: &BTreeSet<Finding>) -> BTreeSet<Finding> {
    let of = |finding: &Finding| (finding.invariant, finding.key.clone());
    let after: BTreeSet<_> = after.iter().map(of).collect();
    before.into_iter().filter(|finding| after.contains(&of(finding))).collect()
}
