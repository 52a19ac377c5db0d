use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};

use crate::backend::{Backend, Options, TABLE};
use crate::store;

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// Runs `$call` in process and over HTTP, and asserts that both are refused in the same words.
macro_rules! refused {
    ($direct:ident, $http:ident, |$client:ident| $call:expr) => {{
        async fn refusal($client: &Client) -> String {
            let error = $call.send().await.unwrap_err().into_service_error();
            let text = DisplayErrorContext(error).to_string();
            let text = text.split("extras").next().unwrap();
            // Request ids differ, and are in capitals; the attributes of an item have no order.
            let words = text.split(|c: char| !c.is_alphanumeric());
            let mut words: Vec<&str> = words.filter(|word| word.contains(char::is_lowercase)).collect();
            words.sort_unstable();
            words.join(" ")
        }
        let direct = refusal($direct).await;
        assert_eq!(direct, refusal($http).await);
        direct
    }};
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_and_refusals_are_those_of_the_server() {
    let backend = Backend::start(Options::ephemeral()).await.unwrap();
    let (direct, http) = (backend.client(), &store::client(backend.dynamodb_url(), None));
    let item = direct.put_item().table_name(TABLE).item("pk", text("a")).item("sk", text("b"));
    let numbers = AttributeValue::Ns(vec!["3".to_owned(), "1".to_owned(), "2".to_owned()]);
    item.item("numbers", numbers).send().await.unwrap();

    let get = |client: &Client| {
        client.get_item().table_name(TABLE).key("pk", text("a")).key("sk", text("b")).send()
    };
    let (found, expected) = (get(direct).await.unwrap().item, get(http).await.unwrap().item);
    assert!(found.is_some());
    assert_eq!(found, expected);
    let taken = refused!(direct, http, |client| client
        .put_item()
        .table_name(TABLE)
        .item("pk", text("a"))
        .item("sk", text("b"))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld));
    assert!(taken.contains("ConditionalCheckFailedException") && taken.contains("numbers"), "{taken}");
    let unknown = refused!(direct, http, |client| client.get_item().table_name("other").key("pk", text("a")));
    assert!(unknown.contains("ResourceNotFoundException"), "{unknown}");
    let empty = refused!(direct, http, |client| client
        .put_item()
        .table_name(TABLE)
        .item("pk", text(""))
        .item("sk", text("b")));
    assert!(empty.contains("ValidationException"), "{empty}");
    let number = refused!(direct, http, |client| client
        .put_item()
        .table_name(TABLE)
        .item("pk", text("a"))
        .item("sk", text("b"))
        .item("n", AttributeValue::N("many".to_owned())));
    assert!(number.contains("ValidationException"), "{number}");
    backend.stop().await;
}

#[tokio::test]
async fn a_table_is_described_as_the_server_describes_it() {
    let backend = Backend::start(Options::ephemeral()).await.unwrap();
    let http = store::client(backend.dynamodb_url(), None);
    let describe = async |client: &Client| {
        client.describe_table().table_name(TABLE).send().await.unwrap().table.unwrap()
    };
    let (direct, server) = (describe(backend.client()).await, describe(&http).await);
    assert_eq!(direct.key_schema, server.key_schema);
    assert_eq!(direct.attribute_definitions, server.attribute_definitions);
    assert_eq!(direct.table_status, server.table_status);
    assert_eq!(direct.stream_specification, server.stream_specification);
    assert!(direct.latest_stream_arn.is_some());
    assert_eq!(direct.latest_stream_arn, server.latest_stream_arn);
    let (direct, server) = (direct.global_secondary_indexes(), server.global_secondary_indexes());
    assert!(!direct.is_empty() && direct.len() == server.len());
    for (direct, server) in direct.iter().zip(server) {
        assert_eq!(direct.index_name, server.index_name);
        assert_eq!(direct.key_schema, server.key_schema);
        assert_eq!(direct.projection, server.projection);
    }
    backend.stop().await;
}

#[tokio::test]
async fn a_cancelled_transaction_says_why_on_a_runtime_of_one_thread_too() {
    let backend = Backend::start(Options::ephemeral()).await.unwrap();
    let (direct, http) = (backend.client(), &store::client(backend.dynamodb_url(), None));
    let cancelled = refused!(direct, http, |client| {
        let put =
            Put::builder().table_name(TABLE).item("pk", text("a")).item("sk", text("b")).build().unwrap();
        let check = ConditionCheck::builder().table_name(TABLE).key("pk", text("c")).key("sk", text("d"));
        let check = check.condition_expression("attribute_exists(pk)").build().unwrap();
        client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(put).build())
            .transact_items(TransactWriteItem::builder().condition_check(check).build())
    });
    assert!(cancelled.contains("ConditionalCheckFailed"), "{cancelled}");
    backend.stop().await;
}
