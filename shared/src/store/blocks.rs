//! Who does not want to hear from whom.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Condition, Found, Query, Store, Write, commit::Contention, conversations, keys, profiles};
use crate::{
    domain::UserId,
    error::{Code, Error, Result},
};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Block {
    pub blocked: UserId,
    pub since: Timestamp,
    related: String,
    related_sk: String,
}

/// Blocks somebody; those who are blocked stay so. Their direct conversation knows of it as well, where a message then
/// costs no look at the blocks.
pub async fn add(store: &Store, blocker: UserId, blocked: UserId, since: Timestamp) -> Result<()> {
    let plan = |told| {
        let put = row(blocker, blocked, since)?.when(Condition::absent(), Code::AlreadyExists);
        let both = [
            profiles::must_be_active(blocker, Code::SessionEnded),
            profiles::must_be_active(blocked, Code::NotFound),
        ];
        Ok([put, told].into_iter().chain(both).collect())
    };
    match change(store, (blocker, blocked), Some(since), plan).await {
        Err(error) if error.code == Code::AlreadyExists => Ok(()),
        done => done,
    }
}

/// Commits what `plan` makes of the write that tells the conversation of the pair, or that finds that there is none.
async fn change(
    store: &Store,
    pair: (UserId, UserId),
    since: Option<Timestamp>,
    plan: impl Fn(Write) -> Result<Vec<Write>>,
) -> Result<()> {
    let mut contention = Contention::new();
    loop {
        let told = match conversations::direct(store, pair.0, pair.1).await? {
            Some(id) => conversations::block(id, pair, since)?,
            None => Write::check(keys::direct(pair.0, pair.1)).when(Condition::absent(), Code::Conflict),
        };
        match store.commit(plan(told)?).await {
            Err(Error { code: Code::Conflict, .. }) => contention.pause().await?,
            done => return done,
        }
    }
}

pub(super) fn row(blocker: UserId, blocked: UserId, since: Timestamp) -> Result<Write> {
    let row = Block { blocked, since, related: keys::blockers_of(blocked), related_sk: blocker.to_string() };
    Write::put(keys::block(blocker, blocked), &row)
}

/// Unblocks somebody; `NotFound` when they were not blocked.
pub async fn remove(store: &Store, blocker: UserId, blocked: UserId) -> Result<()> {
    let plan = |told| {
        let delete = Write::delete(keys::block(blocker, blocked)).when(Condition::exists(), Code::NotFound);
        Ok(vec![delete, told])
    };
    change(store, (blocker, blocked), None, plan).await
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
