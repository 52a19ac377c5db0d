//! What an operation runs on: the settings, the store, the clock.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    auth::{Gate, Hasher},
    config::Config,
    cursor::Cursors,
    error::{Error, Result},
    live::Sockets,
    store::Store,
};

/// One per process, and for each call a copy whose commits wait for the caller's session.
#[derive(Clone)]
pub struct App {
    config: Arc<Config>,
    hasher: Hasher,
    clock: Clock,
    store: Store,
    sockets: Sockets,
    sns: Option<aws_sdk_sns::Client>,
}

/// The SDK's clients. What an operation was not given it cannot call.
#[derive(Clone, Debug)]
pub struct Clients {
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub live: Option<aws_sdk_apigatewaymanagement::Client>,
    pub sns: Option<aws_sdk_sns::Client>,
}

impl From<aws_sdk_dynamodb::Client> for Clients {
    fn from(dynamodb: aws_sdk_dynamodb::Client) -> Self {
        Self { dynamodb, live: None, sns: None }
    }
}

/// Tells the time. It is the system's, shifted by what tests have added.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// The present, in whole milliseconds.
    #[allow(clippy::disallowed_methods)]
    pub fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = i64::try_from(since.as_millis()).unwrap_or_default() + self.0.load(Ordering::Relaxed);
        Timestamp::from_millisecond(millis).unwrap_or_default()
    }

    /// Lets time pass at once.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap_or_default(), Ordering::Relaxed);
    }
}

impl App {
    pub fn new(config: Config, clients: Clients) -> Result<Self> {
        let store = Store::new(clients.dynamodb, &config.table);
        Ok(Self {
            config: Arc::new(config),
            hasher: Hasher::new()?,
            clock: Clock::default(),
            store,
            sockets: Sockets::new(clients.live),
            sns: clients.sns,
        })
    }

    /// The same, with commits that wait for the gate.
    #[must_use]
    pub(crate) fn behind(&self, gate: Gate) -> Self {
        Self { store: self.store.behind(gate), ..self.clone() }
    }

    /// The same, with what a call asks of the table counted from nothing.
    #[must_use]
    pub fn metered(&self) -> Self {
        Self { store: self.store.metered(), ..self.clone() }
    }

    /// The same with other settings.
    #[must_use]
    pub fn with(&self, config: Config) -> Self {
        Self { config: Arc::new(config), ..self.clone() }
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    pub const fn hasher(&self) -> &Hasher {
        &self.hasher
    }

    pub const fn store(&self) -> &Store {
        &self.store
    }

    pub const fn sockets(&self) -> &Sockets {
        &self.sockets
    }

    /// The client of SNS; missing where a function that pushes was not given it.
    pub fn sns(&self) -> Result<&aws_sdk_sns::Client> {
        self.sns.as_ref().ok_or_else(|| Error::internal("there is no client of SNS"))
    }

    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new id that sorts by the time of its making (UUIDv7, RFC 9562).
    pub fn new_id(&self) -> Uuid {
        let now = self.now();
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let nanos = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
        Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos))
    }

    /// The cursors of one query; `scope` as in [`Cursors`].
    pub fn cursors(&self, operation: &str, scope: &impl Serialize) -> Result<Cursors<'_>> {
        Ok(Cursors::new(self.config.cursor_secret()?, operation, scope))
    }
}
