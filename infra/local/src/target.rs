//! Opens the table that a command acts on.

use std::path::{Path, PathBuf};

use aws_sdk_dynamodb::Client;
use tunelink::app::App;

use crate::bulk::Bulk;
use crate::cli::Target;
use crate::data::{LocalData, configure, variables};
use crate::error::{Error, Result};
use crate::folder::Folder;
use crate::keys::{self, Variables};
use crate::react;
use crate::store;
use crate::stream::{self, Journal, Redriven, Stream};

/// A table that a command acts on.
pub struct Opened {
    app: App,
    /// The store, where this process opened it.
    local: Option<LocalData>,
    /// The local backend that runs, where one does.
    running: Option<Running>,
}

struct Running {
    folder: PathBuf,
    dynamodb_url: String,
    table: String,
}

impl Opened {
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The way to fill the table quickly, where this process opened the store.
    pub fn bulk(&self) -> Result<Option<Bulk>> {
        self.local.as_ref().and_then(LocalData::bulk).transpose()
    }

    /// Hands the records that the reaction to the local table's stream gave up to it again.
    pub async fn redrive(&self) -> Result<Redriven> {
        let (stream, journal) = match (&self.local, &self.running) {
            (Some(local), _) => (local.stream().await?, local.journal()),
            (_, Some(Running { folder, dynamodb_url: url, table })) => {
                let stream = Stream::of(table, &store::client(url, None), store::streams(url)).await?;
                (stream, Journal::in_folder(folder))
            }
            _ => return Err(Error::Store("only the letters of a local table are kept here".to_owned())),
        };
        stream::redrive(&journal, &stream, &react::function(&self.app), react::mapping()?.timeout).await
    }

    pub async fn close(self) {
        if let Some(local) = self.local {
            local.close().await;
        }
    }
}

/// Opens the table: on AWS, by way of the local backend that runs, or by opening its store where none runs.
pub async fn open(target: &Target) -> Result<Opened> {
    if target.aws {
        return remote(tunelink::config::dynamodb().await, target.table());
    }
    match LocalData::open(&target.options()).await {
        Ok(local) => Ok(Opened { app: local.app.clone(), local: Some(local), running: None }),
        Err(Error::FolderInUse { folder }) => running(&folder, target.table()),
        Err(error) => Err(error),
    }
}

/// Hands the records that the reaction on AWS gave up to it again, here and with the credentials of the environment;
/// `live_endpoint` is where it writes to sockets.
pub async fn redrive_queue(target: &Target, queue: &str, live_endpoint: Option<String>) -> Result<Redriven> {
    let mut settings = Variables::from([("TUNELINK_TABLE".to_owned(), target.table().to_owned())]);
    settings.extend(live_endpoint.map(|url| ("TUNELINK_LIVE_ENDPOINT".to_owned(), url)));
    let config = configure(&variables(&keys::generate()?, &settings))?;
    let clients = tunelink::config::clients(&config).await;
    let app = App::new(config, clients).map_err(Error::App)?;
    let shared = tunelink::config::from_environment().await;
    let (sqs, streams) = (aws_sdk_sqs::Client::new(&shared), aws_sdk_dynamodbstreams::Client::new(&shared));
    let arn = stream::arn(target.table(), &tunelink::config::dynamodb().await).await?;
    stream::redrive_queue(&sqs, queue, (&streams, &arn), &react::function(&app), react::mapping()?.timeout)
        .await
}

fn running(folder: &Path, table: &str) -> Result<Opened> {
    let dynamodb_url = Folder::published_endpoint(folder)?;
    let opened = remote(store::client(&dynamodb_url, None), table)?;
    let running = Running { folder: folder.to_owned(), dynamodb_url, table: table.to_owned() };
    Ok(Opened { running: Some(running), ..opened })
}

/// Nothing of the secrets is used on a table that is not ours, so any will do.
fn remote(client: Client, table: &str) -> Result<Opened> {
    let table = Variables::from([("TUNELINK_TABLE".to_owned(), table.to_owned())]);
    let config = configure(&variables(&keys::generate()?, &table))?;
    let app = App::new(config, client.into()).map_err(Error::App)?;
    Ok(Opened { app, local: None, running: None })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aws_sdk_dynamodb::types::AttributeValue;
    use uuid::Uuid;

    use super::*;
    use crate::backend::{Backend, TABLE};
    use crate::stream::{Function, Mapping, Pump};

    /// Leaves one dead letter behind.
    async fn give_up(target: &Target, item: &str) {
        let local = LocalData::open(&target.options()).await.unwrap();
        let fails: Function = Arc::new(|_| Box::pin(async { Err("broken".to_owned()) }));
        let mapping = Mapping { maximum_retry_attempts: 0, ..Mapping::default() };
        let pump = Pump::start(local.stream().await.unwrap(), mapping, local.journal(), fails).await.unwrap();
        let text = || AttributeValue::S(item.to_owned());
        let put = local.client.put_item().table_name(TABLE).item("pk", text()).item("sk", text());
        put.send().await.unwrap();
        pump.idle().await;
        pump.stop().await;
        local.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn dead_letters_are_made_up_for_whether_a_backend_runs_or_not() {
        let folder = std::env::temp_dir().join(format!("tunelink-{}", Uuid::now_v7()));
        let target = Target::local(folder.clone());
        let made_up_for = Redriven { succeeded: 1, ..Redriven::default() };
        let redrive = async || {
            let opened = open(&target).await.unwrap();
            let redriven = opened.redrive().await.unwrap();
            opened.close().await;
            redriven
        };
        give_up(&target, "a").await;
        assert_eq!(redrive().await, made_up_for);
        assert_eq!(redrive().await, Redriven::default());
        give_up(&target, "b").await;
        let backend = Backend::start(target.options()).await.unwrap();
        assert_eq!(redrive().await, made_up_for);
        assert_eq!(redrive().await, Redriven::default());
        backend.stop().await;
        std::fs::remove_dir_all(folder).unwrap();
    }
}
