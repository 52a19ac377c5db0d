//! Counting attempts: one item per subject and window, gone by itself a while after.

use jiff::Timestamp;

use super::{Condition, Store, Write, keys};
use crate::error::{Code, Error, Result};

/// The length of a window where nothing else is said, in seconds. Windows are aligned, so an hour that begins anywhere
/// sees at most twice the limit.
const WINDOW: i64 = 3600;

/// One subject's attempts.
#[derive(Clone, Debug)]
pub struct Bucket {
    about: String,
    limit: u32,
    /// In seconds.
    window: i64,
}

impl Bucket {
    /// `about` names what is counted and whose it is.
    pub fn new(about: String, limit: u32) -> Self {
        Self { about, limit, window: WINDOW }
    }

    /// The same with windows of so many seconds.
    #[must_use]
    pub fn per_seconds(self, window: i64) -> Self {
        Self { window, ..self }
    }

    /// Counts an attempt before it is made; `TooManyRequests` with the time to wait when the limit is
    /// reached, and then it is not counted.
    pub async fn take(&self, store: &Store, now: Timestamp) -> Result<()> {
        let end = self.window_end(now);
        let wait = u32::try_from(end - now.as_second()).unwrap_or(1);
        let room = Condition::Lacks("attempts").or(Condition::below("attempts", i64::from(self.limit)));
        let count = Write::update(self.key(end))
            .add("attempts", 1)
            .set("expires", &(end + self.window))?
            .when(room, Error::from(Code::TooManyRequests).retry_after(wait));
        store.commit([count]).await
    }

    /// Takes an attempt back that was none: it succeeded.
    pub async fn give_back(&self, store: &Store, now: Timestamp) -> Result<()> {
        let taken = Condition::Exists("attempts");
        let write =
            Write::update(self.key(self.window_end(now))).add("attempts", -1).when(taken, Code::Conflict);
        match store.commit([write]).await {
            // The window ended in between.
            Err(Error { code: Code::Conflict, .. }) => Ok(()),
            done => done,
        }
    }

    fn key(&self, window_end: i64) -> keys::Key {
        keys::throttle(&format!("{window_end} {}", self.about))
    }

    fn window_end(&self, now: Timestamp) -> i64 {
        (now.as_second().div_euclid(self.window) + 1) * self.window
    }
}
