//! Opens the table that a command acts on.

use std::path::Path;

use aws_sdk_dynamodb::Client;
use tunelink::app::App;

use crate::backend::{LocalData, configure};
use crate::bulk::Bulk;
use crate::cli::Target;
use crate::error::{Error, Result};
use crate::folder::Folder;
use crate::keys::{self, Variables};
use crate::store;

/// A table that a command acts on.
pub struct Opened {
    app: App,
    /// The store, where this process opened it.
    local: Option<LocalData>,
}

impl Opened {
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The way to fill the table quickly, where this process opened the store.
    pub fn bulk(&self) -> Result<Option<Bulk>> {
        self.local.as_ref().and_then(LocalData::bulk).transpose()
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
        Ok(local) => Ok(Opened { app: local.app.clone(), local: Some(local) }),
        Err(Error::FolderInUse { folder }) => running(&folder, target.table()),
        Err(error) => Err(error),
    }
}

fn running(folder: &Path, table: &str) -> Result<Opened> {
    let url = Folder::published_endpoint(folder)?;
    remote(store::client(&url, None), table)
}

/// Nothing of the secrets is used on a table that is not ours, so any will do.
fn remote(client: Client, table: &str) -> Result<Opened> {
    let table = Variables::from([("TUNELINK_TABLE".to_owned(), table.to_owned())]);
    let config = configure(&keys::generate()?, &table)?;
    let app = App::new(config, client.into()).map_err(Error::App)?;
    Ok(Opened { app, local: None })
}
