//! Lambda's Runtime API, as a process finds it that serves one function.
//!
//! The protocol: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{Mutex as AsyncMutex, mpsc, oneshot},
    task::JoinHandle,
};
use uuid::Uuid;

/// How long a function may take.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// The Runtime API of one function.
pub(crate) struct Runtime {
    address: SocketAddr,
    invocations: mpsc::Sender<Invocation>,
    polled: Arc<OnceLock<Instant>>,
    server: JoinHandle<()>,
}

/// What becomes of a call.
#[derive(Debug)]
pub enum Outcome {
    Answer(Value),
    /// The function failed; the error as the process reports it, with its `errorType`.
    Error(Value),
}

struct Invocation {
    event: String,
    done: oneshot::Sender<Outcome>,
}

#[derive(Clone)]
struct Calls {
    arn: Arc<str>,
    polled: Arc<OnceLock<Instant>>,
    waiting: Arc<AsyncMutex<mpsc::Receiver<Invocation>>>,
    running: Arc<Mutex<HashMap<String, oneshot::Sender<Outcome>>>>,
}

impl Runtime {
    pub(crate) async fn start(function: &str) -> Self {
        let (invocations, waiting) = mpsc::channel(1);
        let polled = Arc::new(OnceLock::new());
        let calls = Calls {
            arn: format!("arn:aws:lambda:eu-west-3:000000000000:function:{function}").into(),
            polled: Arc::clone(&polled),
            waiting: Arc::new(AsyncMutex::new(waiting)),
            running: Arc::default(),
        };
        let api = Router::new()
            .route("/invocation/next", get(next))
            .route("/invocation/{id}/response", post(response))
            .route("/invocation/{id}/error", post(error));
        let service = Router::new().nest("/2018-06-01/runtime", api).with_state(calls);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("there is a free port");
        let address = listener.local_addr().expect("it listens");
        let server = tokio::spawn(async move { axum::serve(listener, service).await.expect("it serves") });
        Self { address, invocations, polled, server }
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// When the function asked for its first event.
    pub(crate) fn polled(&self) -> Option<Instant> {
        self.polled.get().copied()
    }

    /// Hands an event to the function once it asks for one, and waits for what becomes of it.
    pub(crate) async fn invoke(&self, event: &str) -> Outcome {
        let (done, outcome) = oneshot::channel();
        let invocation = Invocation { event: event.to_owned(), done };
        self.invocations.send(invocation).await.expect("it is served");
        outcome.await.expect("the call is on the list until it is done")
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(calls): State<Calls>) -> Response {
    calls.polled.get_or_init(Instant::now);
    let Some(Invocation { event, done }) = calls.waiting.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let id = Uuid::now_v7();
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", id.to_string()),
        ("lambda-runtime-deadline-ms", deadline().as_millis().to_string()),
        ("lambda-runtime-invoked-function-arn", calls.arn.to_string()),
        (
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1".to_owned(),
        ),
    ];
    calls.running().insert(id.to_string(), done);
    (headers, event).into_response()
}

#[expect(clippy::disallowed_methods, reason = "the function compares it with the system's time")]
fn deadline() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + TIMEOUT
}

async fn response(State(calls): State<Calls>, Path(id): Path<String>, body: Bytes) -> Response {
    calls.finish(&id, Outcome::Answer(parse(&body)))
}

async fn error(State(calls): State<Calls>, Path(id): Path<String>, body: Bytes) -> Response {
    calls.finish(&id, Outcome::Error(parse(&body)))
}

/// What is no JSON becomes text, which no test expects.
fn parse(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| String::from_utf8_lossy(body).into())
}

impl Calls {
    /// Ends a call, which can be done once.
    fn finish(&self, id: &str, outcome: Outcome) -> Response {
        if let Some(Ok(())) = self.running().remove(id).map(|done| done.send(outcome)) {
            return (StatusCode::ACCEPTED, Json(json!({ "status": "OK" }))).into_response();
        }
        let error = json!({ "errorType": "InvalidRequestID", "errorMessage": "Invalid request ID" });
        (StatusCode::BAD_REQUEST, Json(error)).into_response()
    }

    fn running(&self) -> std::sync::MutexGuard<'_, HashMap<String, oneshot::Sender<Outcome>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
