//! The one table. Only this module and its children build DynamoDB requests.

pub mod accounts;
pub mod blocks;
pub mod catalogue;
mod commit;
mod condition;
pub mod erasure;
pub mod events;
mod expression;
pub mod keys;
pub mod load;
pub mod participations;
pub mod profiles;
mod read;
pub mod seed;
pub mod sessions;
pub mod tastes;
pub mod throttle;
mod write;

use std::{collections::HashMap, fmt, sync::Arc};

use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    types::AttributeValue,
};

pub use self::{
    condition::Condition,
    keys::Key,
    read::{Found, Query},
    write::Write,
};
use crate::{auth::Gate, error::Error};

type Item = HashMap<String, AttributeValue>;

/// Names of the table's secondary indexes.
pub const RELATED: &str = "related";

/// The table, and the gate that commits of this call have to pass.
#[derive(Clone)]
pub struct Store {
    client: Client,
    table: Arc<str>,
    gate: Gate,
}

impl Store {
    pub(crate) fn new(client: Client, table: &str) -> Self {
        Self { client, table: table.into(), gate: Gate::wide_open() }
    }

    pub(crate) fn behind(&self, gate: Gate) -> Self {
        Self { gate, ..self.clone() }
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
