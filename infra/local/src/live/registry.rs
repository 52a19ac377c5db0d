//! The open sockets, as the connections API finds them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_util::sync::CancellationToken;

use super::event::Peer;

/// A socket that is open, or about to be.
pub(super) struct Open {
    pub(super) peer: Peer,
    /// Cancelled when the connections API deletes the socket.
    pub(super) deleted: CancellationToken,
    pub(super) since: Instant,
    outbox: mpsc::Sender<Utf8Bytes>,
    /// Milliseconds between `since` and the last frame either way.
    active: AtomicU64,
}

impl Open {
    /// Puts a message in line for the client; `false` when the line is full.
    pub(super) fn post(&self, message: Utf8Bytes) -> bool {
        self.outbox.try_send(message).is_ok()
    }

    pub(super) fn touch(&self) {
        let passed = self.since.elapsed().as_millis();
        self.active.store(u64::try_from(passed).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// When something last passed.
    pub(super) fn last_active(&self) -> Instant {
        self.since + Duration::from_millis(self.active.load(Ordering::Relaxed))
    }

    /// [`last_active`](Self::last_active) by the clock.
    pub(super) fn last_active_at(&self) -> Timestamp {
        let passed = i64::try_from(self.active.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
        self.peer.connected_at.saturating_add(SignedDuration::from_millis(passed)).unwrap_or(Timestamp::MAX)
    }
}

#[derive(Clone, Default)]
pub(super) struct Registry {
    sockets: Arc<Mutex<HashMap<String, Arc<Open>>>>,
}

impl Registry {
    /// Adds a socket, and returns it with what is posted to it.
    pub(super) fn add(&self, peer: Peer, waiting: usize) -> (Arc<Open>, mpsc::Receiver<Utf8Bytes>) {
        let (outbox, inbox) = mpsc::channel(waiting);
        let open = Arc::new(Open {
            deleted: CancellationToken::new(),
            since: Instant::now(),
            outbox,
            active: AtomicU64::new(0),
            peer,
        });
        self.lock().insert(open.peer.id.clone(), Arc::clone(&open));
        (open, inbox)
    }

    pub(super) fn get(&self, id: &str) -> Option<Arc<Open>> {
        self.lock().get(id).cloned()
    }

    pub(super) fn remove(&self, id: &str) -> Option<Arc<Open>> {
        self.lock().remove(id)
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Open>>> {
        self.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
