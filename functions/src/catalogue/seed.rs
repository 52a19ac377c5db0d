//! The entries that the catalogue begins with.

use tunelink::{
    Error, Result,
    app::App,
    domain::{Genre, Instrument},
    store::seed::{self, Seed},
};

use super::entry::Entry;

const INSTRUMENTS: &str = include_str!("seed/instruments.json");
const GENRES: &str = include_str!("seed/genres.json");

/// Adds the entries that were never added before, and gives their number.
pub async fn seed(app: &App) -> Result<usize> {
    let mut seeds = seeds(instruments()?)?;
    seeds.extend(self::seeds(genres()?)?);
    seed::run(app.store(), &seeds, app.now()).await
}

/// The instruments that the catalogue begins with.
pub fn instruments() -> Result<Vec<Instrument>> {
    serde_json::from_str(INSTRUMENTS).map_err(Error::internal)
}

/// The genres that the catalogue begins with.
pub fn genres() -> Result<Vec<Genre>> {
    serde_json::from_str(GENRES).map_err(Error::internal)
}

fn seeds<T: Entry>(entries: Vec<T>) -> Result<Vec<Seed>> {
    let seed = |entry: T| {
        let value = serde_json::to_value(&entry).map_err(Error::internal)?;
        Ok(Seed { kind: T::KIND, id: entry.id().clone(), entry: value })
    };
    entries.into_iter().map(seed).collect()
}
