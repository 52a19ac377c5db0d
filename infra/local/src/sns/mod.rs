//! Mobile push of SNS on one machine: its protocol, its errors and what becomes of endpoints, so that what works here
//! works there. What is pushed goes nowhere but into the terminal and a list.
//!
//! The protocol: <https://docs.aws.amazon.com/sns/latest/api/welcome.html>; its form is the AWS Query protocol:
//! <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>.

mod actions;
mod endpoints;
mod pushes;
mod reply;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};

pub use self::pushes::Recorded;
use self::{endpoints::Endpoints, pushes::Pushes, reply::Fault};

/// The platform applications that there are.
pub const APNS_APPLICATION: &str = "arn:aws:sns:eu-west-3:000000000000:app/APNS/tunelink";
pub const FCM_APPLICATION: &str = "arn:aws:sns:eu-west-3:000000000000:app/GCM/tunelink";

/// SNS, at the path `/_local/sns`; what was pushed is at `/_local/pushes`.
#[derive(Clone, Debug, Default)]
pub struct Sns(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    endpoints: Endpoints,
    pushes: Pushes,
    failing: Option<String>,
}

/// What a call asks for, by name.
type Parameters = BTreeMap<String, String>;

impl Sns {
    /// SNS as an HTTP service.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/_local/sns", post(serve))
            .route("/_local/sns/", post(serve))
            .route("/_local/pushes", get(list))
            .with_state(self.clone())
    }

    /// What was pushed, the newest first.
    pub fn pushes(&self) -> Vec<Recorded> {
        self.lock().pushes.newest_first()
    }

    /// The endpoints that there are, with what they are for.
    pub fn endpoints(&self) -> BTreeMap<String, Endpoint> {
        self.lock().endpoints.all()
    }

    /// Does what SNS does once the push service says that nobody listens to a token any more.
    pub fn disable(&self, token: &str) {
        self.lock().endpoints.disable(token);
    }

    /// From now on calls of this action fail; `None` lets them succeed again.
    pub fn fail(&self, action: Option<&str>) {
        self.lock().failing = action.map(str::to_owned);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub use self::endpoints::Endpoint;

async fn serve(State(sns): State<Sns>, body: String) -> Response {
    let parameters: Parameters = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let action = parameters.get("Action").map_or("", String::as_str);
    let mut inner = sns.lock();
    if inner.failing.as_deref() == Some(action) {
        return Fault::internal().into_response();
    }
    match actions::run(&mut inner, action, &parameters) {
        Ok(done) => done.into_response(),
        Err(fault) => fault.into_response(),
    }
}

async fn list(State(sns): State<Sns>) -> Json<Vec<Recorded>> {
    Json(sns.pushes())
}
