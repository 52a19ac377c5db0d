//! The one table. Only this module and its children build DynamoDB requests.

pub mod accounts;
pub mod audit;
pub mod blocks;
pub mod catalogue;
mod commit;
mod condition;
pub mod connections;
pub mod conversations;
pub mod devices;
pub mod erasure;
pub mod events;
mod expression;
mod items;
pub mod jobs;
pub mod keys;
pub mod load;
mod meter;
pub mod nearby;
pub mod notifications;
pub mod participations;
pub mod preferences;
pub mod profiles;
mod read;
pub mod search;
pub mod seed;
pub mod sessions;
pub mod tastes;
pub mod throttle;
pub mod tickets;
mod write;

use std::{collections::HashMap, fmt, sync::Arc};

use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    types::AttributeValue,
};

pub(crate) use self::write::TRACE;
pub use self::{
    condition::Condition,
    keys::Key,
    meter::{Cost, Meter},
    read::{Found, Query},
    write::Write,
};
use crate::{auth::Gate, error::Error, observe::TraceId};

type Item = HashMap<String, AttributeValue>;

/// Names of the table's secondary indexes.
pub const RELATED: &str = "related";
const CALENDAR: &str = "calendar";
/// By place, from coarse to fine.
const GEO: [&str; 4] = ["geo3", "geo4", "geo5", "geo6"];
const NEAR: &str = "near";

/// The table, the gate that commits of this call have to pass, what the call asks of the table, and its trace.
#[derive(Clone)]
pub struct Store {
    client: Client,
    table: Arc<str>,
    gate: Gate,
    meter: Meter,
    unsent: items::Unsent,
    trace: Option<TraceId>,
}

impl Store {
    pub(crate) fn new(client: Client, table: &str) -> Self {
        let (meter, unsent) = Default::default();
        Self { client, table: table.into(), gate: Gate::wide_open(), meter, unsent, trace: None }
    }

    pub(crate) fn behind(&self, gate: Gate) -> Self {
        Self { gate, ..self.clone() }
    }

    /// The same table for a call of its own: what is asked of it is counted from nothing.
    #[must_use]
    pub fn metered(&self) -> Self {
        Self { meter: Meter::default(), unsent: items::Unsent::default(), ..self.clone() }
    }

    /// The same for a call that belongs to this trace.
    pub(crate) fn traced(&self, trace: Option<TraceId>) -> Self {
        Self { trace, ..self.metered() }
    }

    /// What was asked of the table so far.
    pub fn cost(&self) -> Cost {
        self.meter.cost()
    }
}

/// What a failed call means to our caller: the store is busy, or we asked for something impossible.
fn failed<E, R>(error: SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    const OURS: [&str; 4] = [
        "ValidationException",
        "AccessDeniedException",
        "ResourceNotFoundException",
        "SerializationException",
    ];
    let ours = error.as_service_error().and_then(|e| e.code()).is_some_and(|code| OURS.contains(&code));
    let cause = format!("{}", aws_smithy_types::error::display::DisplayErrorContext(&error));
    if ours { Error::internal(cause) } else { Error::unavailable(cause) }
}
