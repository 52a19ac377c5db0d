use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{Citizen, Statuses};
use crate::{
    events::Dice,
    harness::{Call, Person, Reply, World},
};

/// What all lanes know, and what was acknowledged to any of them.
pub(super) struct Town {
    pub(super) world: Arc<World>,
    pub(super) admin: Person,
    /// Ids of people who may be gone by now.
    pub(super) people: Mutex<Vec<String>>,
    /// Paths of events, and of conversations.
    pub(super) events: Mutex<Vec<String>>,
    pub(super) talks: Mutex<Vec<String>>,
    /// Organisers of drafts, by the id of the draft and of its conversation.
    pub(super) drafts: Mutex<BTreeMap<String, String>>,
    pub(super) messages: Mutex<Vec<Acknowledged>>,
    /// Those who had themselves erased.
    pub(super) gone: Mutex<Vec<Citizen>>,
    pub(super) calls: AtomicUsize,
    pub(super) statuses: Mutex<Statuses>,
}

/// A message that somebody was told to be sent.
pub(super) struct Acknowledged {
    /// The path of the conversation.
    pub(super) talk: String,
    pub(super) seq: u64,
    pub(super) sender: String,
    pub(super) name: String,
}

impl Town {
    pub(super) async fn new(world: &Arc<World>) -> Self {
        Self {
            admin: world.admin().await,
            world: world.clone(),
            people: Mutex::default(),
            events: Mutex::default(),
            talks: Mutex::default(),
            drafts: Mutex::default(),
            messages: Mutex::default(),
            gone: Mutex::default(),
            calls: AtomicUsize::default(),
            statuses: Mutex::default(),
        }
    }

    /// Makes a call. Whatever fails, its answer is right or says to come back.
    pub(super) async fn send(&self, call: Call) -> Reply {
        let reply = call.await;
        self.calls.fetch_add(1, Ordering::Relaxed);
        *self.statuses.lock().unwrap().entry(reply.status).or_default() += 1;
        assert!(reply.status < 500 || reply.status == 503, "{}: {}", reply.status, reply.text);
        reply
    }

    /// Makes a call until it is told something else than to come back.
    pub(super) async fn insist(&self, call: impl Fn() -> Call) -> Reply {
        const PATIENCE: usize = 200;
        for _ in 0..PATIENCE {
            let reply = self.send(call()).await;
            if reply.status != 503 {
                return reply;
            }
        }
        panic!("told to come back {PATIENCE} times");
    }

    /// One of those that there are, one of the latest.
    pub(super) fn any(of: &Mutex<Vec<String>>, dice: &mut Dice) -> Option<String> {
        const LATEST: usize = 30;
        let all = of.lock().unwrap();
        let latest = &all[all.len().saturating_sub(LATEST)..];
        (!latest.is_empty()).then(|| latest[dice.roll(latest.len())].clone())
    }
}
