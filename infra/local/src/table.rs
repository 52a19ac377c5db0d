//! Creates the table where it is missing, and makes sure that the one there is the right one.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::types::{
    KeySchemaElement, Projection, TableDescription, TimeToLiveSpecification, TimeToLiveStatus,
};

use crate::error::{Error, Result};
use crate::template::TableDefinition;

/// How long a table may take to come up; the embedded one takes no time at all.
const CREATION: Duration = Duration::from_mins(1);

/// Makes sure that `table` exists as `template.yaml` describes it. May run any number of times.
pub async fn ensure(client: &Client, table: &str) -> Result<()> {
    let definition = TableDefinition::read()?;
    match describe(client, table).await? {
        Some(existing) => compare(&definition, &existing, table)?,
        None => create(client, table, &definition).await?,
    }
    expire(client, table, &definition.expiry).await
}

async fn describe(client: &Client, table: &str) -> Result<Option<TableDescription>> {
    match client.describe_table().table_name(table).send().await {
        Ok(reply) => Ok(reply.table),
        Err(error)
            if error.as_service_error().is_some_and(DescribeTableError::is_resource_not_found_exception) =>
        {
            Ok(None)
        }
        Err(error) => Err(refused(error)),
    }
}

async fn create(client: &Client, table: &str, definition: &TableDefinition) -> Result<()> {
    client
        .create_table()
        .table_name(table)
        .billing_mode(definition.billing.clone())
        .set_attribute_definitions(Some(definition.attributes.clone()))
        .set_key_schema(Some(definition.keys.clone()))
        .set_global_secondary_indexes(Some(definition.indexes.clone()))
        .stream_specification(definition.stream.clone())
        .send()
        .await
        .map_err(refused)?;
    client.wait_until_table_exists().table_name(table).wait(CREATION).await.map_err(refused)?;
    tracing::debug!(table, "table created");
    Ok(())
}

/// Separate from the creation, which may have been interrupted before it came to this.
async fn expire(client: &Client, table: &str, attribute: &str) -> Result<()> {
    let reply = client.describe_time_to_live().table_name(table).send().await.map_err(refused)?;
    let status = reply.time_to_live_description.and_then(|description| description.time_to_live_status);
    if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
        return Ok(());
    }
    let expiry = TimeToLiveSpecification::builder().attribute_name(attribute).enabled(true).build();
    let expiry = expiry.map_err(refused)?;
    client
        .update_time_to_live()
        .table_name(table)
        .time_to_live_specification(expiry)
        .send()
        .await
        .map_err(refused)?;
    Ok(())
}

fn compare(wanted: &TableDefinition, existing: &TableDescription, table: &str) -> Result<()> {
    let wanted = wanted_shape(wanted);
    let existing = existing_shape(existing);
    if wanted == existing {
        return Ok(());
    }
    let missing = wanted.difference(&existing).map(|part| format!("missing: {part}"));
    let unknown = existing.difference(&wanted).map(|part| format!("not in the template: {part}"));
    Err(Error::TableDiffers { table: table.to_owned(), differences: missing.chain(unknown).collect() })
}

fn wanted_shape(table: &TableDefinition) -> BTreeSet<String> {
    let indexes = table
        .indexes
        .iter()
        .map(|index| index_shape(Some(index.index_name()), index.key_schema(), index.projection()));
    let attributes =
        table.attributes.iter().map(|one| format!("{} {}", one.attribute_name(), one.attribute_type()));
    indexes
        .chain(attributes)
        .chain([format!("keys {}", keys(&table.keys)), stream(Some(&table.stream))])
        .collect()
}

fn existing_shape(table: &TableDescription) -> BTreeSet<String> {
    let indexes = table
        .global_secondary_indexes()
        .iter()
        .map(|index| index_shape(index.index_name(), index.key_schema(), index.projection()));
    let attributes = table
        .attribute_definitions()
        .iter()
        .map(|one| format!("{} {}", one.attribute_name(), one.attribute_type()));
    let rest = [format!("keys {}", keys(table.key_schema())), stream(table.stream_specification())];
    indexes.chain(attributes).chain(rest).collect()
}

fn index_shape(name: Option<&str>, schema: &[KeySchemaElement], projection: Option<&Projection>) -> String {
    let kind = projection.and_then(Projection::projection_type).map_or("ALL", |kind| kind.as_str());
    let mut attributes = projection.map(Projection::non_key_attributes).unwrap_or_default().to_vec();
    attributes.sort_unstable();
    format!("index {} on {} with {kind} {}", name.unwrap_or_default(), keys(schema), attributes.join(","))
}

fn keys(schema: &[KeySchemaElement]) -> String {
    schema.iter().map(KeySchemaElement::attribute_name).collect::<Vec<_>>().join("/")
}

fn stream(stream: Option<&aws_sdk_dynamodb::types::StreamSpecification>) -> String {
    format!("stream {}", stream.and_then(|one| one.stream_view_type()).map_or("none", |view| view.as_str()))
}

fn refused(error: impl std::error::Error) -> Error {
    Error::Store(DisplayErrorContext(error).to_string())
}
