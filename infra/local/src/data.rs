//! The data of a local backend, and what functions are given that run on it.

use std::net::SocketAddr;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use tunelink::app::{App, Clients};
use tunelink::config::Config;

use crate::backend::{Data, Options, TABLE};
use crate::bulk::Bulk;
use crate::clients;
use crate::deployment;
use crate::environment;
use crate::error::{Error, Result};
use crate::folder::Folder;
use crate::keys::{self, Variables};
use crate::sns;
use crate::store::{self, Store};
use crate::stream::{Journal, Stream};
use crate::table;

/// How long calls of the database in progress may take to end.
const GRACE: Duration = Duration::from_secs(5);

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
    pub(crate) async fn serving(options: &Options, address: SocketAddr) -> Result<Self> {
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

    /// What the function of this name needs that runs in a process of its own, on the same data.
    pub(crate) fn environment_of(&self, function: &str) -> Variables {
        given(function, &self.environment)
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
