use std::net::SocketAddr;

use aws_sdk_dynamodb::{
    Client,
    types::{PutRequest, WriteRequest},
};
use tunelink_local::{store::Store, table};

/// A copy of a table, from which its indexes are read.
pub(super) struct Snapshot(Store);

impl Snapshot {
    /// Copies the table as it is.
    pub(super) async fn of(client: &Client, name: &str) -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let copy = Store::start(None, any, None).await.expect("the copy starts");
        table::ensure(copy.client(), name).await.expect("the copy has a table");
        let items = client.scan().table_name(name).into_paginator().items().send();
        let items: Vec<_> = items.try_collect().await.expect("the table can be read");
        for chunk in items.chunks(25) {
            let put = |item: &std::collections::HashMap<_, _>| {
                let put = PutRequest::builder().set_item(Some(item.clone())).build().expect("it has an item");
                WriteRequest::builder().put_request(put).build()
            };
            let writes = chunk.iter().map(put).collect();
            copy.client()
                .batch_write_item()
                .request_items(name, writes)
                .send()
                .await
                .expect("the copy can be written");
        }
        Self(copy)
    }

    pub(super) fn url(&self) -> String {
        self.0.url()
    }
}
