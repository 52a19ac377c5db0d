//! What creating and changing an event have in common.

use std::collections::HashSet;

use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Error, Result,
    domain::{CatalogueKind, EventStatus, Slug},
    error::FieldError,
    store::{Store, catalogue},
};

/// Whether an event is to be seen by others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "snake_case")]
#[garde(allow_unvalidated)]
#[schemars(inline)]
pub enum Publication {
    Draft,
    #[default]
    Published,
}

impl From<Publication> for EventStatus {
    fn from(publication: Publication) -> Self {
        match publication {
            Publication::Draft => Self::Draft,
            Publication::Published => Self::Published,
        }
    }
}

/// The fields of entries that occurred before.
pub(super) fn duplicates<'a>(
    entries: impl Iterator<Item = &'a Slug>,
    field: impl Fn(usize) -> String,
) -> Vec<FieldError> {
    let mut seen = HashSet::new();
    let again = entries.enumerate().filter(|(_, entry)| !seen.insert(*entry));
    again.map(|(at, _)| Code::DuplicateEntry.at(field(at))).collect()
}

/// Refuses genres that the catalogue does not have.
pub(super) async fn genres_are_known(store: &Store, genres: &[Slug]) -> Result<()> {
    let unknown = catalogue::unknown(store, CatalogueKind::Genre, genres).await?;
    let faults: Vec<_> =
        unknown.into_iter().map(|at| Code::UnknownGenre.at(format!("genres[{at}]"))).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
}
