//! Who is near: the index is searched, and whom it names is read anew.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::Spot;
use crate::{
    domain::{Level, Profile, Slug, UserId},
    error::Result,
    geo::{
        Cell, Circle, Point,
        search::{Batch, Found, Layout, Placed, Read, Source, Wanted, by_distance},
    },
    row,
    store::{Key, NEAR, Query, Store, keys},
};

/// Whom somebody looks for.
#[derive(Clone, Debug)]
pub struct Search {
    /// Who is looking; never found.
    pub seeker: UserId,
    pub circle: Circle,
    /// Only those who play it.
    pub instrument: Option<Slug>,
    /// Only those who play the instrument so well.
    pub level: Option<Level>,
    /// Only those who like it.
    pub genre: Option<Slug>,
}

/// Somebody as the index has them, perhaps a second ago.
#[derive(Clone, Debug, Deserialize)]
pub struct Neighbour {
    pub user_id: UserId,
    /// How well they play the instrument that was asked for.
    pub level: Option<Level>,
    place: Spot,
    #[serde(default)]
    genres: Vec<Slug>,
}

impl Placed for Neighbour {
    fn place(&self) -> Point {
        (&self.place).into()
    }
}

/// A page of those whom the index has, nearest first.
pub async fn search(
    store: &Store,
    search: &Search,
    wanted: &Wanted<(u64, String)>,
) -> Result<Found<(u64, String), Neighbour>> {
    let keep = |neighbour: &Neighbour| {
        let is_as_good = search.level.is_none_or(|level| neighbour.level == Some(level));
        let likes = search.genre.as_ref().is_none_or(|genre| neighbour.genres.contains(genre));
        neighbour.user_id != search.seeker && is_as_good && likes
    };
    let index = Index { store, instrument: search.instrument.as_ref() };
    by_distance(&index, &search.circle, Layout::Place, keep, wanted).await
}

/// The profiles of those who are to be found where the index has them, by the table as it is now. Whoever has left,
/// opted out or moved is none of them, nor is anyone who has blocked the seeker or is blocked by them.
pub async fn present(
    store: &Store,
    seeker: UserId,
    neighbours: &[Neighbour],
) -> Result<HashMap<UserId, Profile>> {
    let keys = neighbours.iter().flat_map(|Neighbour { user_id, .. }| {
        [keys::profile(*user_id), keys::block(seeker, *user_id), keys::block(*user_id, seeker)]
    });
    let (mut profiles, mut blocks) = (HashMap::new(), HashSet::new());
    for item in store.get_items(keys.collect(), true).await? {
        let is_block =
            item.get("sk").and_then(|sk| sk.as_s().ok()).is_some_and(|sk| sk.starts_with(keys::BLOCK));
        if is_block {
            blocks.insert(row::read::<Key>(item)?);
        } else {
            let profile: Profile = row::read(item)?;
            profiles.insert(profile.user_id, profile);
        }
    }
    let is_apart = |id: UserId| {
        [keys::block(seeker, id), keys::block(id, seeker)].iter().any(|key| blocks.contains(key))
    };
    let is_there = |Neighbour { user_id, place, .. }: &&Neighbour| {
        profiles.get(user_id).and_then(Profile::found_at) == Some(place.into())
    };
    let present: HashSet<UserId> =
        neighbours.iter().filter(is_there).map(|n| n.user_id).filter(|id| !is_apart(*id)).collect();
    profiles.retain(|id, _| present.contains(id));
    Ok(profiles)
}

struct Index<'a> {
    store: &'a Store,
    instrument: Option<&'a Slug>,
}

#[derive(Deserialize)]
struct Entry {
    near_sk: String,
    card: Neighbour,
}

impl Source for Index<'_> {
    type Partition = Cell;
    type Row = Neighbour;

    async fn read(&self, Read { partition, first, last, limit }: Read<'_, Cell>) -> Result<Batch<Neighbour>> {
        let query = Query::index(NEAR, keys::near(self.instrument, partition));
        let page = self.store.page(&query.between(first, last).limit(limit)).await?;
        let row = |item| -> Result<_> {
            let Entry { near_sk, card } = row::read(item)?;
            Ok((near_sk, card))
        };
        let rows = page.rows.into_iter().map(row).collect::<Result<_>>()?;
        Ok(Batch { rows, more: page.more })
    }
}
