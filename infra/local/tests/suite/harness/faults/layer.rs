use std::panic::resume_unwind;

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use super::{Fault, Faults, call, conditions, reply};

/// What stands around the SDK's HTTP client, or around one connector of it.
#[derive(Debug)]
pub(super) struct Layer<T> {
    pub(super) inner: T,
    pub(super) faults: Faults,
}

impl HttpClient for Layer<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let plain = aws_smithy_http_client::Builder::new().build_http();
        let connector = Connector {
            inner: self.inner.http_connector(settings, components),
            to_snapshot: plain.http_connector(settings, components),
            faults: self.faults.clone(),
        };
        SharedHttpConnector::new(connector)
    }
}

#[derive(Clone, Debug)]
struct Connector {
    inner: SharedHttpConnector,
    to_snapshot: SharedHttpConnector,
    faults: Faults,
}

impl HttpConnector for Connector {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        conditions::visit(&mut request);
        match self.faults.of(&request) {
            Some(fault) => self.fail(fault, request),
            None => self.send(request),
        }
    }
}

impl Connector {
    /// To the service, or to the snapshot where that stands for an index.
    fn send(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let of_index = call(&request)
            .is_some_and(|(operation, body)| operation == "Query" && body.contains("\"IndexName\""));
        match self.faults.url_of_snapshot().filter(|_| of_index) {
            Some(url) => {
                request.set_uri(url).expect("this is an address");
                self.to_snapshot.call(request)
            }
            None => self.inner.call(request),
        }
    }

    fn fail(&self, fault: Fault, mut request: HttpRequest) -> HttpConnectorFuture {
        let (operation, body) = call(&request).expect("there was one to decide of");
        let batch = matches!(operation, "BatchWriteItem" | "BatchGetItem");
        match fault {
            Fault::Conflict => ready(reply::conflict(operation, body)),
            Fault::Throttle => ready(reply::throttle(operation, body)),
            Fault::Fail => ready(reply::broken()),
            Fault::Hang => HttpConnectorFuture::new(hang()),
            Fault::Hold => {
                let connector = self.clone();
                HttpConnectorFuture::new(async move {
                    connector.faults.held.notify_one();
                    connector.faults.released.notified().await;
                    connector.send(request).await
                })
            }
            Fault::Torn { item, late } => {
                assert!(operation == "BatchGetItem", "{operation} is no batch of reads");
                let (one, others) = torn(body, item);
                let (first, second) = if late { (others, one) } else { (one, others) };
                let mut earlier = request.try_clone().expect("its body is text");
                replace_body(&mut earlier, &first);
                replace_body(&mut request, &second);
                let connector = self.clone();
                HttpConnectorFuture::new(async move {
                    let earlier = connector.send(earlier).await?;
                    connector.faults.held.notify_one();
                    connector.faults.released.notified().await;
                    Ok(reply::both(earlier, connector.send(request).await?).await)
                })
            }
            Fault::KillBefore => HttpConnectorFuture::new(async { die() }),
            Fault::LoseReply => self.then(request, |done| done.map(|_| reply::broken())),
            Fault::KillAfter => self.then(request, |_| die()),
            Fault::HangAfter => {
                let done = self.send(request);
                HttpConnectorFuture::new(async move {
                    drop(done.await);
                    hang().await
                })
            }
            Fault::Unprocessed => {
                assert!(batch, "{operation} is no batch");
                let (now, later) = halves(body);
                let name = if operation == "BatchGetItem" { "UnprocessedKeys" } else { "UnprocessedItems" };
                let Some(now) = now else { return ready(reply::nothing_done(name, later)) };
                replace_body(&mut request, &now);
                let done = self.send(request);
                HttpConnectorFuture::new(async move { Ok(reply::with(done.await?, name, later).await) })
            }
            Fault::OneItem => {
                if let "Query" | "Scan" = operation {
                    let mut body: Value = serde_json::from_str(body).expect("the SDK sends JSON");
                    body["Limit"] = 1.into();
                    replace_body(&mut request, &body);
                }
                self.send(request)
            }
        }
    }

    fn then(
        &self,
        request: HttpRequest,
        then: impl FnOnce(Result<HttpResponse, ConnectorError>) -> Result<HttpResponse, ConnectorError>
        + Send
        + 'static,
    ) -> HttpConnectorFuture {
        let done = self.send(request);
        HttpConnectorFuture::new(async move { then(done.await) })
    }
}

fn ready(response: HttpResponse) -> HttpConnectorFuture {
    HttpConnectorFuture::ready(Ok(response))
}

/// Gives no answer until the SDK has waited as long as it does on AWS. Here it would wait for longer, for the machine may
/// be busy.
async fn hang() -> Result<HttpResponse, ConnectorError> {
    let patience = tunelink::config::patience().operation_attempt_timeout();
    tokio::time::sleep(patience.expect("it is limited")).await;
    Err(ConnectorError::timeout("no answer".into()))
}

/// Ends the caller. It is no mishap that anybody has to read of.
fn die() -> ! {
    resume_unwind(Box::new("killed"))
}

/// The half of a batch that is done now, if that is anything, and the one that is left undone.
fn halves(body: &str) -> (Option<Value>, Value) {
    let mut now: Value = serde_json::from_str(body).expect("the SDK sends JSON");
    let mut later = now["RequestItems"].clone();
    let mut some = false;
    for (now, later) in tables(&mut now["RequestItems"]).zip(tables(&mut later)) {
        let half = now.len() / 2;
        now.truncate(half);
        later.drain(..half);
        some |= half > 0;
    }
    (some.then_some(now), later)
}

/// A batch of reads in two: the item of this number, in the order of their keys, and the others.
fn torn(body: &str, item: usize) -> (Value, Value) {
    let mut one: Value = serde_json::from_str(body).expect("the SDK sends JSON");
    let mut others = one.clone();
    for (one, others) in tables(&mut one["RequestItems"]).zip(tables(&mut others["RequestItems"])) {
        others.sort_by_cached_key(Value::to_string);
        *one = vec![others.remove(item)];
    }
    (one, others)
}

/// What is asked of each table of a batch.
fn tables(items: &mut Value) -> impl Iterator<Item = &mut Vec<Value>> {
    let tables = items.as_object_mut().expect("a batch is of tables").values_mut();
    tables.map(|table| match table {
        Value::Array(writes) => writes,
        keys => keys["Keys"].as_array_mut().expect("a batch of reads has keys"),
    })
}

pub(super) fn replace_body(request: &mut HttpRequest, body: &Value) {
    let body = body.to_string();
    request.headers_mut().insert("content-length", body.len().to_string());
    *request.body_mut() = SdkBody::from(body);
}
