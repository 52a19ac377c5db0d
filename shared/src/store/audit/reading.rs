use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;

use crate::{
    error::{Code, Error, Result},
    store::{Found, Item, Key, Query, Store, failed},
};

/// Reads the table at a pace that leaves room for others.
pub(super) struct Reader {
    store: Store,
    /// Units a second.
    pace: Option<f64>,
    began: Instant,
}

impl Reader {
    pub(super) fn new(store: &Store, pace: Option<f64>) -> Self {
        Self { store: store.metered(), pace, began: Instant::now() }
    }

    /// Read capacity units so far.
    pub(super) fn units(&self) -> f64 {
        self.store.cost().rcu
    }

    /// A page of the whole table, at most a second old, and where the next one begins.
    pub(super) async fn scan(&self, after: Option<Key>) -> Result<(Vec<Item>, Option<Key>)> {
        self.patiently(|| self.store.scan(after.clone())).await
    }

    /// A page of a query.
    pub(super) async fn page(&self, query: &Query) -> Result<Found<Item>> {
        self.patiently(|| self.store.page(query)).await
    }

    pub(super) async fn items(&self, keys: Vec<Key>, consistent: bool) -> Result<Vec<Item>> {
        self.patiently(|| self.store.get_items(keys.clone(), consistent)).await
    }

    /// The item that stands for a partition, as it is now.
    pub(super) async fn head(&self, key: Option<&Key>) -> Result<Option<Item>> {
        let Some(key) = key else { return Ok(None) };
        Ok(self.items(vec![key.clone()], true).await?.pop())
    }

    /// Waits until the pace allows another read, and reads; again and ever later where the table is too busy.
    async fn patiently<T, F: Future<Output = Result<T>>>(&self, read: impl Fn() -> F) -> Result<T> {
        const ATTEMPTS: u32 = 6;
        let mut attempt = 0;
        loop {
            tokio::time::sleep(self.ahead()).await;
            match read().await {
                Err(Error { code: Code::Unavailable, .. }) if attempt < ATTEMPTS => {
                    let longest = 500 << attempt;
                    let pause = Duration::from_millis(crate::random::up_to(longest));
                    tokio::time::sleep(pause).await;
                    attempt += 1;
                }
                done => return done,
            }
        }
    }

    /// How much more was read than the pace allows so far, as the time that it would have taken.
    fn ahead(&self) -> Duration {
        let Some(pace) = self.pace else { return Duration::ZERO };
        let due = Duration::try_from_secs_f64(self.units() / pace).unwrap_or_default();
        due.saturating_sub(self.began.elapsed())
    }
}

impl Store {
    /// A page of the whole table, at most a second old, and where the next one begins.
    async fn scan(&self, after: Option<Key>) -> Result<(Vec<Item>, Option<Key>)> {
        let call = self.client.scan().table_name(&*self.table).set_exclusive_start_key(after.map(Item::from));
        let trip = self.meter.begin();
        let page =
            call.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.map_err(failed)?;
        trip.read(page.items().len(), page.consumed_capacity.as_ref());
        let after = page.last_evaluated_key.as_ref().and_then(Key::of);
        Ok((page.items.unwrap_or_default(), after))
    }
}
