//! The whole backend in one process, for the program and for the tests.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tunelink::app::{App, Clients};
use tunelink::config::Config;
use tunelink::live::LiveFunction;
use tunelink::operation::Function;

use crate::bulk::Bulk;
use crate::clients;
use crate::console;
use crate::deployment;
use crate::environment;
use crate::error::{Error, Result};
use crate::folder::Folder;
use crate::gateway::{Gateway, Handler, Routes};
use crate::keys::{self, Variables};
use crate::listen::listen;
use crate::live::{self, LiveGateway};
use crate::react;
use crate::rights;
use crate::sns::{self, Sns};
use crate::store::{self, Store};
use crate::stream::{Journal, Pump, Stream};
use crate::table;

/// The table's name where nothing else is said.
pub const TABLE: &str = "tunelink";

/// How long calls in progress may take to end once the backend is told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// How often accounts that were left are looked through.
const ERASURES: Duration = Duration::from_hours(1);

/// Where the data is kept.
#[derive(Clone, Debug)]
pub enum Data {
    Memory,
    Directory(PathBuf),
}

#[derive(Clone, Debug)]
pub struct Options {
    /// Where the API is served; port 0 is any free port.
    pub http: SocketAddr,
    /// Where the embedded DynamoDB is served; port 0 is any free port.
    pub dynamodb: SocketAddr,
    pub data: Data,
    /// The URL of a DynamoDB to use instead of the embedded one.
    pub external_dynamodb: Option<String>,
    /// What stands between the SDK and the services, if anything: tests make calls fail here.
    pub transport: Option<store::Transport>,
    /// Whether changes of the table are reacted to. Tests of what an operation does by itself have no use for it.
    pub reacts: bool,
    /// Configuration variables that differ from the local ones.
    pub variables: Variables,
}

impl Options {
    /// Nothing on disk, any free ports: for tests.
    pub fn ephemeral() -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            http: any,
            dynamodb: any,
            data: Data::Memory,
            external_dynamodb: None,
            transport: None,
            reacts: true,
            variables: Variables::new(),
        }
    }
}

/// A running backend.
pub struct Backend {
    address: SocketAddr,
    gateway: Gateway,
    server: JoinHandle<()>,
    stop: DropGuard,
    pump: Option<Pump>,
    sns: Sns,
    data: LocalData,
}

impl Backend {
    /// Starts it all; when this returns, the API answers.
    pub async fn start(options: Options) -> Result<Self> {
        let (listener, address) = listen(options.http, "--port").await?;
        let data = LocalData::serving(&options, address).await?;
        functions::catalogue::seed(&data.app).await.map_err(Error::App)?;
        let gateway = gateway(&data)?.with_live(live(&data)?);
        let pump = if options.reacts {
            let function = react::function(&data.app_of(functions::REACT.name)?);
            Some(Pump::start(data.stream().await?, react::mapping()?, data.journal(), function).await?)
        } else {
            None
        };
        let stop = CancellationToken::new();
        let sns = Sns::default();
        let service = gateway.router(address.port()).merge(sns.router()).merge(console::router());
        let service = service.into_make_service_with_connect_info::<SocketAddr>();
        let server = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
        tokio::spawn(erase_hourly(data.app_of(functions::ERASE_DUE.name)?, stop.clone()));
        let server = tokio::spawn(async move {
            if let Err(error) = server.await {
                tracing::error!("the API is no longer served: {error}");
            }
        });
        Ok(Self { address, gateway, server, stop: stop.drop_guard(), pump, sns, data })
    }

    /// Where the API is.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where DynamoDB is, embedded or not.
    pub fn dynamodb_url(&self) -> &str {
        &self.data.dynamodb_url
    }

    pub fn table(&self) -> &str {
        &self.data.table
    }

    pub fn client(&self) -> &Client {
        &self.data.client
    }

    pub fn app(&self) -> &App {
        &self.data.app
    }

    /// What the function of this name needs that runs in a process of its own, on the same data: it has the settings that
    /// it has on AWS, and no others.
    pub fn environment_of(&self, function: &str) -> Variables {
        given(function, &self.data.environment)
    }

    /// How many sockets are open.
    pub fn open_sockets(&self) -> usize {
        self.gateway.open_sockets()
    }

    /// What hands the changes of the table to the reaction, where anything does.
    pub fn pump(&self) -> Option<&Pump> {
        self.pump.as_ref()
    }

    /// What was pushed, and the push services' side of it.
    pub const fn sns(&self) -> &Sns {
        &self.sns
    }

    /// The table's stream; see [`LocalData::stream`].
    pub async fn stream(&self) -> Result<Stream> {
        self.data.stream().await
    }

    /// See [`LocalData::bulk`].
    pub fn bulk(&self) -> Option<Result<Bulk>> {
        self.data.bulk()
    }

    /// Takes no more calls, gives those in progress five seconds to end, and closes the store.
    pub async fn stop(self) {
        drop(self.stop);
        let ended = async {
            // A connection ends with the reply to its call, a call may outlive its connection.
            let _ = self.server.await;
            self.gateway.idle().await;
        };
        if tokio::time::timeout(GRACE, ended).await.is_err() {
            tracing::warn!("calls were still running after {} s", GRACE.as_secs());
        }
        if let Some(pump) = self.pump
            && tokio::time::timeout(GRACE, pump.stop()).await.is_err()
        {
            tracing::warn!("reactions were still running after {} s", GRACE.as_secs());
        }
        self.data.close().await;
    }
}

/// The data of a local backend without the API: what the commands that act on a table use.
pub struct LocalData {
    pub app: App,
    pub client: Client,
    pub table: String,
    pub dynamodb_url: String,
    variables: Variables,
    environment: Variables,
    store: Option<Store>,
    /// Declared last and so dropped last: the folder is free once the store is closed.
    folder: Option<Folder>,
}

impl LocalData {
    /// Opens the store, with the table in it.
    pub async fn open(options: &Options) -> Result<Self> {
        Self::with(options, None).await
    }

    /// The same for a backend on this address, by way of which it reaches sockets.
    async fn serving(options: &Options, address: SocketAddr) -> Result<Self> {
        Self::with(options, Some(address)).await
    }

    async fn with(options: &Options, address: Option<SocketAddr>) -> Result<Self> {
        let folder = match &options.data {
            Data::Memory => None,
            Data::Directory(path) => Some(Folder::open(path)?),
        };
        let keys = match &folder {
            Some(folder) => keys::load_or_create(&folder.keys())?,
            None => keys::generate()?,
        };
        let variables = variables(&keys, &options.variables);
        let config = configure(&variables)?;
        let store = if options.external_dynamodb.is_some() {
            None
        } else {
            let file = folder.as_ref().map(Folder::database);
            Some(Store::start(file, options.dynamodb, options.transport.clone()).await?)
        };
        let url = store.as_ref().map(Store::url).or(options.external_dynamodb.clone()).unwrap_or_default();
        let client = match &store {
            Some(store) => store.client().clone(),
            None => store::client(&url, options.transport.clone()),
        };
        let table = config.table.clone();
        table::ensure(&client, &table).await?;
        let environment = address
            .map_or_else(Variables::new, |address| environment::of_functions(&variables, &url, address));
        if let Some(folder) = &folder {
            folder.publish_endpoint(&url)?;
            if address.is_some() {
                environment::write(&folder.functions(), &environment)?;
            }
        }
        let clients = Clients {
            live: address.map(|address| clients::live(address, options.transport.as_ref())),
            sns: address.map(|address| {
                clients::sns_through(&format!("http://{address}/_local/sns"), options.transport.as_ref())
            }),
            ..client.clone().into()
        };
        let app = App::new(config, clients).map_err(Error::App)?;
        Ok(Self { app, client, table, dynamodb_url: url, variables, environment, store, folder })
    }

    /// What a function of this name runs on: it has the settings that it has on AWS, and no others.
    pub fn app_of(&self, function: &str) -> Result<App> {
        Ok(self.app.with(configure(&given(function, &self.variables))?))
    }

    /// The way to fill the table quickly; `None` where DynamoDB is not the embedded one.
    pub fn bulk(&self) -> Option<Result<Bulk>> {
        self.store.as_ref().map(|store| store.bulk(&self.table))
    }

    /// The table's stream.
    pub async fn stream(&self) -> Result<Stream> {
        match &self.store {
            Some(store) => {
                let stream = Stream::of(&self.table, &self.client, store.streams().clone()).await?;
                Ok(stream.embedded(store, &self.table))
            }
            None => Stream::of(&self.table, &self.client, store::streams(&self.dynamodb_url)).await,
        }
    }

    /// How far the stream was processed: an empty one where the data is in memory.
    pub fn journal(&self) -> Journal {
        self.folder.as_ref().map_or_else(Journal::in_memory, |folder| Journal::in_folder(folder.path()))
    }

    /// Ends calls in progress and closes the store.
    pub async fn close(self) {
        let Some(store) = self.store else { return };
        if tokio::time::timeout(GRACE, store.stop()).await.is_err() {
            tracing::warn!("a client still holds on to DynamoDB");
        }
    }
}

/// The variables of a local backend: its keys, its table, and on top what differs.
pub fn variables(keys: &Variables, overrides: &Variables) -> Variables {
    let local = [
        ("TUNELINK_TABLE", TABLE),
        ("TUNELINK_DEBUG", "1"),
        ("TUNELINK_APNS_APPLICATION", sns::APNS_APPLICATION),
        ("TUNELINK_FCM_APPLICATION", sns::FCM_APPLICATION),
    ];
    let mut variables: Variables =
        local.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    variables.extend(keys.clone());
    variables.extend(overrides.clone());
    variables
}

/// Those of the variables that the function is given on AWS as well.
fn given(function: &str, variables: &Variables) -> Variables {
    let withheld = deployment::withheld(function);
    let given = variables.iter().filter(|(name, _)| !withheld.contains(&name.as_str()));
    given.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What these variables say.
pub fn configure(variables: &Variables) -> Result<Config> {
    Config::from_lookup(|name| variables.get(name).cloned()).map_err(Error::Configuration)
}

/// Erases, now and every hour, the accounts whose time has come; on AWS a schedule does.
async fn erase_hourly(app: App, stop: CancellationToken) {
    let mut interval = tokio::time::interval(ERASURES);
    while stop.run_until_cancelled(interval.tick()).await.is_some() {
        let function = &functions::ERASE_DUE;
        if let Err(error) = rights::of(function.name, function.call(&app)).await {
            tracing::warn!("accounts are erased later: {error}");
        }
    }
}

fn live(data: &LocalData) -> Result<LiveGateway> {
    let handler = |function: &'static LiveFunction| -> Result<live::Handler> {
        let app = data.app_of(function.name)?;
        Ok(Arc::new(move |request| {
            let app = app.clone();
            Box::pin(async move { rights::of(function.name, function.call(&app, request)).await })
        }))
    };
    let handlers = live::Handlers {
        connect: handler(&functions::CONNECT)?,
        disconnect: handler(&functions::DISCONNECT)?,
        default: handler(&functions::RECEIVE)?,
        actions: &[],
    };
    Ok(LiveGateway::new(handlers, live::Limits::default()))
}

fn gateway(data: &LocalData) -> Result<Gateway> {
    let mut routes = Routes::default();
    for function in functions::ALL {
        let route = &function.route;
        if route.path == "$default" {
            continue;
        }
        routes.add(route.method, route.path, handler(data, function)?).map_err(Error::Route)?;
    }
    Ok(Gateway::new(routes, handler(data, &functions::NOT_FOUND)?))
}

fn handler(data: &LocalData, function: &'static Function) -> Result<Handler> {
    let app = data.app_of(function.name)?;
    Ok(Arc::new(move |request| {
        let app = app.clone();
        Box::pin(async move { rights::of(function.name, function.call(&app, request)).await })
    }))
}

#[cfg(test)]
mod tests;
