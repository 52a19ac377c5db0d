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
    let mut seeds = read::<Instrument>(INSTRUMENTS)?;
    seeds.extend(read::<Genre>(GENRES)?);
    seed::run(app.store(), &seeds).await
}

fn read<T: Entry>(json: &str) -> Result<Vec<Seed>> {
    let entries: Vec<T> = serde_json::from_str(json).map_err(Error::internal)?;
    let seed = |entry: T| {
        let value = serde_json::to_value(&entry).map_err(Error::internal)?;
        Ok(Seed { kind: T::KIND, id: entry.id().clone(), entry: value })
    };
    entries.into_iter().map(seed).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use garde::Validate;
    use tunelink::domain::{Names, canonical};

    use super::*;

    fn instruments() -> Vec<Instrument> {
        serde_json::from_str(INSTRUMENTS).unwrap()
    }

    fn genres() -> Vec<Genre> {
        serde_json::from_str(GENRES).unwrap()
    }

    fn all_unique(texts: impl IntoIterator<Item = String>) {
        let mut seen = HashSet::new();
        for text in texts {
            assert!(seen.insert(canonical(&text)), "{text} occurs twice");
        }
    }

    fn well_formed<T: Entry>(entries: &[T]) {
        for entry in entries {
            assert!(entry.id().validate().is_ok(), "{}", entry.id());
            assert!(entry.name().validate().is_ok(), "{}", entry.id());
        }
        all_unique(entries.iter().map(|entry| entry.id().to_string()));
        let names: [fn(&Names) -> &String; 2] = [|name| &name.en, |name| &name.fr];
        for name in names {
            all_unique(entries.iter().map(|entry| name(entry.name()).clone()));
        }
    }

    #[test]
    fn the_instruments_are_well_formed_and_many_in_each_category() {
        let instruments = instruments();
        well_formed(&instruments);
        assert!(instruments.len() >= 80);
        let mut categories: BTreeMap<String, usize> = BTreeMap::new();
        for instrument in &instruments {
            assert!(instrument.icon.validate().is_ok(), "{}", instrument.id);
            *categories.entry(format!("{:?}", instrument.category)).or_default() += 1;
        }
        assert_eq!(categories.len(), 8);
        assert!(categories.values().all(|count| *count >= 3), "{categories:?}");
    }

    #[test]
    fn the_genres_are_well_formed_and_many() {
        let genres = genres();
        well_formed(&genres);
        assert!(genres.len() >= 60);
    }

    #[test]
    fn every_entry_becomes_a_seed() {
        let seeds = read::<Instrument>(INSTRUMENTS).unwrap();
        assert_eq!(seeds.len(), instruments().len());
        assert!(seeds.iter().all(|seed| seed.entry["id"] == seed.id.as_str()));
    }
}
