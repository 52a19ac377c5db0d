use std::time::Instant;

use aws_sdk_dynamodb::types::AttributeValue;

use super::*;
use crate::folder::Folder;
use crate::store::Store;

/// A folder that goes away with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("tunelink-{}", uuid::Uuid::now_v7())))
    }

    fn options(&self) -> Options {
        Options { data: Data::Directory(self.0.clone()), ..Options::ephemeral() }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn problem(options: Options) -> String {
    Backend::start(options).await.err().expect("the backend started").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_in_memory_starts_fast() {
    let started = Instant::now();
    let backend = Backend::start(Options::ephemeral()).await.unwrap();
    let taken = started.elapsed();
    assert!(taken < Duration::from_secs(2), "{taken:?}");
    let table = backend.client().describe_table().table_name(TABLE).send().await.unwrap().table.unwrap();
    assert_eq!(table.global_secondary_indexes().len(), 7);
    assert!(table.stream_specification().unwrap().stream_enabled());
    let expiry = backend.client().describe_time_to_live().table_name(TABLE).send().await.unwrap();
    assert_eq!(expiry.time_to_live_description.unwrap().attribute_name(), Some("expires"));
    backend.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_disk_outlives_a_restart() {
    let scratch = Scratch::new();
    let backend = Backend::start(scratch.options()).await.unwrap();
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let item = backend.client().put_item().table_name(TABLE).item("pk", text("a")).item("sk", text("b"));
    item.send().await.unwrap();
    backend.stop().await;
    let backend = Backend::start(scratch.options()).await.unwrap();
    let found = backend.client().get_item().table_name(TABLE).key("pk", text("a")).key("sk", text("b"));
    assert!(found.send().await.unwrap().item.is_some());
    backend.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_may_do_what_is_listed_for_it_and_no_more() {
    let backend = Backend::start(Options::ephemeral()).await.unwrap();
    let get = async |function: &'static str, pk: &str| {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let get = backend.client().get_item().table_name(TABLE).key("pk", text(pk)).key("sk", text("a"));
        let refused = rights::of(function, get.send()).await.err();
        refused.and_then(|error| error.into_service_error().meta().code().map(str::to_owned))
    };
    let denied = Some("AccessDeniedException".to_owned());
    assert_eq!(get("get_health", "CATALOGUE").await, None);
    assert_eq!(get("get_health", "CATALOGUES").await, denied, "another partition");
    assert_eq!(get("list_genres", "CATALOGUE").await, denied, "it may query alone");
    assert_eq!(get("no_function", "CATALOGUE").await, denied);
    backend.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_serves_one_process_at_a_time() {
    let scratch = Scratch::new();
    let backend = Backend::start(scratch.options()).await.unwrap();
    let problem = problem(scratch.options()).await;
    assert!(problem.contains("another TuneLink works on"), "{problem}");
    assert_eq!(Folder::published_endpoint(&scratch.0).unwrap(), backend.dynamodb_url());
    backend.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_in_other_processes_find_all_that_they_need_in_a_file() {
    let scratch = Scratch::new();
    let backend = Backend::start(scratch.options()).await.unwrap();
    let file = std::fs::read_to_string(scratch.0.join("functions.env")).unwrap();
    for (name, value) in backend.environment_of("log_in") {
        assert!(file.contains(&format!("{name}='{value}'\n")), "{name}: {file}");
    }
    assert!(file.contains(&format!("AWS_ENDPOINT_URL_DYNAMODB='{}'\n", backend.dynamodb_url())));
    assert!(file.contains(&format!("TUNELINK_LIVE_ENDPOINT='{}/live'\n", backend.url())));
    backend.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_named_with_the_option_that_changes_it() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let _listener = tokio::net::TcpListener::bind(taken).await.unwrap();
    let http = problem(Options { http: taken, ..Options::ephemeral() }).await;
    assert!(http.contains(&taken.port().to_string()) && http.ends_with("--port"), "{http}");
    let dynamodb = problem(Options { dynamodb: taken, ..Options::ephemeral() }).await;
    assert!(dynamodb.ends_with("--dynamodb-port"), "{dynamodb}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_external_dynamodb_gets_the_table() {
    let other = Store::start(None, Options::ephemeral().dynamodb, None).await.unwrap();
    let options = Options { external_dynamodb: Some(other.url()), ..Options::ephemeral() };
    let backend = Backend::start(options).await.unwrap();
    assert_eq!(backend.dynamodb_url(), other.url());
    let tables = store::client(&other.url(), None).list_tables().send().await.unwrap();
    assert_eq!(tables.table_names(), [TABLE]);
    backend.stop().await;
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_differs_from_the_template_is_refused() {
    use aws_sdk_dynamodb::types::{
        AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    };
    let other = Store::start(None, Options::ephemeral().dynamodb, None).await.unwrap();
    let name = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S);
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash);
    let table = store::client(&other.url(), None)
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest);
    let table = table.attribute_definitions(name.build().unwrap()).key_schema(key.build().unwrap());
    table.send().await.unwrap();
    let problem = problem(Options { external_dynamodb: Some(other.url()), ..Options::ephemeral() }).await;
    assert!(problem.contains("missing: keys pk/sk"), "{problem}");
    assert!(problem.contains("not in the template: keys id"), "{problem}");
    assert!(problem.contains("remove the data folder"), "{problem}");
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_answers_when_the_backend_has_started() {
    let variables = Variables::from([("TUNELINK_TABLE".to_owned(), "another".to_owned())]);
    let backend = Backend::start(Options { variables, ..Options::ephemeral() }).await.unwrap();
    assert_eq!(backend.table(), "another");
    let reply = reqwest::get(format!("{}/no-such-thing", backend.url())).await.unwrap();
    assert_eq!(reply.status(), 404);
    backend.stop().await;
}
