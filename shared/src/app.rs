//! What an operation runs on: the settings, the store, the clock.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
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
    domain::UserId,
    encoding::base64url,
    error::{Error, Result},
    live::Sockets,
    observe::{Call, Invocation, TraceId},
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
    /// Whether the process has been called before.
    is_warm: Arc<AtomicBool>,
    invocation: Invocation,
    call: Arc<Call>,
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
        let clients = clients.observed(&config.table);
        let store = Store::new(clients.dynamodb, &config.table);
        Ok(Self {
            config: Arc::new(config),
            hasher: Hasher::new()?,
            clock: Clock::default(),
            store,
            sockets: Sockets::new(clients.live),
            sns: clients.sns,
            is_warm: Arc::default(),
            invocation: Invocation::default(),
            call: Arc::new(Call::begin(false)),
        })
    }

    /// The same, with commits that wait for the gate.
    #[must_use]
    pub fn behind(&self, gate: Gate) -> Self {
        Self { store: self.store.behind(gate), ..self.clone() }
    }

    /// The same for one call that begins now: measured from nothing, and what it writes says which trace it belongs to.
    #[must_use]
    pub(crate) fn for_call(&self, trace: Option<TraceId>) -> Self {
        let is_cold = !self.is_warm.swap(true, Ordering::Relaxed);
        Self { store: self.store.traced(trace), call: Arc::new(Call::begin(is_cold)), ..self.clone() }
    }

    /// The same with what Lambda says of an invocation.
    pub(crate) fn invoked(&self, invocation: Invocation) -> Self {
        Self { invocation, ..self.clone() }
    }

    pub(crate) const fn invocation(&self) -> &Invocation {
        &self.invocation
    }

    pub(crate) fn call(&self) -> &Call {
        &self.call
    }

    /// Says who calls, for the log.
    pub fn called_by(&self, user: UserId) {
        // A call has one caller, so that a second would be the same.
        let _ = self.call.user.set(user);
    }

    /// What the log calls the caller by.
    pub(crate) fn alias_of_caller(&self) -> Option<String> {
        self.call.user.get().map(|user| self.alias(*user))
    }

    /// What the log calls somebody by: 16 characters, the same each time. Only who has the secret can make them of an
    /// id: ids are public, so that a mere hash would name everybody.
    pub fn alias(&self, user: UserId) -> String {
        let tag = self.config.log_secret.tag("somebody", user.0.as_bytes());
        base64url(tag.get(..12).unwrap_or_default())
    }

    /// The same for a function with settings of its own, which has not been called yet.
    #[must_use]
    pub fn with(&self, config: Config) -> Self {
        Self { config: Arc::new(config), is_warm: Arc::default(), ..self.clone() }
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
