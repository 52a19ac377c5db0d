//! Tickets: each opens one socket for a session, once and soon. Only their hashes are kept.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Condition, Store, Write, keys};
use crate::{
    domain::{SessionId, UserId},
    encoding::{base64url, sha256},
    error::{Code, Result},
    random,
};

/// How long a ticket is good.
const GOOD: SignedDuration = SignedDuration::from_secs(30);

/// Whose ticket it is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Ticket {
    pub user_id: UserId,
    pub session_id: SessionId,
    pub expires_at: Timestamp,
    /// A while after, in seconds of the epoch.
    expires: i64,
}

impl Ticket {
    fn new(user_id: UserId, session_id: SessionId, expires_at: Timestamp) -> Self {
        Self { user_id, session_id, expires_at, expires: expires_at.as_second() + 60 }
    }

    /// As the store keeps it, going by what it says of itself.
    pub(super) fn as_written(&self) -> Self {
        Self::new(self.user_id, self.session_id, self.expires_at)
    }
}

/// A new ticket and when it expires.
pub async fn issue(
    store: &Store,
    user_id: UserId,
    session_id: SessionId,
    now: Timestamp,
) -> Result<(String, Timestamp)> {
    let ticket = base64url(&random::bytes::<32>()?);
    let expires_at = now + GOOD;
    let row = Ticket::new(user_id, session_id, expires_at);
    store.commit([Write::put(keys::ticket(&sha256(ticket.as_bytes())), &row)?]).await?;
    Ok((ticket, expires_at))
}

/// Whose ticket this is, and the write that uses it up; `InvalidToken` unless it is good.
pub async fn take(store: &Store, ticket: &str, now: Timestamp) -> Result<(Ticket, Write)> {
    let key = keys::ticket(&sha256(ticket.as_bytes()));
    let found: Option<Ticket> = store.get(key.clone()).await?;
    let found = found.filter(|ticket| ticket.expires_at > now).ok_or(Code::InvalidToken)?;
    Ok((found, Write::delete(key).when(Condition::exists(), Code::InvalidToken)))
}
