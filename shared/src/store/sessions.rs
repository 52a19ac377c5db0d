//! Sessions: one item for each device that is logged in.

use jiff::{SignedDuration, Timestamp};

use super::{Condition, Query, Store, Write, keys};
use crate::{
    domain::{Session, SessionId, UserId},
    error::{Code, Error, Result},
};

/// How long a session lives without being refreshed.
pub const IDLE: SignedDuration = SignedDuration::from_hours(60 * 24);
/// How long a lost refresh may be repeated, as long as what it gave was not used.
const GRACE: SignedDuration = SignedDuration::from_secs(60);
/// The most sessions of one person: all of them end in one transaction.
pub const MAX_SESSIONS: usize = 50;

pub async fn find(store: &Store, user_id: UserId, id: SessionId) -> Result<Option<Session>> {
    store.get(keys::session(user_id, id)).await
}

/// All sessions that have not ended, oldest first.
pub async fn list(store: &Store, user_id: UserId, now: Timestamp) -> Result<Vec<Session>> {
    let query = Query::partition(keys::user(user_id)).prefix(keys::SESSION).consistent();
    let mut sessions = store.query::<Session>(&query).await?.rows;
    sessions.retain(|session| session.expires > now.as_second());
    Ok(sessions)
}

/// The end of one session.
pub fn end(user_id: UserId, id: SessionId) -> Write {
    Write::delete(keys::session(user_id, id))
}

/// The end of all of these.
pub(super) fn end_all<'a>(sessions: impl IntoIterator<Item = &'a Session>) -> impl Iterator<Item = Write> {
    sessions.into_iter().map(|session| end(session.user_id, session.session_id))
}

/// Ends one session; `NotFound` when there is none.
pub async fn end_one(store: &Store, user_id: UserId, id: SessionId) -> Result<()> {
    let delete = end(user_id, id).when(Condition::exists(), Code::NotFound);
    store.commit([delete]).await
}

/// Replaces the refresh token of this generation by the next.
///
/// A parent that comes back within a minute, while its child is unused, is a reply that got lost: it gets the
/// same child again. Any other old token is in the wrong hands, and the session ends.
pub async fn rotate(
    store: &Store,
    user_id: UserId,
    id: SessionId,
    generation: u32,
    now: Timestamp,
) -> Result<Session> {
    let current =
        Condition::equals("generation", generation.into()).and(Condition::above("expires", now.as_second()));
    let rotate = Write::update(keys::session(user_id, id))
        .add("generation", 1)
        .set("rotated_at", &now)?
        .set("last_used_at", &now)?
        .set("expires", &(now + IDLE).as_second())?
        .when(current, Code::InvalidRefreshToken);
    match store.update(rotate).await {
        Err(Error { code: Code::InvalidRefreshToken, .. }) => {}
        rotated => return rotated,
    }
    let session = find(store, user_id, id).await?.ok_or(Code::InvalidRefreshToken)?;
    let alive = session.expires > now.as_second();
    if alive && session.generation == generation + 1 && now.duration_since(session.rotated_at) <= GRACE {
        return Ok(session);
    }
    if session.generation > generation {
        tracing::warn!(session = %id, "a replaced refresh token came back: the session ends");
        store.commit([end(user_id, id)]).await?;
    }
    Err(Code::InvalidRefreshToken.into())
}
