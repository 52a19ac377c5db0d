//! Who is found where: the rows of the index `near`.
//!
//! A row stands in the item it is about, and says what follows from several: a profile and all that its person plays
//! and likes. So whatever changes one of these goes through here. It is made under the condition that none of them has
//! changed since they were read, and it puts every row right in the same transaction.

mod search;

use geohash::Coord;
use serde::{Deserialize, Serialize};

pub use self::search::{Neighbour, Search, present, search};
use super::{
    Condition, Store, Write,
    commit::Contention,
    keys,
    tastes::{self, Taste},
};
use crate::{
    domain::{AccountStatus, CatalogueKind, Level, Profile, Slug, UserId},
    error::{Code, Error, Result},
    geo::{Cell, Point},
};

/// How many characters of the geohash are an entry's place in the index: cells of about 5 m.
const DIGITS: usize = 9;

/// What the indexes project of a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub user_id: UserId,
    /// How well they play what the row is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Where others see them, if they let themselves be found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Spot>,
    /// What they like, if they let themselves be found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub genres: Vec<Slug>,
}

/// A place in a card, in degrees north and east.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spot {
    lat: f64,
    lng: f64,
}

impl From<&Spot> for Point {
    fn from(Spot { lat, lng }: &Spot) -> Self {
        Self::new(*lat, *lng)
    }
}

impl Card {
    /// Of somebody who is not found nearby.
    pub(super) const fn plain(user_id: UserId, level: Option<Level>) -> Self {
        Self { user_id, level, place: None, genres: Vec::new() }
    }
}

/// The attributes that put an item into the index: none of them or all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Row {
    near: Option<String>,
    near_sk: Option<String>,
    pub(super) card: Option<Card>,
}

impl Row {
    /// Of an item that is not in the index; another index projects the card.
    pub(super) const fn hidden(card: Card) -> Self {
        Self { near: None, near_sk: None, card: Some(card) }
    }
}

/// The row for any instrument, which is the profile's, or for one that is played. Empty for those who are not to be
/// found, but for the card that another index needs.
fn row(profile: &Profile, genres: &[Slug], played: Option<&Taste>) -> Row {
    let level = played.and_then(|taste| taste.level);
    let plain = Card::plain(profile.user_id, level);
    let found = profile
        .found_at()
        .map(|place| (place, geohash::encode(Coord { x: place.lng(), y: place.lat() }, DIGITS)));
    let Some((place, Ok(digits))) = found else {
        return played.map_or_else(Row::default, |_| Row::hidden(plain));
    };
    let cell = Cell::at(place, Cell::COARSEST);
    Row {
        near: Some(keys::near(played.map(|taste| &taste.id), &cell)),
        near_sk: Some(keys::near_entry(&digits, profile.user_id)),
        card: Some(Card {
            place: Some(Spot { lat: place.lat(), lng: place.lng() }),
            genres: genres.to_vec(),
            ..plain
        }),
    }
}

/// All that the rows of a person follow from, as it is in the table.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) profile: Profile,
    pub(super) tastes: Vec<Taste>,
    row: Row,
    /// Counts the changes to any of it.
    version: Option<u64>,
}

/// A profile as it is stored.
#[derive(Serialize, Deserialize)]
struct Item {
    #[serde(flatten)]
    profile: Profile,
    #[serde(flatten)]
    row: Row,
    nearby_version: Option<u64>,
}

impl Person {
    /// The profile comes first: what is read after a version, and before it moves on, belongs to that version.
    async fn read(store: &Store, user_id: UserId) -> Result<Option<Self>> {
        let Some(item) = store.get::<Item>(keys::profile(user_id)).await? else { return Ok(None) };
        let Item { profile, row, nearby_version: version } = item;
        let tastes = store.query(&tastes::of(user_id).consistent()).await?.rows;
        Ok(Some(Self { profile, tastes, row, version }))
    }

    /// The writes that make this person into one with that profile and those tastes; `update` is what else changes in
    /// the item of the profile.
    pub(super) fn turn_into(
        &self,
        profile: &Profile,
        tastes: Vec<Taste>,
        update: Write,
    ) -> Result<Vec<Write>> {
        let genres = liked(&tastes);
        let read = self.version.map_or(Condition::Lacks(VERSION), |read| Condition::equals(VERSION, read));
        let update = set(update, &self.row, &row(profile, &genres, None))?.add(VERSION, 1);
        let mut writes = vec![update.and_when(read, Code::Conflict)];
        let user_id = profile.user_id;
        let same = |a: &Taste, b: &Taste| a.kind == b.kind && a.id == b.id;
        for gone in self.tastes.iter().filter(|old| !tastes.iter().any(|new| same(old, new))) {
            writes.push(Write::delete(gone.key(user_id)));
        }
        for mut taste in tastes {
            if taste.kind == CatalogueKind::Instrument {
                taste.row = row(profile, &genres, Some(&taste));
            }
            match self.tastes.iter().find(|old| same(old, &taste)) {
                None => writes.push(Write::put(taste.key(user_id), &taste)?),
                Some(old) if *old != taste => {
                    let update = Write::update(taste.key(user_id)).set("level", &taste.level)?;
                    let update = update.set("related_sk", &taste.related_sk)?;
                    writes.push(set(update, &old.row, &taste.row)?);
                }
                Some(_) => {}
            }
        }
        Ok(writes)
    }
}

const VERSION: &str = "nearby_version";

/// What differs between two rows.
fn set(mut update: Write, old: &Row, new: &Row) -> Result<Write> {
    if old.near != new.near {
        update = update.set("near", &new.near)?;
    }
    if old.near_sk != new.near_sk {
        update = update.set("near_sk", &new.near_sk)?;
    }
    if old.card != new.card {
        update = update.set("card", &new.card)?;
    }
    Ok(update)
}

/// Changes somebody who takes part; `SessionEnded` for others. `plan` gives the writes, and what to give back once they
/// are made. It is asked again when somebody else changed the same person in the meantime.
pub(super) async fn change<T>(
    store: &Store,
    user_id: UserId,
    plan: impl Fn(&Person) -> Result<(Vec<Write>, T)>,
) -> Result<T> {
    let mut contention = Contention::new();
    loop {
        let person = Person::read(store, user_id).await?.filter(|person| person.profile.is_active());
        let (writes, outcome) = plan(&person.ok_or(Code::SessionEnded)?)?;
        match store.commit(writes).await {
            Err(Error { code: Code::Conflict, .. }) => contention.pause().await?,
            done => return done.map(|()| outcome),
        }
    }
}

/// The genres among these, in the order of cards.
fn liked(tastes: &[Taste]) -> Vec<Slug> {
    let genres = tastes.iter().filter(|taste| taste.kind == CatalogueKind::Genre);
    let mut genres: Vec<Slug> = genres.map(|taste| taste.id.clone()).collect();
    genres.sort();
    genres
}

/// The items of a new profile, and of what its person plays and likes.
pub(super) fn newcomer(profile: &Profile, tastes: Vec<Taste>) -> Result<Vec<Write>> {
    rows(profile, tastes, Some(1))
}

/// The items of a profile whose rows were changed so often, and of what its person plays and likes.
pub(super) fn rows(profile: &Profile, tastes: Vec<Taste>, version: Option<u64>) -> Result<Vec<Write>> {
    let genres = liked(&tastes);
    let item = Item { row: row(profile, &genres, None), profile: profile.clone(), nearby_version: version };
    let mut writes = vec![Write::put(keys::profile(profile.user_id), &item)?];
    for mut taste in tastes {
        taste = taste.of(profile.user_id);
        if taste.kind == CatalogueKind::Instrument {
            taste.row = row(profile, &genres, Some(&taste));
        }
        writes.push(Write::put(taste.key(profile.user_id), &taste)?);
    }
    Ok(writes)
}

/// The writes by which somebody leaves or comes back; `Conflict` when they changed in the meantime or are gone.
pub(super) async fn set_status(store: &Store, user_id: UserId, status: AccountStatus) -> Result<Vec<Write>> {
    let person = Person::read(store, user_id).await?.ok_or(Code::Conflict)?;
    let update = Write::update(keys::profile(user_id)).set("status", &status)?.add("version", 1);
    person.turn_into(&Profile { status, ..person.profile.clone() }, person.tastes.clone(), update)
}
