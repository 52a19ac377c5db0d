//! What a real table does and the emulator never: transactions that meet others, and replies that get lost.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
            SharedHttpConnector,
        },
        orchestrator::HttpRequest,
        runtime_components::RuntimeComponents,
    },
    http::{Response, StatusCode},
};
use aws_smithy_types::body::SdkBody;
use tunelink_local::store::Transport;

/// Decides of each call to the store, by its operation and body, whether it is the one to fail.
type Decide = Box<dyn FnMut(&str, &str) -> bool + Send>;

/// A layer between the SDK and the store.
#[derive(Clone, Default)]
pub struct Faults {
    decide: Arc<Mutex<Option<Decide>>>,
    lose: Arc<Mutex<Option<Decide>>>,
    fail: Arc<Mutex<Option<Decide>>>,
}

impl Faults {
    /// From now on every call for which this returns true has its effect, and its reply is a 500.
    pub fn lose_reply_when(&self, decide: impl FnMut(&str, &str) -> bool + Send + 'static) {
        *self.lose.lock().expect("no test panics while it holds this") = Some(Box::new(decide));
    }

    /// From now on every call for which this returns true fails with `TransactionConflict`, and has no effect.
    pub fn conflict_when(&self, decide: impl FnMut(&str, &str) -> bool + Send + 'static) {
        *self.decide.lock().expect("no test panics while it holds this") = Some(Box::new(decide));
    }

    /// From now on every call for which this returns true has no effect, and its reply is a 500.
    pub fn fail_when(&self, decide: impl FnMut(&str, &str) -> bool + Send + 'static) {
        *self.fail.lock().expect("no test panics while it holds this") = Some(Box::new(decide));
    }

    pub fn stop(&self) {
        *self.fail.lock().expect("no test panics while it holds this") = None;
        *self.decide.lock().expect("no test panics while it holds this") = None;
        *self.lose.lock().expect("no test panics while it holds this") = None;
    }

    fn conflict(&self, request: &HttpRequest) -> Option<Response<SdkBody>> {
        let (operation, body) = call(request)?;
        let mut decide = self.decide.lock().expect("no test panics while it holds this");
        decide.as_mut()?(operation, body).then(|| answer(operation, body))
    }

    fn loses_reply(&self, request: &HttpRequest) -> bool {
        decides(&self.lose, request)
    }

    fn fails(&self, request: &HttpRequest) -> bool {
        decides(&self.fail, request)
    }
}

fn decides(when: &Mutex<Option<Decide>>, request: &HttpRequest) -> bool {
    let mut decide = when.lock().expect("no test panics while it holds this");
    decide.as_mut().zip(call(request)).is_some_and(|(decide, (operation, body))| decide(operation, body))
}

/// The operation and the body of a call: DynamoDB's name for it, or what there is of its address.
fn call(request: &HttpRequest) -> Option<(&str, &str)> {
    let operation = match request.headers().get("x-amz-target") {
        Some(target) => target.rsplit('.').next()?,
        None => request.uri(),
    };
    Some((operation, std::str::from_utf8(request.body().bytes()?).ok()?))
}

impl From<Faults> for Transport {
    fn from(faults: Faults) -> Self {
        Self::new(move |inner| SharedHttpClient::new(Layer { inner, faults: faults.clone() }))
    }
}

#[derive(Debug)]
struct Layer<T> {
    inner: T,
    faults: Faults,
}

impl HttpClient for Layer<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Layer { inner, faults: self.faults.clone() })
    }
}

impl HttpConnector for Layer<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        match self.faults.conflict(&request) {
            Some(response) => HttpConnectorFuture::ready(Ok(response)),
            None if self.faults.fails(&request) => HttpConnectorFuture::ready(Ok(broken())),
            None if self.faults.loses_reply(&request) => {
                let done = self.inner.call(request);
                HttpConnectorFuture::new(async move { done.await.map(|_| broken()) })
            }
            None => self.inner.call(request),
        }
    }
}

fn broken() -> Response<SdkBody> {
    let status = StatusCode::try_from(500).expect("500 is a status");
    Response::new(status, SdkBody::from("{}"))
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faults(…)")
    }
}

fn answer(operation: &str, body: &str) -> Response<SdkBody> {
    let message = "Transaction is ongoing for the item";
    let error = if operation == "TransactWriteItems" {
        let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
        let writes = body["TransactItems"].as_array().map_or(1, Vec::len);
        let mut reasons = vec![serde_json::json!({ "Code": "None" }); writes];
        reasons[0] = serde_json::json!({ "Code": "TransactionConflict", "Message": message });
        serde_json::json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "Transaction cancelled", "CancellationReasons": reasons,
        })
    } else {
        serde_json::json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionConflictException", "message": message,
        })
    };
    let status = StatusCode::try_from(400).expect("400 is a status");
    let mut response = Response::new(status, SdkBody::from(error.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}
