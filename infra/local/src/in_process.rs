//! The way from the SDK to the embedded DynamoDB without a socket between them.
//!
//! A read takes less than half as long as over loopback, a write half to two thirds.

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};

/// How many operations run at a time. The database does one after the other; here they wait for it without a thread.
const AT_ONCE: usize = 1;
const TARGETS: [&str; 2] = ["DynamoDB_20120810.", "DynamoDBStreams_20120810."];

/// An HTTP client that runs DynamoDB's operations itself. What it does not run, or what is refused in words that
/// the emulator's server alone finds, goes to that server.
pub(crate) struct InProcess {
    database: Database,
    server: SharedHttpClient,
    written: watch::Sender<()>,
    turns: Arc<Semaphore>,
}

impl InProcess {
    /// `written` is told of every write that is done here.
    pub(crate) fn client(database: Database, written: watch::Sender<()>) -> SharedHttpClient {
        // The SDK's own client would read the system's TLS certificates first, which nobody needs here.
        let server = aws_smithy_http_client::Builder::new().build_http();
        SharedHttpClient::new(Self { database, server, written, turns: Arc::new(Semaphore::new(AT_ONCE)) })
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}

impl HttpClient for InProcess {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let server = self.server.http_connector(settings, components);
        let Self { database, written, turns, .. } = self;
        let (database, written, turns) = (database.clone(), written.clone(), Arc::clone(turns));
        SharedHttpConnector::new(Connector { database, server: Arc::new(server), written, turns })
    }
}

#[derive(Clone)]
struct Connector {
    database: Database,
    server: Arc<SharedHttpConnector>,
    written: watch::Sender<()>,
    turns: Arc<Semaphore>,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target");
        let name = target.and_then(|target| TARGETS.iter().find_map(|prefix| target.strip_prefix(prefix)));
        let call = name.and_then(operation).zip(request.body().bytes().map(<[u8]>::to_vec));
        let Some((operation, body)) = call else {
            return self.server.call(request);
        };
        let writes = name.is_some_and(|name| WRITES.contains(&name));
        let this = self.clone();
        HttpConnectorFuture::new(async move {
            let database = this.database.clone();
            // What is asked at the same time is asked before the first of it is answered, as over a network.
            tokio::task::yield_now().await;
            let turn = Arc::clone(&this.turns).acquire_owned().await;
            let turn = turn.map_err(|error| ConnectorError::other(error.into(), None))?;
            // Most take less time than it would to hand them to a thread of their own.
            let answer = operation(&database, &body);
            drop(turn);
            match answer {
                Answer::Reply(status, json) => {
                    if writes && status == 200 {
                        this.written.send_replace(());
                    }
                    reply(status, json)
                }
                Answer::AskServer => this.server.call(request).await,
            }
        })
    }
}

enum Answer {
    Reply(u16, String),
    AskServer,
}

type Operation = fn(&Database, &[u8]) -> Answer;

/// The operations that may leave a record in the table's stream.
const WRITES: [&str; 5] = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"];

/// What the backend does all day; tables are managed by way of the server. But a table is described here: the server
/// counts all that is in it first, which takes more than ten seconds where there are 100,000 events.
fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "GetItem" => |database, body| run(body, |request| database.get_item(request)),
        "PutItem" => |database, body| run(body, |request| database.put_item(request)),
        "UpdateItem" => |database, body| run(body, |request| database.update_item(request)),
        "DeleteItem" => |database, body| run(body, |request| database.delete_item(request)),
        "Query" => |database, body| run(body, |request| database.query(request)),
        "BatchGetItem" => |database, body| run(body, |request| database.batch_get_item(request)),
        "BatchWriteItem" => |database, body| run(body, |request| database.batch_write_item(request)),
        "TransactGetItems" => |database, body| run(body, |request| database.transact_get_items(request)),
        "DescribeTable" => describe,
        "TransactWriteItems" => |database, body| run(body, |request| database.transact_write_items(request)),
        "DescribeStream" => |database, body| run(body, |request| database.describe_stream(request)),
        "GetShardIterator" => |database, body| run(body, |request| database.get_shard_iterator(request)),
        "GetRecords" => |database, body| run(body, |request| database.get_records(request)),
        _ => return None,
    })
}

fn run<I: DeserializeOwned, O: Serialize>(body: &[u8], call: impl Fn(I) -> dynoxide::Result<O>) -> Answer {
    let Ok(request) = serde_json::from_slice(body) else {
        return Answer::AskServer;
    };
    match call(request) {
        Ok(output) => {
            serde_json::to_string(&output).map_or(Answer::AskServer, |json| Answer::Reply(200, json))
        }
        Err(error) if speaks_for_itself(&error) => Answer::Reply(error.status_code(), error.to_json()),
        // Nothing was done, so that asking again does no harm.
        Err(_) => Answer::AskServer,
    }
}

/// A table without the sizes of it. What does not exist, or cannot be read, the server has the words for.
fn describe(database: &Database, body: &[u8]) -> Answer {
    table(database, body)
        .map_or(Answer::AskServer, |table| Answer::Reply(200, json!({ "Table": table }).to_string()))
}

fn table(database: &Database, body: &[u8]) -> Option<Value> {
    let request: Value = serde_json::from_slice(body).ok()?;
    let table = database.get_table_metadata(request["TableName"].as_str()?).ok()??;
    let parsed = |json: &str| serde_json::from_str::<Value>(json).ok();
    let stream = table
        .stream_enabled
        .then(|| json!({ "StreamEnabled": true, "StreamViewType": table.stream_view_type.as_deref() }));
    let label = table.stream_label.as_deref();
    Some(json!({
        "TableName": table.table_name.as_str(),
        "TableStatus": table.table_status.as_str(),
        "KeySchema": parsed(&table.key_schema)?,
        "AttributeDefinitions": parsed(&table.attribute_definitions)?,
        "GlobalSecondaryIndexes": table.gsi_definitions.as_deref().map_or(Some(json!([])), parsed)?,
        "StreamSpecification": stream,
        "LatestStreamLabel": label,
        "LatestStreamArn": label.map(|label| dynoxide::streams::stream_arn(&table.table_name, label)),
    }))
}

/// The refusals whose words do not depend on how the request was written.
fn speaks_for_itself(error: &DynoxideError) -> bool {
    matches!(
        error,
        DynoxideError::ConditionalCheckFailedException(..)
            | DynoxideError::TransactionCanceledException(..)
            | DynoxideError::ResourceNotFoundException(_)
            | DynoxideError::IdempotentParameterMismatchException(_)
    )
}

fn reply(status: u16, json: String) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(status).map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut reply = HttpResponse::new(status, SdkBody::from(json));
    reply.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    Ok(reply)
}

#[cfg(test)]
mod tests;
