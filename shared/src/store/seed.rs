//! Fills the catalogue with the entries that come with the software, each of them once: what an admin has
//! changed since is left alone, and what an admin has deleted does not come back.

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;
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
pub(super) struct Seeded {
    /// Sort keys of the entries.
    entries: BTreeSet<String>,
    version: u64,
}

impl Seeded {
    /// Adds to the memory, unless another process did so since it was read.
    fn remember(&mut self, seeds: &[&Seed]) -> Result<Write> {
        let unchanged = Condition::absent().or(Condition::equals("version", self.version));
        self.entries.extend(seeds.iter().map(|seed| seed.key().sk));
        self.version += 1;
        Ok(Write::put(keys::seeded(), self)?.when(unchanged, Code::Conflict))
    }
}

/// Adds those among these entries that were never seeded, and gives their number. When there is nothing to do
/// it costs one read.
pub async fn run(store: &Store, seeds: &[Seed], now: Timestamp) -> Result<usize> {
    const ATTEMPTS: usize = 8;
    let mut added = 0;
    for _ in 0..ATTEMPTS {
        match sow(store, seeds, now, &mut added).await {
            // Another process seeds, too, or an admin was faster.
            Err(Error { code: Code::Conflict | Code::AlreadyExists, .. }) => {}
            done => return done.map(|()| added),
        }
    }
    Err(Code::Conflict.into())
}

async fn sow(store: &Store, seeds: &[Seed], now: Timestamp, added: &mut usize) -> Result<()> {
    /// The most writes in one transaction, less the memory.
    const AT_ONCE: usize = 99;
    let mut seeded: Seeded = store.get(keys::seeded()).await?.unwrap_or_default();
    let new: Vec<&Seed> = seeds.iter().filter(|seed| !seeded.entries.contains(&seed.key().sk)).collect();
    if new.is_empty() {
        return Ok(());
    }
    let present = store.keys_of(keys::CATALOGUE.to_owned()).await?;
    let present: HashSet<String> = present.into_iter().map(|key| key.sk).collect();
    for some in new.chunks(AT_ONCE) {
        let missing = some.iter().filter(|seed| !present.contains(&seed.key().sk));
        let add = |seed: &&Seed| catalogue::add(seed.kind, &seed.id, &seed.entry, now);
        let mut writes = missing.map(add).collect::<Result<Vec<_>>>()?;
        let number = writes.len();
        writes.push(seeded.remember(some)?);
        store.commit(writes).await?;
        *added += number;
    }
    Ok(())
}
