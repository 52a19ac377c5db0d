//! Fills the table with worlds that were generated, many items at a time and without asking what is there. The items
//! are those that the operations write.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Item, Store, Write,
    accounts::{self, Credential},
    events, keys, participations,
    tastes::Taste,
};
use crate::{
    domain::{
        CatalogueKind, Event, EventText, Level, Participation, Profile, Seats, Slug, UserId, canonical,
    },
    error::{Error, Result},
};

/// The most writes in a batch (DynamoDB's limit).
const BATCH: usize = 25;
/// How many batches are under way at once.
const AT_ONCE: usize = 8;

/// Items to be written.
#[derive(Debug, Default)]
pub struct Load(Vec<Item>);

/// How much of a generated world is there. It is written with what it counts, so that a load that was interrupted goes
/// on where it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub seed: u64,
    /// How many of each the world has.
    pub musicians: u32,
    pub events: u32,
    /// The present of that world.
    pub now: Timestamp,
    /// How many of each are written.
    pub musicians_loaded: u32,
    pub events_loaded: u32,
}

impl Load {
    /// A member who has not logged in yet, with all that they play and like since they joined.
    pub fn musician(
        &mut self,
        profile: &Profile,
        credential: &Credential,
        instruments: &[(Slug, Level)],
        genres: &[Slug],
    ) -> Result<()> {
        /// The profile, with the counters that go with its tastes.
        #[derive(Serialize)]
        struct Counted<'a> {
            #[serde(flatten)]
            profile: &'a Profile,
            instruments: Option<usize>,
            genres: Option<usize>,
        }
        let count = |number: usize| (number > 0).then_some(number);
        let counted = Counted { profile, instruments: count(instruments.len()), genres: count(genres.len()) };
        let (id, since) = (profile.user_id, profile.created_at);
        self.add(accounts::rows(profile, credential, Write::put(keys::profile(id), &counted)?)?)?;
        let played = instruments.iter().map(|(slug, level)| (CatalogueKind::Instrument, slug, Some(*level)));
        let liked = genres.iter().map(|slug| (CatalogueKind::Genre, slug, None));
        for (kind, slug, level) in played.chain(liked) {
            let taste = Taste::new(id, kind, slug, level, since);
            self.add([Write::put(keys::taste(id, kind, slug), &taste)?])?;
        }
        Ok(())
    }

    /// An event with those who take part; the seats count them.
    pub fn event(
        &mut self,
        event: Event,
        text: Option<EventText>,
        seats: Seats,
        parts: &[Participation],
    ) -> Result<()> {
        self.add(events::rows(&events::new(event, text, seats))?)?;
        parts.iter().try_for_each(|part| self.add(participations::rows(part)?))
    }

    pub fn progress(&mut self, progress: &Progress) -> Result<()> {
        self.add([Write::put(keys::world(progress.seed), progress)?])
    }

    fn add(&mut self, writes: impl IntoIterator<Item = Write>) -> Result<()> {
        for write in writes {
            self.0.push(write.into_item().ok_or_else(|| Error::internal("a load holds puts alone"))?);
        }
        Ok(())
    }

    /// The items, for a table that can be filled without DynamoDB's interface.
    pub fn into_items(self) -> Vec<Item> {
        self.0
    }
}

/// How much of the world of a seed is there.
pub async fn progress(store: &Store, seed: u64) -> Result<Option<Progress>> {
    store.get(keys::world(seed)).await
}

/// The usernames of these people that somebody else has.
pub async fn taken(store: &Store, people: &[Profile]) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Owned {
        pk: String,
        user_id: UserId,
    }
    let key = |profile: &Profile| keys::username(&canonical(&profile.username));
    let owned: Vec<Owned> = store.get_all(people.iter().map(key).collect()).await?;
    let owners: HashMap<String, UserId> = owned.into_iter().map(|owned| (owned.pk, owned.user_id)).collect();
    let foreign = |profile: &&Profile| owners.get(&key(profile).pk).is_some_and(|id| *id != profile.user_id);
    Ok(people.iter().filter(foreign).map(|profile| profile.username.clone()).collect())
}

impl Store {
    /// Writes all of it, in any order, over whatever is there. When it fails, a part may be written.
    pub async fn load(&self, load: Load) -> Result<()> {
        let put = |item: Item| {
            let request = PutRequest::builder().set_item(Some(item)).build().map_err(Error::internal)?;
            Ok(WriteRequest::builder().put_request(request).build())
        };
        let writes = load.0.into_iter().map(put).collect::<Result<Vec<_>>>()?;
        let batches = stream::iter(writes.chunks(BATCH).map(<[WriteRequest]>::to_vec));
        batches.map(|batch| self.batch(batch)).buffer_unordered(AT_ONCE).try_collect().await
    }
}
