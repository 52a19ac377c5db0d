//! Dead letters in a queue of SQS, at `TUNELINK_TEST_SQS`: there is none on this machine, so `.ci/run` starts moto's.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::{
    Client, Config,
    config::{BehaviorVersion, Region},
};
use tunelink_local::{
    backend::Options,
    data::LocalData,
    store,
    stream::{self, Function, Mapping, Pump, Redriven, redrive_queue},
};
use uuid::Uuid;

fn client() -> Client {
    #[allow(clippy::disallowed_methods)]
    let url = std::env::var("TUNELINK_TEST_SQS").expect("TUNELINK_TEST_SQS says where SQS is");
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-3"))
        .credentials_provider(Credentials::from_keys("local", "local", None))
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    Client::from_conf(config.build())
}

async fn send(queue: &Client, url: &str, letter: &str) {
    queue.send_message().queue_url(url).message_body(letter).send().await.unwrap();
}

/// The keys of what the function was given.
fn remembering(seen: &Arc<Mutex<Vec<String>>>) -> Function {
    let seen = seen.clone();
    Arc::new(move |event| {
        let keys = event.records.iter().map(|record| format!("{:?}", record.change.keys["pk"]));
        seen.lock().unwrap().extend(keys);
        Box::pin(async { Ok(aws_lambda_events::streams::DynamoDbEventResponse::default()) })
    })
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an SQS at TUNELINK_TEST_SQS"]
async fn what_was_given_up_is_handed_to_the_function_again_and_its_letter_goes() {
    let local = LocalData::open(&Options::ephemeral()).await.unwrap();
    let fails: Function = Arc::new(|_| Box::pin(async { Err("broken".to_owned()) }));
    let mapping = Mapping { maximum_retry_attempts: 0, ..Mapping::default() };
    let pump = Pump::start(local.stream().await.unwrap(), mapping, local.journal(), fails).await.unwrap();
    for name in ["one", "two"] {
        let text = || AttributeValue::S(name.to_owned());
        let put = local.client.put_item().table_name(&local.table).item("pk", text()).item("sk", text());
        put.send().await.unwrap();
    }
    pump.idle().await;
    let letters = pump.dead_letters().await.unwrap();
    assert_eq!(letters.len(), 2);
    let letters: Vec<String> = letters.iter().map(|letter| serde_json::to_string(letter).unwrap()).collect();

    let queue = client();
    let created =
        queue.create_queue().queue_name(format!("failures-{}", Uuid::now_v7())).send().await.unwrap();
    let url = created.queue_url.unwrap();
    let elsewhere = letters[0].replace("stream/", "stream/another-");
    for letter in [&*letters[0], &letters[1], &elsewhere, "no letter"] {
        send(&queue, &url, letter).await;
    }
    let streams = store::streams(&local.dynamodb_url);
    let arn = stream::arn(&local.table, &local.client).await.unwrap();
    let seen = Arc::default();
    let redrive = async || {
        redrive_queue(&queue, &url, (&streams, &arn), &remembering(&seen), Duration::from_secs(5))
            .await
            .unwrap()
    };
    assert_eq!(redrive().await, Redriven { succeeded: 2, failed: 1, gone: 1 });
    let mut keys = seen.lock().unwrap().clone();
    keys.sort_unstable();
    assert!(keys.len() == 2 && keys[0].contains("one") && keys[1].contains("two"), "{keys:?}");
    // What was not done is hidden for a while, and what was done is gone.
    assert_eq!(redrive().await, Redriven::default());
    let left = queue.get_queue_attributes().queue_url(&url);
    let left = left.attribute_names(aws_sdk_sqs::types::QueueAttributeName::All).send().await.unwrap();
    let number = &left.attributes.unwrap()
        [&aws_sdk_sqs::types::QueueAttributeName::ApproximateNumberOfMessagesNotVisible];
    assert_eq!(number, "2");
    pump.stop().await;
    local.close().await;
}
