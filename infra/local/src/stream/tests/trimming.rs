use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use super::*;
use crate::stream::journal::Checkpoint;

/// Answers as AWS does when it is asked for what was trimmed away; the emulator never does.
#[derive(Debug)]
struct Trimmed<T>(T);

impl HttpClient for Trimmed<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Trimmed(self.0.http_connector(settings, components)))
    }
}

impl HttpConnector for Trimmed<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let body = std::str::from_utf8(request.body().bytes().unwrap()).unwrap();
        if !target.ends_with("GetShardIterator") || !body.contains("AFTER_SEQUENCE_NUMBER") {
            return self.0.call(request);
        }
        let error =
            r#"{"__type":"com.amazonaws.dynamodb.v20120810#TrimmedDataAccessException","message":"gone"}"#;
        HttpConnectorFuture::ready(Ok(HttpResponse::new(
            StatusCode::try_from(400).unwrap(),
            SdkBody::from(error),
        )))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_checkpoint_was_trimmed_away_the_oldest_record_is_next() {
    let mut source = Source::in_memory().await;
    for number in 1..=3 {
        source.put("key", number).await;
    }
    let streams = source.store.streams().config();
    let http = Trimmed(streams.http_client().unwrap());
    let config = streams.to_builder().http_client(SharedHttpClient::new(http)).build();
    let client = aws_sdk_dynamodbstreams::Client::from_conf(config);
    source.stream = Stream::of(TABLE, source.store.client(), client).await.unwrap();
    let journal = Journal::in_memory();
    let checkpoint = Checkpoint {
        stream_arn: source.stream.arn.clone(),
        shard_id: source.stream.shard.clone(),
        sequence_number: "100000000000000000001".to_owned(),
    };
    journal.save(checkpoint).await.unwrap();
    let (function, calls) = deciding(|_| Ok(Vec::new()));
    let pump = source.pump_with(journal, quick(), &function).await;
    idle(&pump).await;
    assert_eq!(calls.numbers(), [1, 2, 3]);
    pump.stop().await;
}
