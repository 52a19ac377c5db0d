//! How people want to be told of what.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Condition, Store, Write, commit::Contention, keys, profiles};
use crate::{
    domain::{Preferences, UserId},
    error::{Code, Error, Result},
    http::IfMatch,
};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) user_id: UserId,
    preferences: Preferences,
    version: u64,
}

/// Somebody's preferences and their version; 0 when they never set any.
pub async fn find(store: &Store, user_id: UserId) -> Result<(Preferences, u64)> {
    let row = store.get::<Row>(keys::preferences(user_id)).await?;
    Ok(row.map_or_else(Default::default, |row| (row.preferences, row.version)))
}

/// Those of many, as they are now; those who never set any are left out.
pub async fn find_all(store: &Store, people: &[UserId]) -> Result<HashMap<UserId, Preferences>> {
    let rows = store.get_all_now::<Row>(people.iter().copied().map(keys::preferences).collect()).await?;
    Ok(rows.into_iter().map(|row| (row.user_id, row.preferences)).collect())
}

/// Changes them, and gives the new ones with their version.
pub async fn update(
    store: &Store,
    user_id: UserId,
    seen: &IfMatch,
    change: impl Fn(&mut Preferences) -> Result<()> + Send + Sync,
) -> Result<(Preferences, u64)> {
    let mut contention = Contention::new();
    loop {
        let (known, before) = find(store, user_id).await?;
        seen.check(before)?;
        let mut preferences = known.clone();
        change(&mut preferences)?;
        if before > 0 && preferences == known {
            return Ok((preferences, before));
        }
        let version = before + 1;
        let as_read = if before == 0 { Condition::absent() } else { Condition::equals("version", before) };
        let row = Row { user_id, preferences: preferences.clone(), version };
        let put = Write::put(keys::preferences(user_id), &row)?.when(as_read, Code::Conflict);
        match store.commit([put, profiles::must_be_active(user_id, Code::SessionEnded)]).await {
            Err(Error { code: Code::Conflict, .. }) => contention.pause().await?,
            done => return done.map(|()| (preferences, version)),
        }
    }
}
