//! How many calls the embedded DynamoDB answers when nothing is between it and who asks: on the same file, by the same
//! way that the local program has to it.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use tokio::task::JoinSet;
use tunelink_local::{backend::TABLE, store::Store};

use crate::Result;

/// Reads of an item in a second, by so many at a time.
pub(super) async fn calls_per_second(folder: &Path, at_once: u16, seconds: u64) -> Result<f64> {
    let file = folder.join("dynamodb.sqlite");
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let store = Store::start(Some(file), address, None).await?;
    let measured = measure(store.client(), at_once, Duration::from_secs(seconds)).await;
    store.stop().await;
    measured
}

async fn measure(client: &Client, at_once: u16, time: Duration) -> Result<f64> {
    let some = client.scan().table_name(TABLE).limit(1000).projection_expression("pk, sk").send().await?;
    let keys = some.items.unwrap_or_default();
    if keys.is_empty() {
        return Err("the table is empty".into());
    }
    let began = Instant::now();
    let mut workers = JoinSet::new();
    for worker in 0..usize::from(at_once) {
        let (client, keys) = (client.clone(), keys.clone());
        workers.spawn(async move {
            let mut calls = 0_u32;
            while began.elapsed() < time {
                let key = &keys[(worker * 31 + calls as usize) % keys.len()];
                get(&client, &key["pk"], &key["sk"]).await?;
                calls += 1;
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(calls)
        });
    }
    let mut calls = 0.0;
    while let Some(done) = workers.join_next().await {
        calls += f64::from(done??);
    }
    Ok(calls / began.elapsed().as_secs_f64())
}

async fn get(client: &Client, pk: &AttributeValue, sk: &AttributeValue) -> Result<()> {
    let call = client.get_item().table_name(TABLE).consistent_read(true);
    let found = call.key("pk", pk.clone()).key("sk", sk.clone()).send().await?;
    found.item.map(|_| ()).ok_or_else(|| "an item is gone".into())
}
