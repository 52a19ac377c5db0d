//! Fills the catalogue with the entries that come with the software, each of them once: what an admin has
//! changed since is left alone, and what an admin has deleted does not come back.

use std::collections::{BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use super::{Condition, Key, Store, Write, catalogue, keys};
use crate::{
    domain::{CatalogueKind, Slug},
    error::{Code, Error, Result},
};

/// An entry to begin with.
#[derive(Clone, Debug)]
pub struct Seed {
    pub kind: CatalogueKind,
    pub id: Slug,
    /// The whole entry, as the catalogue keeps it.
    pub entry: serde_json::Value,
}

impl Seed {
    fn key(&self) -> Key {
        keys::catalogue(self.kind, &self.id)
    }
}

/// Remembers, in one item, every entry that was ever seeded. It is written in the transaction that adds them.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Seeded {
    /// Sort keys of the entries.
    entries: BTreeSet<String>,
    version: u64,
}

/// One write of a transaction is the memory.
const AT_ONCE: usize = 99;

/// Adds those among these entries that were never seeded, and gives their number. When there is nothing to do
/// it costs one read.
pub async fn run(store: &Store, seeds: &[Seed]) -> Result<usize> {
    const ATTEMPTS: usize = 8;
    let (mut added, mut failures) = (0, 0);
    loop {
        match step(store, seeds).await {
            Ok(None) => return Ok(added),
            Ok(Some(more)) => added += more,
            // Another process seeds, too, or an admin was faster.
            Err(Error { code: Code::Conflict | Code::AlreadyExists, .. }) if failures < ATTEMPTS => {
                failures += 1
            }
            Err(error) => return Err(error),
        }
    }
}

/// Adds as many as fit into one transaction; `None` when nothing is left to add.
async fn step(store: &Store, seeds: &[Seed]) -> Result<Option<usize>> {
    let mut seeded: Seeded = store.get(keys::seeded()).await?.unwrap_or_default();
    let new = seeds.iter().filter(|seed| !seeded.entries.contains(&seed.key().sk));
    let new: Vec<&Seed> = new.take(AT_ONCE).collect();
    if new.is_empty() {
        return Ok(None);
    }
    let present: Vec<Key> = store.get_all(new.iter().map(|seed| seed.key()).collect()).await?;
    let present: HashSet<String> = present.into_iter().map(|key| key.sk).collect();
    let missing = new.iter().filter(|seed| !present.contains(&seed.key().sk));
    let mut writes = missing
        .map(|seed| catalogue::add(seed.kind, &seed.id, &seed.entry))
        .collect::<Result<Vec<Write>>>()?;
    let added = writes.len();
    let unchanged = Condition::equals("version", seeded.version);
    seeded.entries.extend(new.iter().map(|seed| seed.key().sk));
    seeded.version += 1;
    let remember = Write::put(keys::seeded(), &seeded)?;
    writes.push(remember.when(Condition::absent().or(unchanged), Code::Conflict));
    store.commit(writes).await.map(|()| Some(added))
}
