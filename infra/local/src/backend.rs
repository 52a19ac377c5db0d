//! The whole backend in one process, for the program and for the tests.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tunelink::app::App;
use tunelink::live::LiveFunction;
use tunelink::operation::Function;

use crate::bulk::Bulk;
use crate::console;
use crate::data::LocalData;
use crate::error::{Error, Result};
use crate::gateway::{Gateway, Handler, Routes};
use crate::keys::Variables;
use crate::listen::listen;
use crate::live::{self, LiveGateway};
use crate::react;
use crate::rights;
use crate::sns::Sns;
use crate::store;
use crate::stream::{Pump, Stream};

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
        self.data.environment_of(function)
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
