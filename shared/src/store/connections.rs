//! Open sockets. Each is there twice: under its own id, and with those of its person.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Condition, Query, Store, Write, keys};
use crate::{
    domain::{ConnectionId, Session, SessionId, UserId},
    error::{Code, Result},
    text::Language,
};

/// A socket, and whose session opened it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    pub connection_id: ConnectionId,
    pub user_id: UserId,
    pub session_id: SessionId,
    pub connected_at: Timestamp,
    /// What its errors are written in.
    pub language: Language,
    /// When no socket lives any more, in seconds of the epoch.
    pub expires: i64,
}

/// The longest that API Gateway keeps a socket open, and a little more.
pub const LONGEST_SECONDS: i64 = 2 * 3600 + 60;

impl Connection {
    /// As the store keeps it, going by what it says of itself.
    pub(super) fn as_written(&self) -> Self {
        Self { expires: self.connected_at.as_second() + LONGEST_SECONDS, ..self.clone() }
    }
}

/// The most sockets of one person.
const MAX_SOCKETS: usize = 20;

/// Remembers a socket, provided that its session stands; `beside` is written along. Where a person has too many with
/// these `others`, the oldest gives way.
pub async fn add(
    store: &Store,
    new: &Connection,
    mut others: Vec<Connection>,
    beside: impl IntoIterator<Item = Write>,
) -> Result<()> {
    others.sort_by_key(|other| other.connected_at);
    for oldest in others.iter().take((others.len() + 1).saturating_sub(MAX_SOCKETS)) {
        remove(store, oldest).await?;
    }
    let session = Write::check(keys::session(new.user_id, new.session_id));
    let session = session.when(Condition::exists(), Code::SessionEnded);
    let rows = [
        Write::put(keys::connection(&new.connection_id), new)?,
        Write::put(keys::connection_of(new.user_id, &new.connection_id), new)?,
        session,
    ];
    store.commit(beside.into_iter().chain(rows)).await
}

pub async fn find(store: &Store, id: &ConnectionId) -> Result<Option<Connection>> {
    store.get(keys::connection(id)).await
}

/// The sockets of a person whose sessions stand.
pub async fn of(store: &Store, person: UserId, now: Timestamp) -> Result<Vec<Connection>> {
    let mut sockets = all(store, person).await?;
    sockets.retain(|socket| socket.expires > now.as_second());
    let sessions: HashSet<SessionId> = sockets.iter().map(|socket| socket.session_id).collect();
    let sessions = standing(store, person, sessions, now).await?;
    sockets.retain(|socket| sessions.contains(&socket.session_id));
    Ok(sockets)
}

/// All sockets of a person.
pub async fn all(store: &Store, person: UserId) -> Result<Vec<Connection>> {
    let query = Query::partition(keys::user(person)).prefix(keys::CONNECTION).consistent();
    Ok(store.query::<Connection>(&query).await?.rows)
}

/// Forgets the sockets of a session.
pub async fn remove_of_session(store: &Store, person: UserId, session: SessionId) -> Result<()> {
    for socket in all(store, person).await?.iter().filter(|socket| socket.session_id == session) {
        remove(store, socket).await?;
    }
    Ok(())
}

/// Forgets all sockets of a person.
pub(super) async fn remove_all(store: &Store, person: UserId) -> Result<()> {
    for socket in all(store, person).await? {
        remove(store, &socket).await?;
    }
    Ok(())
}

/// Those among a person's sessions that stand.
pub async fn standing(
    store: &Store,
    person: UserId,
    sessions: impl IntoIterator<Item = SessionId>,
    now: Timestamp,
) -> Result<HashSet<SessionId>> {
    let keys: Vec<_> = sessions.into_iter().map(|id| keys::session(person, id)).collect();
    let sessions = store.get_all_now::<Session>(keys).await?;
    Ok(sessions
        .into_iter()
        .filter(|session| session.expires > now.as_second())
        .map(|s| s.session_id)
        .collect())
}

/// Forgets a socket. Whoever reacts to that closes it.
pub async fn remove(store: &Store, socket: &Connection) -> Result<()> {
    let keys =
        [keys::connection(&socket.connection_id), keys::connection_of(socket.user_id, &socket.connection_id)];
    store.commit(keys.map(Write::delete)).await
}
