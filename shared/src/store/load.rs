//! Fills the table with worlds that were generated, many items at a time and without asking what is there. The items
//! are those that the operations write.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Condition, Item, Store, Write,
    accounts::{self, Credential},
    conversations, events, keys, participations,
    tastes::Taste,
};
use crate::{
    domain::{
        CatalogueKind, Event, EventText, Level, Participation, ParticipationStatus, Profile, Seats, Slug,
        UserId, canonical,
    },
    error::{Code, Error, Result},
};

/// The most writes in a batch (DynamoDB's limit).
const BATCH: usize = 25;
/// How many batches are under way at once.
const AT_ONCE: usize = 8;

/// Items to be written, and what is to be remembered once they are.
#[derive(Debug)]
pub struct Load {
    items: Vec<Item>,
    progress: Item,
}

/// How much of a generated world is there: a load that was interrupted goes on where it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub seed: u64,
    /// How many of each the world has.
    pub musicians: u32,
    pub events: u32,
    /// The present of that world.
    pub now: Timestamp,
    /// The town whose region it is, if it is not everywhere.
    pub around: Option<String>,
    /// How many of each are written.
    pub musicians_loaded: u32,
    pub events_loaded: u32,
}

impl Load {
    /// Nothing yet; when all that is added is written, it has got as far as this.
    pub fn up_to(progress: &Progress) -> Result<Self> {
        let progress = Write::put(keys::world(progress.seed), progress)?;
        let progress = progress.into_item().ok_or_else(|| Error::internal("a put writes an item"))?;
        Ok(Self { items: Vec::new(), progress })
    }

    /// A member who has not logged in yet, with all that they play and like since they joined.
    pub fn musician(
        &mut self,
        profile: &Profile,
        credential: &Credential,
        instruments: &[(Slug, Level)],
        genres: &[Slug],
    ) -> Result<()> {
        let played = instruments.iter().map(|(slug, level)| (CatalogueKind::Instrument, slug, Some(*level)));
        let liked = genres.iter().map(|slug| (CatalogueKind::Genre, slug, None));
        let taste = |(kind, slug, level)| Taste::new(profile.user_id, kind, slug, level, profile.created_at);
        self.add(accounts::rows(profile, credential, played.chain(liked).map(taste).collect())?)
    }

    /// An event with those who take part and its conversation; the seats count them.
    pub fn event(
        &mut self,
        event: Event,
        text: Option<EventText>,
        seats: Seats,
        parts: &[Participation],
    ) -> Result<()> {
        let going = parts.iter().filter(|part| part.status == ParticipationStatus::Going);
        let going: Vec<UserId> = going.map(|part| part.user_id).collect();
        self.add(conversations::rows_of_event(&event, &going)?)?;
        self.add(events::rows(&events::new(event, text, seats))?)?;
        parts.iter().try_for_each(|part| self.add(participations::rows(part)?))
    }

    fn add(&mut self, writes: impl IntoIterator<Item = Write>) -> Result<()> {
        for write in writes {
            self.items.push(write.into_item().ok_or_else(|| Error::internal("a load holds puts alone"))?);
        }
        Ok(())
    }

    /// The items, what is to be remembered among them, for a table that can be filled without DynamoDB's interface,
    /// all at once.
    pub fn into_items(mut self) -> Vec<Item> {
        self.items.push(self.progress);
        self.items
    }
}

/// How much of the world of a seed is there.
pub async fn progress(store: &Store, seed: u64) -> Result<Option<Progress>> {
    store.get(keys::world(seed)).await
}

/// Notes that a world is to be loaded, and when its present is; `Conflict` when somebody else has begun with one of the
/// same seed.
pub async fn begin(store: &Store, progress: &Progress) -> Result<()> {
    let write = Write::put(keys::world(progress.seed), progress)?;
    store.commit([write.when(Condition::absent(), Code::Conflict)]).await
}

/// A username, of those that these people are to have, that somebody else has.
pub async fn taken(store: &Store, people: &[(String, UserId)]) -> Result<Option<String>> {
    #[derive(Deserialize)]
    struct Owned {
        pk: String,
        user_id: UserId,
    }
    let wanted: HashMap<String, &(String, UserId)> =
        people.iter().map(|person| (keys::username(&canonical(&person.0)).pk, person)).collect();
    let keys = people.iter().map(|(name, _)| keys::username(&canonical(name)));
    let owned: Vec<Owned> = store.get_all(keys.collect()).await?;
    let foreign = |owned: Owned| {
        let (name, id) = wanted.get(&owned.pk)?;
        (*id != owned.user_id).then(|| name.clone())
    };
    Ok(owned.into_iter().find_map(foreign))
}

impl Store {
    /// Writes all of it over whatever is there; last, how far it has got. When it fails, a part may be written.
    pub async fn load(&self, load: Load) -> Result<()> {
        let put = |item: Item| {
            let request = PutRequest::builder().set_item(Some(item)).build().map_err(Error::internal)?;
            Ok(WriteRequest::builder().put_request(request).build())
        };
        // Whoever reacts to the coming of somebody finds the event and its conversation.
        let comes = |item: &Item| {
            let sk = item.get("sk").and_then(|sk| sk.as_s().ok());
            sk.is_some_and(|sk| sk.starts_with(keys::PARTICIPANT))
        };
        let (coming, there): (Vec<Item>, Vec<Item>) = load.items.into_iter().partition(comes);
        for items in [there, coming] {
            let writes = items.into_iter().map(put).collect::<Result<Vec<_>>>()?;
            let batches = stream::iter(writes.chunks(BATCH).map(<[WriteRequest]>::to_vec));
            batches.map(|batch| self.batch(batch)).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        }
        self.batch(vec![put(load.progress)?]).await
    }
}
