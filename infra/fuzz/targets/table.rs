//! DynamoDB and the sockets, as far as a parser needs them: somebody with a session, and nothing else.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
            SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

/// What becomes of calls that do not ask for an item that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// They fail. So a reply of 503 says that all of the input was accepted, at the cost of one call.
    Down,
    /// There is nothing, whatever is written succeeds, and no update finds what it is about.
    Empty,
}

/// An HTTP client that answers the SDK without a socket.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    items: Arc<Vec<Value>>,
    mood: Mood,
    posted: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Table {
    /// `items` are in DynamoDB's JSON.
    pub(crate) fn new(items: Vec<Value>, mood: Mood) -> Self {
        Self { items: items.into(), mood, posted: Arc::default() }
    }

    pub(crate) fn client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// What was sent over sockets since it was last asked.
    pub(crate) fn posted(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.posted.lock().expect("nobody panics while it is held"))
    }

    fn answer(&self, request: &HttpRequest) -> (u16, Value) {
        let body = request.body().bytes().unwrap_or_default();
        let Some(target) = request.headers().get("x-amz-target") else {
            self.posted.lock().expect("nobody panics while it is held").push(body.to_vec());
            return (200, json!({}));
        };
        let asked: Value = serde_json::from_slice(body).expect("the SDK writes JSON");
        let operation = target.rsplit('.').next().unwrap_or_default();
        match (operation, self.mood) {
            ("GetItem", mood) => match (self.item(&asked["Key"]), mood) {
                (Some(item), _) => (200, json!({ "Item": item })),
                (None, Mood::Down) => refusal("ItIsDown"),
                (None, Mood::Empty) => (200, json!({})),
            },
            ("BatchGetItem", mood) => self.batch(&asked["RequestItems"], mood),
            (_, Mood::Down) => refusal("ItIsDown"),
            (_, Mood::Empty) => empty(operation, &asked),
        }
    }

    fn item(&self, key: &Value) -> Option<&Value> {
        self.items.iter().find(|item| ["pk", "sk"].iter().all(|name| item[name] == key[name]))
    }

    /// The items that are there, of the one table.
    fn batch(&self, asked: &Value, mood: Mood) -> (u16, Value) {
        let (name, asked) =
            asked.as_object().and_then(|tables| tables.iter().next()).expect("it asks for some");
        let keys = asked["Keys"].as_array().expect("it asks by key");
        let found: Vec<&Value> = keys.iter().filter_map(|key| self.item(key)).collect();
        if mood == Mood::Down && found.len() < keys.len() {
            return refusal("ItIsDown");
        }
        (200, json!({ "Responses": { name: found }, "UnprocessedKeys": {} }))
    }
}

fn empty(operation: &str, asked: &Value) -> (u16, Value) {
    match operation {
        "Query" => (200, json!({ "Items": [], "Count": 0, "ScannedCount": 0 })),
        "BatchWriteItem" => (200, json!({ "UnprocessedItems": {} })),
        "UpdateItem" if asked["ReturnValues"] == "ALL_NEW" => refusal("ConditionalCheckFailedException"),
        _ => (200, json!({})),
    }
}

fn refusal(code: &str) -> (u16, Value) {
    (400, json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "refused" }))
}

impl HttpClient for Table {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Table {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (status, json) = self.answer(&request);
        HttpConnectorFuture::ready(response(status, &json))
    }
}

fn response(status: u16, json: &Value) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(status).map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(json.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}
