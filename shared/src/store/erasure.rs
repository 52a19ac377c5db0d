//! Erasing a person: every step can be repeated, and what was begun is on a list until it is finished.

use std::{collections::HashSet, hash::Hash, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    Condition, Key, Query, RELATED, Store, Write,
    accounts::{self, Credential},
    connections, conversations, devices, events, keys, nearby,
    participations::{self, Card},
    sessions,
};
use crate::{
    domain::{AccountStatus, Profile, UserId, canonical},
    error::{Code, Error, Result},
};

/// An account on the list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Erasure {
    pub user_id: UserId,
    pub due: Timestamp,
}

/// How long someone who left may come back.
pub const DAYS_TO_COME_BACK: i64 = 30;

/// Whether the time to come back is over.
pub fn is_due(credential: &Credential, now: Timestamp) -> bool {
    let left = credential.deactivated_at;
    left.is_some_and(|left| now >= left + SignedDuration::from_hours(24 * DAYS_TO_COME_BACK))
}

/// Puts an account on the list.
pub(super) fn schedule(user_id: UserId, due: Timestamp) -> Result<Write> {
    Write::put(keys::erasure(user_id), &Erasure { user_id, due })
}

/// Takes an account off the list.
pub(super) fn cancel(user_id: UserId) -> Write {
    Write::delete(keys::erasure(user_id))
}

/// The accounts on the list whose time has come.
pub async fn due(store: &Store, now: Timestamp) -> Result<Vec<UserId>> {
    let listed = store.query::<Erasure>(&Query::partition(keys::ERASURES).consistent()).await?.rows;
    Ok(listed.into_iter().filter(|erasure| erasure.due <= now).map(|erasure| erasure.user_id).collect())
}

/// Erases an account that is due, from wherever an earlier attempt stopped. False when its owner came back.
pub async fn run(store: &Store, user_id: UserId, now: Timestamp) -> Result<bool> {
    if let Some(credential) = accounts::find_credential(store, user_id).await? {
        // The list was read a while ago: its owner may have come back, and then nothing is left to do.
        if !is_due(&credential, now) {
            return Ok(false);
        }
        let sessions = sessions::list(store, user_id, now).await?;
        let begin = async {
            let gone = nearby::set_status(store, user_id, AccountStatus::Erased).await?;
            let writes = accounts::erase(&credential, &sessions, now)?;
            store.commit(writes.into_iter().chain(gone)).await
        };
        match begin.await {
            Err(Error { code: Code::Conflict, .. }) => return Ok(false),
            begun => begun?,
        }
    }
    finish(store, user_id, now).await.map(|()| true)
}

/// Deletes everything of an account whose erasure has begun; its names come free last, with the entry on the
/// list, so that an interruption at any point leaves something to take up.
pub async fn finish(store: &Store, user_id: UserId, now: Timestamp) -> Result<()> {
    leave_events(store, user_id, now).await?;
    conversations::forget(store, user_id, now).await?;
    connections::remove_all(store, user_id).await?;
    devices::remove_all(store, user_id).await?;
    let blockers = store.query::<Key>(&Query::index(RELATED, keys::blockers_of(user_id))).await?.rows;
    let profile = store.get::<Profile>(keys::profile(user_id)).await?;
    let mut items = blockers;
    items.extend(store.keys_of(keys::user(user_id)).await?);
    items.retain(|key| *key != keys::profile(user_id));
    store.delete_all(items).await?;
    let Some(profile) = profile else { return store.commit([cancel(user_id)]).await };
    let own = Condition::absent().or(Condition::is("user_id", user_id.to_string()));
    let free = |key| Write::delete(key).when(own.clone(), Code::Conflict);
    let names = [keys::username(&canonical(&profile.username)), keys::email(&canonical(&profile.email))];
    let last = || [Write::delete(keys::profile(user_id)), cancel(user_id)];
    match store.commit(names.map(free).into_iter().chain(last())).await {
        // Another attempt was faster, and somebody has taken a name that came free.
        Err(Error { code: Code::Conflict, .. }) => store.commit(last()).await,
        done => done,
    }
}

/// Cancels what this person organises and gives back the seats that they have.
async fn leave_events(store: &Store, user_id: UserId, now: Timestamp) -> Result<()> {
    let mut drain = Drain::new();
    while let Some(entries) = drain.fresh(participations::of(store, user_id, 100).await?.rows).await? {
        for entry in entries {
            match entry {
                Card::Organiser { event_id } => events::orphan(store, event_id, now).await?,
                Card::Participant { event_id, .. } => {
                    participations::erase(store, event_id, user_id, now).await?;
                }
            }
        }
    }
    Ok(())
}

/// Takes out of an index all that it has of somebody. The index may lag behind, so it is looked at until it has
/// nothing more; if that takes too long, the next attempt goes on.
pub(super) struct Drain<T> {
    seen: HashSet<T>,
    stale_looks: u64,
}

impl<T: Clone + Eq + Hash> Drain<T> {
    pub(super) fn new() -> Self {
        Self { seen: HashSet::new(), stale_looks: 0 }
    }

    /// What is new among the entries of one look; `None` when there are none at all any more.
    pub(super) async fn fresh(&mut self, mut entries: Vec<T>) -> Result<Option<Vec<T>>> {
        const STALE_LOOKS: u64 = 6;
        if entries.is_empty() {
            return Ok(None);
        }
        entries.retain(|entry| self.seen.insert(entry.clone()));
        if entries.is_empty() {
            self.stale_looks += 1;
            if self.stale_looks > STALE_LOOKS {
                return Err(Error::unavailable("the index still has entries of somebody who left"));
            }
            tokio::time::sleep(Duration::from_millis(self.stale_looks * 100)).await;
        }
        Ok(Some(entries))
    }
}
