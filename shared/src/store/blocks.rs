//! Who does not want to hear from whom.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Condition, Found, Query, Store, Write, keys, profiles};
use crate::{
    domain::UserId,
    error::{Code, Result},
};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Block {
    pub blocked: UserId,
    pub since: Timestamp,
    related: String,
    related_sk: String,
}

/// Blocks somebody; those who are blocked stay so.
pub async fn add(store: &Store, blocker: UserId, blocked: UserId, since: Timestamp) -> Result<()> {
    let put = row(blocker, blocked, since)?.when(Condition::absent(), Code::AlreadyExists);
    let both = [
        profiles::must_be_active(blocker, Code::SessionEnded),
        profiles::must_be_active(blocked, Code::NotFound),
    ];
    match store.commit([put].into_iter().chain(both)).await {
        Err(error) if error.code == Code::AlreadyExists => Ok(()),
        done => done,
    }
}

pub(super) fn row(blocker: UserId, blocked: UserId, since: Timestamp) -> Result<Write> {
    let row = Block { blocked, since, related: keys::blockers_of(blocked), related_sk: blocker.to_string() };
    Write::put(keys::block(blocker, blocked), &row)
}

/// Unblocks somebody; `NotFound` when they were not blocked.
pub async fn remove(store: &Store, blocker: UserId, blocked: UserId) -> Result<()> {
    let delete = Write::delete(keys::block(blocker, blocked)).when(Condition::exists(), Code::NotFound);
    store.commit([delete]).await
}

/// Those whom this person has blocked, by id, that is by the age of their accounts.
pub async fn list(
    store: &Store,
    blocker: UserId,
    after: Option<UserId>,
    limit: usize,
) -> Result<Found<Block>> {
    let after = after.map(|blocked| keys::block(blocker, blocked));
    let query = Query::partition(keys::user(blocker)).prefix(keys::BLOCK).after(after.as_ref()).limit(limit);
    store.query(&query.consistent()).await
}
