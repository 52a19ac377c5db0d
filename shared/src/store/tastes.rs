//! What people play and like.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Condition, Found, Query, RELATED, Store, Write, catalogue, keys, profiles};
use crate::{
    domain::{CatalogueKind, Level, LevelOfPlay, MAX_TASTES, Slug, UserId},
    error::{Code, Error, Result},
};

/// An instrument that someone plays, with the level, or a genre that they like.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Taste {
    pub id: Slug,
    pub kind: CatalogueKind,
    pub level: Option<Level>,
    pub since: Timestamp,
    related: String,
    related_sk: String,
    card: Card,
}

impl Taste {
    /// Something new that somebody plays or likes.
    pub(super) fn new(
        user_id: UserId,
        kind: CatalogueKind,
        id: &Slug,
        level: Option<Level>,
        since: Timestamp,
    ) -> Self {
        Self {
            id: id.clone(),
            kind,
            level,
            since,
            related: keys::users_of(kind, id),
            related_sk: entry(level, user_id),
            card: Card { user_id, level },
        }
    }
}

/// What the index projects.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Card {
    user_id: UserId,
    level: Option<Level>,
}

/// Somebody found in the index.
#[derive(Clone, Debug)]
pub struct Fan {
    pub user_id: UserId,
    pub level: Option<Level>,
}

/// In the index the most advanced come first.
fn entry(level: Option<Level>, user_id: UserId) -> String {
    format!("{USER}{}#{user_id}", rank(level))
}

const fn rank(level: Option<Level>) -> u8 {
    match level {
        Some(Level::Professional) => 1,
        Some(Level::Advanced) => 2,
        Some(Level::Intermediate) => 3,
        Some(Level::Beginner) => 4,
        None => 5,
    }
}

const USER: &str = "USER#";

/// How the profile counts each kind.
const fn counter(kind: CatalogueKind) -> &'static str {
    match kind {
        CatalogueKind::Instrument => "instruments",
        CatalogueKind::Genre => "genres",
    }
}

/// Adds an instrument or a genre, or changes the level of one that is there.
pub async fn set(
    store: &Store,
    user_id: UserId,
    kind: CatalogueKind,
    id: &Slug,
    level: Option<Level>,
    now: Timestamp,
) -> Result<()> {
    const ATTEMPTS: usize = 4;
    for _ in 0..ATTEMPTS {
        let existing: Option<Taste> = store.get(keys::taste(user_id, kind, id)).await?;
        let changed = match existing {
            Some(taste) if taste.level == level => return Ok(()),
            Some(_) => change(store, user_id, kind, id, level).await,
            None => add(store, user_id, kind, id, level, now).await,
        };
        // It came or went between the reading and the writing.
        if !matches!(changed, Err(Error { code: Code::Conflict, .. })) {
            return changed;
        }
    }
    Err(Code::Conflict.into())
}

async fn add(
    store: &Store,
    user_id: UserId,
    kind: CatalogueKind,
    id: &Slug,
    level: Option<Level>,
    since: Timestamp,
) -> Result<()> {
    let row = Taste::new(user_id, kind, id, level, since);
    let room = Condition::Lacks(counter(kind)).or(Condition::below(counter(kind), i64::from(MAX_TASTES)));
    let full = Error::from(Code::LimitReached).limit(MAX_TASTES);
    store
        .commit([
            Write::put(keys::taste(user_id, kind, id), &row)?.when(Condition::absent(), Code::Conflict),
            catalogue::must_be_offered(kind, id),
            Write::update(keys::profile(user_id))
                .add(counter(kind), 1)
                .when(profiles::is_active().and(room), full),
        ])
        .await
}

async fn change(
    store: &Store,
    user_id: UserId,
    kind: CatalogueKind,
    id: &Slug,
    level: Option<Level>,
) -> Result<()> {
    let write = Write::update(keys::taste(user_id, kind, id))
        .set("level", &level)?
        .set("related_sk", &entry(level, user_id))?
        .set("card", &Card { user_id, level })?;
    store.commit([write.when(Condition::exists(), Code::Conflict)]).await
}

/// Removes an instrument or a genre; `NotFound` when it was not there.
pub async fn remove(store: &Store, user_id: UserId, kind: CatalogueKind, id: &Slug) -> Result<()> {
    store
        .commit([
            Write::delete(keys::taste(user_id, kind, id)).when(Condition::exists(), Code::NotFound),
            Write::update(keys::profile(user_id))
                .add(counter(kind), -1)
                .when(Condition::exists(), Code::NotFound),
        ])
        .await
}

/// An instrument that somebody plays or a genre that they like, as it is now.
pub async fn find(store: &Store, user_id: UserId, kind: CatalogueKind, id: &Slug) -> Result<Option<Taste>> {
    store.get(keys::taste(user_id, kind, id)).await
}

/// Fails unless it is there.
pub fn must_be_there(user_id: UserId, kind: CatalogueKind, id: &Slug, refusal: impl Into<Error>) -> Write {
    Write::check(keys::taste(user_id, kind, id)).when(Condition::exists(), refusal)
}

/// Someone's instruments or genres, by id.
pub async fn list(
    store: &Store,
    user_id: UserId,
    kind: CatalogueKind,
    after: Option<&Slug>,
    limit: usize,
) -> Result<Found<Taste>> {
    let after = after.map(|id| keys::taste(user_id, kind, id));
    let query =
        Query::partition(keys::user(user_id)).prefix(keys::prefix(kind)).after(after.as_ref()).limit(limit);
    store.query(&query.consistent()).await
}

/// Someone's instruments and genres in one read, perhaps a second old: nothing sorts between the two.
pub async fn all(store: &Store, user_id: UserId) -> Result<Vec<Taste>> {
    let [first, last] = [keys::prefix(CatalogueKind::Genre), keys::prefix(CatalogueKind::Instrument)];
    let query = Query::partition(keys::user(user_id)).between(first, format!("{last}~"));
    Ok(store.query::<Taste>(&query).await?.rows)
}

/// Who plays an instrument (at this level, if one is given) or likes a genre: the most advanced first, then by
/// the age of the account. Taken from the index, so a second old.
pub async fn fans(
    store: &Store,
    kind: CatalogueKind,
    id: &Slug,
    level: Option<Level>,
    after: Option<&Fan>,
    limit: usize,
) -> Result<Found<Fan>> {
    #[derive(Deserialize)]
    struct Entry {
        card: Card,
    }
    let after = after.map(|fan| (keys::taste(fan.user_id, kind, id), entry(fan.level, fan.user_id)));
    let prefix = level.map_or(USER.to_owned(), |level| format!("{USER}{}#", rank(Some(level))));
    let query = Query::index(RELATED, keys::users_of(kind, id))
        .prefix(prefix)
        .after_entry(after.as_ref().map(|(key, entry)| (key, entry.as_str())))
        .limit(limit);
    let Found { rows, more } = store.query::<Entry>(&query).await?;
    Ok(Found {
        rows: rows
            .into_iter()
            .map(|Entry { card: Card { user_id, level } }| Fan { user_id, level })
            .collect(),
        more,
    })
}

/// What somebody plays; a genre has no level and counts as one of the first.
impl From<Taste> for LevelOfPlay {
    fn from(Taste { id, level, .. }: Taste) -> Self {
        Self { instrument_id: id, level: level.unwrap_or(Level::Beginner) }
    }
}
