//! The catalogue of instruments and genres: one partition, small enough to be read whole.

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::try_join;

use super::{Condition, Query, RELATED, Store, Write, keys};
use crate::{
    domain::{CatalogueKind, Slug},
    error::{Code, Error, Result},
    http::IfMatch,
};

/// An entry with what the store keeps beside it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row<T> {
    #[serde(flatten)]
    pub entry: T,
    /// Counts the changes; the `ETag`.
    pub version: u64,
    /// Set while the entry is being deleted: nobody can take it up any more.
    pub retired: Option<bool>,
}

impl<T> Row<T> {
    /// The first version is the time in milliseconds: an entry that comes back after its deletion is another one.
    fn new(entry: T, now: Timestamp) -> Self {
        Self { entry, version: now.as_millisecond().unsigned_abs(), retired: None }
    }
}

/// One entry, perhaps a second old.
pub async fn find<T: DeserializeOwned>(
    store: &Store,
    kind: CatalogueKind,
    id: &Slug,
) -> Result<Option<Row<T>>> {
    store.glance(keys::catalogue(kind, id)).await
}

/// Which of these ids the catalogue does not have, by their places; it may have got them within the last second.
pub async fn unknown(store: &Store, kind: CatalogueKind, ids: &[Slug]) -> Result<Vec<usize>> {
    let keys = ids.iter().map(|id| keys::catalogue(kind, id)).collect();
    let known = store.get_all::<super::Key>(keys).await?;
    let is_known = |id: &Slug| known.contains(&keys::catalogue(kind, id));
    Ok((0..ids.len()).filter(|at| !is_known(&ids[*at])).collect())
}

/// Refuses a filter of a search that names what the catalogue does not have, rather than finding nothing.
pub async fn must_be_known(store: &Store, instrument: Option<&Slug>, genre: Option<&Slug>) -> Result<()> {
    let has = async |kind, id: Option<&Slug>| -> Result<bool> {
        let Some(id) = id else { return Ok(true) };
        Ok(find::<serde_json::Value>(store, kind, id).await?.is_some())
    };
    let (instrument, genre) =
        try_join!(has(CatalogueKind::Instrument, instrument), has(CatalogueKind::Genre, genre))?;
    let mut faults = Vec::new();
    faults.extend((!instrument).then(|| Code::UnknownInstrument.at("instrument")));
    faults.extend((!genre).then(|| Code::UnknownGenre.at("genre")));
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
}

/// All entries of a kind, by id, perhaps a second old.
pub async fn list<T: DeserializeOwned>(store: &Store, kind: CatalogueKind) -> Result<Vec<T>> {
    let found = store.query::<Row<T>>(&Query::partition(keys::CATALOGUE).prefix(keys::prefix(kind))).await?;
    Ok(found.rows.into_iter().map(|row| row.entry).collect())
}

/// Adds an entry; `AlreadyExists` when its id is taken.
pub fn add<T: Serialize>(kind: CatalogueKind, id: &Slug, entry: T, now: Timestamp) -> Result<Write> {
    let write = Write::put(keys::catalogue(kind, id), &Row::new(entry, now))?;
    Ok(write.when(Condition::absent(), Code::AlreadyExists.at("id")))
}

/// Changes an entry; `set` names what changes.
pub async fn update<T: DeserializeOwned>(
    store: &Store,
    kind: CatalogueKind,
    id: &Slug,
    seen: &IfMatch,
    set: impl FnOnce(Write) -> Result<Write>,
) -> Result<Row<T>> {
    let write = set(Write::update(keys::catalogue(kind, id)))?.add("version", 1);
    let write = write.when(seen.condition().and(Condition::exists()), Code::PreconditionFailed);
    match store.update(write).await {
        Err(Error { code: Code::PreconditionFailed, .. }) => {
            let exists = store.get::<serde_json::Value>(keys::catalogue(kind, id)).await?.is_some();
            Err(if exists { Code::PreconditionFailed } else { Code::NotFound }.into())
        }
        updated => updated,
    }
}

/// Deletes an entry that nobody uses; `InUse` otherwise. From the first step on nobody can take it up, so
/// that what the second step finds is all there is. (What was taken up in the very moment before may not have
/// reached the index: `docs/DATA-MODEL.md` says what follows.)
pub async fn delete(store: &Store, kind: CatalogueKind, id: &Slug) -> Result<()> {
    let key = keys::catalogue(kind, id);
    let retire = Write::update(key.clone()).set("retired", &true)?.when(Condition::exists(), Code::NotFound);
    store.commit([retire]).await?;
    let users =
        store.query::<serde_json::Value>(&Query::index(RELATED, keys::users_of(kind, id)).limit(1)).await?;
    if users.rows.is_empty() {
        return store.commit([Write::delete(key).when(Condition::Exists("retired"), Code::Conflict)]).await;
    }
    let keep = Write::update(key).remove("retired").when(Condition::exists(), Code::NotFound);
    store.commit([keep]).await?;
    Err(Code::InUse.into())
}

/// Fails unless the catalogue has this entry and it is not about to go.
pub(super) fn must_be_offered(kind: CatalogueKind, id: &Slug) -> Write {
    let field = match kind {
        CatalogueKind::Instrument => "instrument_id",
        CatalogueKind::Genre => "genre_id",
    };
    must_be_offered_at(kind, id, field)
}

/// The same, for an entry that is named in another field.
pub(super) fn must_be_offered_at(kind: CatalogueKind, id: &Slug, field: &str) -> Write {
    let unknown = match kind {
        CatalogueKind::Instrument => Code::UnknownInstrument.at(field),
        CatalogueKind::Genre => Code::UnknownGenre.at(field),
    };
    Write::check(keys::catalogue(kind, id))
        .when(Condition::exists().and(Condition::Lacks("retired")), unknown)
}
