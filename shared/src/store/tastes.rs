//! What people play and like.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Condition, Found, Key, Query, RELATED, Store, Write, catalogue, keys,
    nearby::{self, Card, Person, Row},
};
use crate::{
    domain::{CatalogueKind, Level, LevelOfPlay, MAX_TASTES, Slug, UserId},
    error::{Code, Error, Result},
};

/// An instrument that someone plays, with the level, or a genre that they like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Taste {
    pub id: Slug,
    pub kind: CatalogueKind,
    pub level: Option<Level>,
    pub since: Timestamp,
    related: String,
    pub(super) related_sk: String,
    #[serde(flatten)]
    pub(super) row: Row,
}

impl Taste {
    /// Something that somebody plays or likes, in `related` alone.
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
            row: Row::hidden(Card::plain(user_id, level)),
        }
    }

    /// The same, in `related` as it has to be and nowhere else.
    pub(super) fn of(&self, user_id: UserId) -> Self {
        Self::new(user_id, self.kind, &self.id, self.level, self.since)
    }

    fn is(&self, kind: CatalogueKind, id: &Slug) -> bool {
        self.kind == kind && self.id == *id
    }

    pub(super) fn key(&self, user_id: UserId) -> Key {
        keys::taste(user_id, self.kind, &self.id)
    }
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

/// Adds an instrument or a genre, or changes the level of one that is there.
pub async fn set(
    store: &Store,
    user_id: UserId,
    kind: CatalogueKind,
    id: &Slug,
    level: Option<Level>,
    now: Timestamp,
) -> Result<()> {
    nearby::change(store, user_id, |person| {
        let mut tastes = person.tastes.clone();
        if let Some(taste) = tastes.iter_mut().find(|taste| taste.is(kind, id)) {
            if taste.level == level {
                return Ok((Vec::new(), ()));
            }
            *taste = Taste::new(user_id, kind, id, level, taste.since);
            return Ok((with_tastes(person, tastes)?, ()));
        }
        if tastes.iter().filter(|taste| taste.kind == kind).count() >= MAX_TASTES as usize {
            return Err(Error::from(Code::LimitReached).limit(MAX_TASTES));
        }
        tastes.push(Taste::new(user_id, kind, id, level, now));
        let mut writes = with_tastes(person, tastes)?;
        writes.push(catalogue::must_be_offered(kind, id));
        Ok((writes, ()))
    })
    .await
}

/// Removes an instrument or a genre; `NotFound` when it was not there.
pub async fn remove(store: &Store, user_id: UserId, kind: CatalogueKind, id: &Slug) -> Result<()> {
    nearby::change(store, user_id, |person| {
        let mut tastes = person.tastes.clone();
        tastes.retain(|taste| !taste.is(kind, id));
        if tastes.len() == person.tastes.len() {
            return Err(Code::NotFound.into());
        }
        Ok((with_tastes(person, tastes)?, ()))
    })
    .await
}

/// The same person with these tastes.
fn with_tastes(person: &Person, tastes: Vec<Taste>) -> Result<Vec<Write>> {
    let profile = &person.profile;
    person.turn_into(profile, tastes, Write::update(keys::profile(profile.user_id)))
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

/// Someone's instruments and genres, perhaps a second old.
pub async fn all(store: &Store, user_id: UserId) -> Result<Vec<Taste>> {
    Ok(store.query::<Taste>(&of(user_id)).await?.rows)
}

/// Someone's instruments and genres in one read: nothing sorts between the two.
pub(super) fn of(user_id: UserId) -> Query {
    let [first, last] = [keys::prefix(CatalogueKind::Genre), keys::prefix(CatalogueKind::Instrument)];
    Query::partition(keys::user(user_id)).between(first, format!("{last}~"))
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
            .map(|Entry { card: Card { user_id, level, .. } }| Fan { user_id, level })
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
