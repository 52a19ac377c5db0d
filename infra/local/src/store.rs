//! DynamoDB on this machine: an embedded emulator, served over HTTP for the SDK and for tools.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Region};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use dynoxide::Database;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::bulk::Bulk;
use crate::database;
use crate::error::Result;
use crate::in_process::InProcess;
use crate::listen::listen;
use crate::rights;

pub(crate) const REGION: &str = "eu-west-3";
/// How often items whose time is over are removed. AWS takes up to days for it.
const SWEEP: Duration = Duration::from_hours(1);
/// When the first are: it looks at every item, and commands that are done in a moment have no use for it.
const FIRST_SWEEP: Duration = Duration::from_mins(1);

/// A running DynamoDB.
pub struct Store {
    address: SocketAddr,
    client: Client,
    streams: aws_sdk_dynamodbstreams::Client,
    written: watch::Receiver<()>,
    file: Option<PathBuf>,
    database: Database,
    stop: DropGuard,
    server: JoinHandle<std::result::Result<(), String>>,
}

impl Store {
    /// Serves the database in `file`, or one in memory, on `address`.
    pub async fn start(
        file: Option<PathBuf>,
        address: SocketAddr,
        transport: Option<Transport>,
    ) -> Result<Self> {
        let (listener, address) = listen(address, "--dynamodb-port").await?;
        let database = database::open(file.clone())?;
        let (writing, written) = watch::channel(());
        let http = InProcess::client(database.clone(), writing);
        let streams = connect_streams(&url(address), http.clone());
        let client = connect(&url(address), http, transport);
        let stop = CancellationToken::new();
        tokio::spawn(sweep(database.clone(), stop.clone()));
        let server = tokio::spawn(dynoxide::server::serve_with_shutdown(
            listener,
            database.clone(),
            stop.clone().cancelled_owned(),
        ));
        Ok(Self { address, client, streams, written, file, database, stop: stop.drop_guard(), server })
    }

    pub fn url(&self) -> String {
        url(self.address)
    }

    /// A client that shares this process with the database.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// A client for its tables' streams that shares this process with the database. No [`Transport`] is between.
    pub fn streams(&self) -> &aws_sdk_dynamodbstreams::Client {
        &self.streams
    }

    /// Changes with every write that is done in this process; those that come over the socket go unnoticed.
    pub fn written(&self) -> watch::Receiver<()> {
        self.written.clone()
    }

    /// Where the database is kept, if it is not in memory.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The way to fill a table of it quickly.
    pub fn bulk(&self, table: &str) -> Result<Bulk> {
        Bulk::begin(self.database.clone(), table)
    }

    /// Ends calls in progress, then closes the database.
    pub async fn stop(self) {
        drop(self.stop);
        if let Ok(Err(error)) = self.server.await {
            tracing::warn!("DynamoDB: {error}");
        }
    }
}

/// Wraps the HTTP client of the SDK.
#[derive(Clone)]
pub struct Transport(Arc<dyn Fn(SharedHttpClient) -> SharedHttpClient + Send + Sync>);

impl Transport {
    /// The client with what is wrapped around it, if anything is.
    pub(crate) fn around(transport: Option<&Self>, http: SharedHttpClient) -> SharedHttpClient {
        transport.map_or(http.clone(), |Self(wrap)| wrap(http))
    }

    pub fn new(wrap: impl Fn(SharedHttpClient) -> SharedHttpClient + Send + Sync + 'static) -> Self {
        Self(Arc::new(wrap))
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport(…)")
    }
}

/// A client for a DynamoDB at `url` that asks for no real credentials, so that none can leave this machine. Where the
/// access key matters, as for DynamoDB Local, which has a database for each, it is in the address:
/// `http://KEY@127.0.0.1:8000`.
pub fn client(url: &str, transport: Option<Transport>) -> Client {
    // Without TLS, for which a client reads all of the machine's certificates.
    connect(url, aws_smithy_http_client::Builder::new().build_http(), transport)
}

/// As [`client`], for the streams of its tables.
pub fn streams(url: &str) -> aws_sdk_dynamodbstreams::Client {
    connect_streams(url, aws_smithy_http_client::Builder::new().build_http())
}

fn connect_streams(url: &str, http: SharedHttpClient) -> aws_sdk_dynamodbstreams::Client {
    let config = aws_sdk_dynamodbstreams::Config::builder()
        .behavior_version(aws_sdk_dynamodbstreams::config::BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(credentials(url))
        .endpoint_url(without_key(url))
        .timeout_config(timeouts())
        .http_client(http)
        .build();
    aws_sdk_dynamodbstreams::Client::from_conf(config)
}

fn credentials(url: &str) -> Credentials {
    let key = parts(url).map_or("local", |(_, key, _)| key);
    Credentials::from_keys(key, "local", None)
}

fn without_key(url: &str) -> String {
    parts(url).map_or_else(|| url.to_owned(), |(scheme, _, address)| format!("{scheme}://{address}"))
}

/// Scheme, access key and the rest of an address that has a key.
fn parts(url: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let (key, address) = rest.split_once('@')?;
    Some((scheme, key, address))
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(10))
        .build()
}

fn connect(url: &str, http: SharedHttpClient, transport: Option<Transport>) -> Client {
    let http = rights::guard(Transport::around(transport.as_ref(), http));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(credentials(url))
        .endpoint_url(without_key(url))
        .timeout_config(timeouts())
        .retry_config(tunelink::config::retries())
        .http_client(http)
        .build();
    Client::from_conf(config)
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}")
}

async fn sweep(database: Database, stop: CancellationToken) {
    let mut interval = tokio::time::interval_at(tokio::time::Instant::now() + FIRST_SWEEP, SWEEP);
    while stop.run_until_cancelled(interval.tick()).await.is_some() {
        let database = database.clone();
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || database.sweep_ttl()).await {
            tracing::warn!("expired items stay for now: {error}");
        }
    }
}
