//! What the catalogue begins with.

use std::collections::{BTreeMap, HashSet};

use garde::Validate;
use tunelink::domain::{Names, Slug, canonical};

fn all_unique(texts: impl IntoIterator<Item = String>) {
    let mut seen = HashSet::new();
    for text in texts {
        assert!(seen.insert(canonical(&text)), "{text} occurs twice");
    }
}

fn well_formed(entries: &[(&Slug, &Names)]) {
    for (id, name) in entries {
        assert!(id.validate().is_ok() && name.validate().is_ok(), "{id}");
    }
    all_unique(entries.iter().map(|(id, _)| id.to_string()));
    all_unique(entries.iter().map(|(_, name)| name.en.clone()));
    all_unique(entries.iter().map(|(_, name)| name.fr.clone()));
}

#[test]
fn the_instruments_are_well_formed_and_many_in_each_category() {
    let instruments = functions::catalogue::instruments().unwrap();
    well_formed(&instruments.iter().map(|instrument| (&instrument.id, &instrument.name)).collect::<Vec<_>>());
    assert!(instruments.len() >= 80);
    let mut categories: BTreeMap<String, usize> = BTreeMap::new();
    for instrument in &instruments {
        assert!(instrument.icon.validate().is_ok(), "{}", instrument.id);
        *categories.entry(format!("{:?}", instrument.category)).or_default() += 1;
    }
    assert_eq!(categories.len(), 8);
    assert!(categories.values().all(|count| *count >= 5), "{categories:?}");
}

#[test]
fn the_genres_are_well_formed_and_many() {
    let genres = functions::catalogue::genres().unwrap();
    well_formed(&genres.iter().map(|genre| (&genre.id, &genre.name)).collect::<Vec<_>>());
    assert!(genres.len() >= 60);
}
