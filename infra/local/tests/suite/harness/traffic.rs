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
use tokio::time::{Instant, sleep_until};
use tunelink_local::rights::caller;

/// The replies to the function that is measured are held back until it has asked for nothing more for so long, and come
/// together then: what it asks at the same time is asked before anything is answered, and what it asks next, too.
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
    round: Arc<Mutex<Round>>,
}

/// Calls whose replies come together.
#[derive(Clone, Copy, Debug)]
struct Round {
    /// Unless something is asked or answered before.
    ends: Instant,
    is_over: bool,
}

impl Default for Round {
    fn default() -> Self {
        Self { ends: Instant::now() + ROUND, is_over: false }
    }
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
        locked(&self.0)
    }

    /// The client with this layer around it.
    pub(super) fn around(&self, inner: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Layer { inner, traffic: self.clone() })
    }

    /// The round of a call that is made now, if it is by the function that is measured.
    fn round(&self) -> Option<Arc<Mutex<Round>>> {
        let mut measured = self.locked();
        let measured = measured.as_mut().filter(|measured| Some(measured.function) == caller())?;
        if locked(&measured.round).is_over {
            measured.round = Arc::default();
        }
        Some(Arc::clone(&measured.round))
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
        let round = if target.starts_with("DynamoDB_") { self.traffic.round() } else { None };
        let Some(round) = round else { return self.inner.call(request) };
        let sent = request.body().content_length().unwrap_or_default();
        let (inner, traffic) = (self.inner.clone(), self.traffic.clone());
        HttpConnectorFuture::new(async move {
            go_on(&round);
            let reply = inner.call(request).await;
            go_on(&round);
            over(&round).await;
            let reply = reply?;
            traffic.count(sent, length(&reply));
            Ok(reply)
        })
    }
}

fn length(reply: &HttpResponse) -> u64 {
    let said = reply.headers().get("content-length").and_then(|length| length.parse().ok());
    said.or(reply.body().content_length()).expect("DynamoDB says how long its replies are")
}

fn go_on(round: &Mutex<Round>) {
    locked(round).ends = Instant::now() + ROUND;
}

/// Waits until a round is over.
async fn over(round: &Mutex<Round>) {
    loop {
        let Round { ends, is_over } = *locked(round);
        if is_over {
            return;
        }
        sleep_until(ends).await;
        let mut round = locked(round);
        round.is_over |= round.ends == ends;
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no test panics while it holds this")
}
