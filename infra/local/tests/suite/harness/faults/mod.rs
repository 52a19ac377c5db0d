//! What a real table does and the emulator never: it throttles, fails, does not answer, loses replies, lets transactions
//! meet, leaves parts of a batch undone, gives short pages, and has indexes that lag behind.

pub mod conditions;
mod layer;
mod reply;
mod snapshot;

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use aws_smithy_runtime_api::client::{http::SharedHttpClient, orchestrator::HttpRequest};
use tokio::sync::Notify;

use self::{layer::Layer, snapshot::Snapshot};

/// What may become of a call to the table, to a socket or to SNS.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// It meets a transaction: refused, without effect.
    Conflict,
    /// There are too many: refused, without effect.
    Throttle,
    /// 500, without effect.
    Fail,
    /// It has its effect, and its reply is a 500.
    LoseReply,
    /// It waits until it is [released](Faults::release), and is sent then.
    Hold,
    /// Nothing comes back, and it has no effect.
    Hang,
    /// It has its effect, and nothing comes back.
    HangAfter,
    /// The process ends in which the caller runs, before the call is sent. A panic stands for that: nothing of the
    /// caller's runs from then on.
    KillBefore,
    /// The same once the call has had its effect.
    KillAfter,
    /// Of a batch, a half is done at most. For batches alone.
    Unprocessed,
    /// A batch of reads is not of one moment: the item of this number is read now and the others once it is
    /// [released](Faults::release), or the other way round. For such batches alone.
    Torn { item: usize, late: bool },
    /// A page has one item at most. No fault of anything else.
    OneItem,
}

/// Decides of each call, by its operation and body, what becomes of it.
type Decide = Box<dyn FnMut(&str, &str) -> Option<Fault> + Send>;

/// A layer between the SDK and the services.
#[derive(Clone, Default)]
pub struct Faults {
    decide: Arc<Mutex<Option<Decide>>>,
    snapshot: Arc<Mutex<Option<Snapshot>>>,
    held: Arc<Notify>,
    released: Arc<Notify>,
}

impl Faults {
    /// From now on this decides of every call.
    pub fn when(&self, decide: impl FnMut(&str, &str) -> Option<Fault> + Send + 'static) {
        *self.decide.lock().expect("no test panics while it holds this") = Some(Box::new(decide));
    }

    /// From now on every call for which this returns true has its effect, and its reply is a 500.
    pub fn lose_reply_when(&self, decide: impl FnMut(&str, &str) -> bool + Send + 'static) {
        self.only(Fault::LoseReply, decide);
    }

    /// From now on every call for which this returns true fails with `TransactionConflict`, and has no effect.
    pub fn conflict_when(&self, decide: impl FnMut(&str, &str) -> bool + Send + 'static) {
        self.only(Fault::Conflict, decide);
    }

    /// From now on every call for which this returns true has no effect, and its reply is a 500.
    pub fn fail_when(&self, decide: impl FnMut(&str, &str) -> bool + Send + 'static) {
        self.only(Fault::Fail, decide);
    }

    fn only(&self, fault: Fault, mut decide: impl FnMut(&str, &str) -> bool + Send + 'static) {
        self.when(move |operation, body| decide(operation, body).then_some(fault));
    }

    pub fn stop(&self) {
        *self.decide.lock().expect("no test panics while it holds this") = None;
    }

    /// Waits until a call is held.
    pub async fn held(&self) {
        self.held.notified().await;
    }

    /// Lets the one call go on that is held, now or as soon as it is.
    pub fn release(&self) {
        self.released.notify_one();
    }

    /// From now on indexes are read as they are at this moment, until they catch up.
    pub async fn hold_indexes_back(&self, client: &aws_sdk_dynamodb::Client, table: &str) {
        let snapshot = Snapshot::of(client, table).await;
        *self.snapshot.lock().expect("no test panics while it holds this") = Some(snapshot);
    }

    pub fn let_indexes_catch_up(&self) {
        *self.snapshot.lock().expect("no test panics while it holds this") = None;
    }

    fn url_of_snapshot(&self) -> Option<String> {
        let snapshot = self.snapshot.lock().expect("no test panics while it holds this");
        snapshot.as_ref().map(Snapshot::url)
    }

    /// The client with this layer around it.
    pub(super) fn around(&self, inner: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Layer { inner, faults: self.clone() })
    }

    fn of(&self, request: &HttpRequest) -> Option<Fault> {
        let mut decide = self.decide.lock().expect("no test panics while it holds this");
        let (operation, body) = call(request)?;
        decide.as_mut()?(operation, body)
    }
}

/// The operation and the body of a call: DynamoDB's name for it, or what there is of its address.
pub(super) fn call(request: &HttpRequest) -> Option<(&str, &str)> {
    let operation = match request.headers().get("x-amz-target") {
        Some(target) => target.rsplit('.').next()?,
        None => request.uri(),
    };
    Some((operation, std::str::from_utf8(request.body().bytes()?).ok()?))
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faults(…)")
    }
}
