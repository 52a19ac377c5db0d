//! Items that are read by their keys.
//!
//! What is asked for at the same time goes to the table in one call, whoever asks: each call takes more of the processor
//! than what it brings, and a connection of its own. The table charges as much as if each item had been read alone.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};
use futures_util::{
    FutureExt, StreamExt,
    future::{BoxFuture, Shared, WeakShared},
    stream::FuturesUnordered,
};
use serde::de::DeserializeOwned;
use tokio::{task::yield_now, time::sleep};

use super::{Item, Key, Store, failed, keys};
use crate::{
    auth::Gate,
    error::{Error, Result},
    random, row,
};

/// The most keys in one `BatchGetItem` (DynamoDB's limit).
const BATCH: usize = 100;
/// How often what the table leaves unprocessed is asked for.
const ATTEMPTS: u32 = 8;

/// Items by their keys.
pub(super) struct Items(HashMap<Key, Item>);

impl Items {
    /// The item under this key, as a `T`.
    pub(super) fn take<T: DeserializeOwned>(&mut self, key: &Key) -> Result<Option<T>> {
        self.0.remove(key).map(row::read).transpose()
    }

    pub(super) fn has(&self, key: &Key) -> bool {
        self.0.contains_key(key)
    }
}

impl Store {
    /// Reads one item, seeing every write that was acknowledged before.
    pub async fn get<T: DeserializeOwned>(&self, key: Key) -> Result<Option<T>> {
        self.read(key, true).await
    }

    /// Reads one item at half the price; it may be a second old.
    pub async fn glance<T: DeserializeOwned>(&self, key: Key) -> Result<Option<T>> {
        self.read(key, false).await
    }

    async fn read<T: DeserializeOwned>(&self, key: Key, consistent: bool) -> Result<Option<T>> {
        self.get_items(vec![key], consistent).await?.pop().map(row::read).transpose()
    }

    /// Reads many items, 100 a call; those that do not exist are left out, and the order is any. What the
    /// table leaves unprocessed is asked for again.
    pub async fn get_all<T: DeserializeOwned>(&self, keys: Vec<Key>) -> Result<Vec<T>> {
        let items = self.get_items(keys, false).await?.into_iter();
        items.map(row::read).collect()
    }

    /// The same, seeing every write that was acknowledged before.
    pub async fn get_all_now<T: DeserializeOwned>(&self, keys: Vec<Key>) -> Result<Vec<T>> {
        let items = self.get_items(keys, true).await?.into_iter();
        items.map(row::read).collect()
    }

    /// Reads items of several kinds as they are now, each to be asked for by its key.
    pub(super) async fn get_each(&self, keys: Vec<Key>) -> Result<Items> {
        let items = self.get_items(keys, true).await?.into_iter();
        Ok(Items(items.filter_map(|item| Some((Key::of(&item)?, item))).collect()))
    }

    /// Reads items of several kinds; as they are now, if it has to be `consistent`.
    pub(super) async fn get_items(&self, keys: Vec<Key>, consistent: bool) -> Result<Vec<Item>> {
        // An index is no snapshot and may name an item twice, which DynamoDB refuses.
        let keys: Vec<Key> = keys.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        let mut items = Vec::new();
        for keys in keys.chunks(BATCH) {
            let found = self.unsent.join(self, keys, consistent).await?;
            items.extend(keys.iter().filter_map(|key| found.get(key)).cloned());
        }
        Ok(items)
    }

    /// Whether the table answers.
    pub async fn ping(&self) -> Result<()> {
        let key = Key { pk: keys::CATALOGUE.to_owned(), sk: "PING".to_owned() };
        self.glance::<serde_json::Value>(key).await.map(|_| ())
    }

    async fn fetch(&self, keys: BTreeSet<Key>, consistent: bool) -> Result<Vec<Item>> {
        let alone = keys.len() == 1;
        match keys.first() {
            Some(key) if alone => Ok(self.get_item(key.clone(), consistent).await?.into_iter().collect()),
            _ => self.batch_get_item(keys, consistent).await,
        }
    }

    async fn get_item(&self, key: Key, consistent: bool) -> Result<Option<Item>> {
        let call = self.client.get_item().table_name(&*self.table).set_key(Some(key.into()));
        let call = call.return_consumed_capacity(ReturnConsumedCapacity::Total);
        let trip = self.meter.begin();
        let answer = call.consistent_read(consistent).send().await.map_err(failed)?;
        trip.read(answer.item.iter().count(), answer.consumed_capacity.as_ref());
        Ok(answer.item)
    }

    async fn batch_get_item(&self, keys: BTreeSet<Key>, consistent: bool) -> Result<Vec<Item>> {
        let keys = keys.into_iter().map(Item::from).collect();
        let request = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(consistent);
        let request = request.build().map_err(Error::internal)?;
        let mut pending = HashMap::from([(self.table.to_string(), request)]);
        let mut items: Vec<Item> = Vec::new();
        for attempt in 1..=ATTEMPTS {
            let trip = self.meter.begin();
            let call = self.client.batch_get_item().set_request_items(Some(pending));
            let call = call.return_consumed_capacity(ReturnConsumedCapacity::Total);
            let answer = call.send().await.map_err(failed)?;
            let found = answer.responses.iter().flat_map(HashMap::values).map(Vec::len).sum();
            trip.read(found, answer.consumed_capacity());
            items.extend(answer.responses.unwrap_or_default().into_values().flatten());
            pending = answer.unprocessed_keys.unwrap_or_default();
            if pending.is_empty() {
                return Ok(items);
            }
            if attempt < ATTEMPTS {
                sleep(Duration::from_millis(random::up_to(25 << attempt))).await;
            }
        }
        Err(Error::unavailable("the table leaves keys unprocessed"))
    }
}

/// What a read gives to all who joined it.
type Fetched = BoxFuture<'static, Result<Arc<HashMap<Key, Item>>>>;

/// The reads of a call, weak and strong ones, that are about to be sent. Copies of a store share them.
#[derive(Clone, Default)]
pub(super) struct Unsent {
    glances: Arc<Mutex<Option<Batch>>>,
    consistent: Arc<Mutex<Option<Batch>>>,
}

struct Batch {
    /// Nothing any more once they are on their way.
    keys: Arc<Mutex<Option<BTreeSet<Key>>>>,
    /// Nothing any more once nobody waits for it.
    fetched: WeakShared<Fetched>,
}

impl Unsent {
    /// A read of these keys, at most a hundred, and of what else is asked for before it is sent.
    fn join(&self, store: &Store, keys: &[Key], consistent: bool) -> Shared<Fetched> {
        let mut unsent = locked(if consistent { &self.consistent } else { &self.glances });
        if let Some(fetched) = unsent.as_ref().and_then(|batch| batch.join(keys)) {
            return fetched;
        }
        let keys = Arc::new(Mutex::new(Some(keys.iter().cloned().collect())));
        let fetched = fetch(store, keys.clone(), consistent).boxed().shared();
        *unsent = fetched.downgrade().map(|fetched| Batch { keys, fetched });
        fetched
    }
}

impl Batch {
    /// Adds keys, as long as it has not been sent and has room for them.
    fn join(&self, more: &[Key]) -> Option<Shared<Fetched>> {
        let fetched = self.fetched.upgrade()?;
        let mut keys = locked(&self.keys);
        let keys = keys.as_mut().filter(|keys| keys.len() + more.len() <= BATCH)?;
        keys.extend(more.iter().cloned());
        Some(fetched)
    }
}

fn fetch(
    store: &Store,
    keys: Arc<Mutex<Option<BTreeSet<Key>>>>,
    consistent: bool,
) -> impl Future<Output = Result<Arc<HashMap<Key, Item>>>> + use<> {
    // No read waits at the gate, and the gate itself may wait for this one.
    let store = store.behind(Gate::wide_open());
    async move {
        others_asked().await;
        let keys = locked(&keys).take().unwrap_or_default();
        let items = store.fetch(keys, consistent).await?.into_iter();
        Ok(Arc::new(items.filter_map(|item| Some((Key::of(&item)?, item))).collect()))
    }
}

/// Waits until all that the caller does at the same time has had the chance to ask.
async fn others_asked() {
    // All who wait for a shared future poll it, and a bare `yield_now` is over at the second poll. Here nothing polls it
    // until the runtime has been through with the caller's task.
    FuturesUnordered::from_iter([yield_now()]).next().await;
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
