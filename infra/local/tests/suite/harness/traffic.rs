//! How much goes over the wire to DynamoDB and back for a function.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    runtime_components::RuntimeComponents,
};
use tunelink_local::rights::caller;

/// How long each call takes at least of the function that is measured: what is asked at the same time has then been asked
/// before anything is answered.
const ROUND: Duration = Duration::from_millis(80);

/// A layer around the SDK's HTTP client. It lets all through as it is until it is told to [measure](Self::measure).
#[derive(Clone, Default)]
pub struct Traffic(Arc<Mutex<Option<Measured>>>);

/// What goes over the wire for a function, in bytes of bodies.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    function: &'static str,
    pub sent: u64,
    pub received: u64,
}

impl Traffic {
    /// From now on what this function asks is counted, and takes its time.
    pub fn measure(&self, function: &'static str) {
        *self.locked() = Some(Measured { function, ..Measured::default() });
    }

    /// What went over the wire since; nothing is measured any more.
    pub fn measured(&self) -> Measured {
        self.locked().take().unwrap_or_default()
    }

    fn locked(&self) -> MutexGuard<'_, Option<Measured>> {
        self.0.lock().expect("no test panics while it holds this")
    }

    /// The client with this layer around it.
    pub(super) fn around(&self, inner: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Layer { inner, traffic: self.clone() })
    }

    fn is_measured(&self) -> bool {
        let function = caller();
        self.locked().as_ref().is_some_and(|measured| Some(measured.function) == function)
    }

    fn count(&self, sent: u64, received: u64) {
        if let Some(measured) = &mut *self.locked() {
            measured.sent += sent;
            measured.received += received;
        }
    }
}

impl fmt::Debug for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Traffic(…)")
    }
}

#[derive(Debug)]
struct Layer<T> {
    inner: T,
    traffic: Traffic,
}

impl HttpClient for Layer<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Layer { inner, traffic: self.traffic.clone() })
    }
}

impl HttpConnector for Layer<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        if !(target.starts_with("DynamoDB_") && self.traffic.is_measured()) {
            return self.inner.call(request);
        }
        let sent = request.body().content_length().unwrap_or_default();
        let (inner, traffic) = (self.inner.clone(), self.traffic.clone());
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(ROUND).await;
            let reply = inner.call(request).await?;
            traffic.count(sent, length(&reply));
            Ok(reply)
        })
    }
}

fn length(reply: &HttpResponse) -> u64 {
    let said = reply.headers().get("content-length").and_then(|length| length.parse().ok());
    said.or(reply.body().content_length()).expect("DynamoDB says how long its replies are")
}
