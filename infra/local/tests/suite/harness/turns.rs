//! Calls to the services that go through one at a time, in an order that a test throws dice for: what may come before
//! what is then tried out, and not left to the machine.

use std::{
    fmt,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard},
};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::HttpRequest,
    runtime_components::RuntimeComponents,
};
use tokio::{
    select,
    sync::{Notify, oneshot},
    task::yield_now,
};
use tunelink_local::store::Transport;

use super::{
    Traffic,
    faults::{Faults, call},
};
use crate::events::Dice;

tokio::task_local! {
    static ACTOR: &'static str;
}

/// What this actor does, in this process: its calls to the services wait for their turn.
pub async fn act<T>(actor: &'static str, work: impl Future<Output = T>) -> T {
    ACTOR.scope(actor, work).await
}

/// A call that went through.
#[derive(Clone, Debug)]
pub struct Step {
    pub actor: &'static str,
    /// `DynamoDB`'s name for it, or the address of another service.
    pub operation: String,
    pub body: String,
    pub status: u16,
    pub reply: String,
}

impl Step {
    /// Whether it may have changed anything.
    pub fn is_write(&self) -> bool {
        let reads = ["GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan"];
        !reads.contains(&self.operation.as_str())
    }
}

/// A layer around all clients. Calls of nobody in particular pass it unseen.
#[derive(Clone, Default)]
pub struct Turns(Arc<State>);

#[derive(Default)]
struct State {
    waiting: Mutex<Vec<Go>>,
    steps: Mutex<Vec<Step>>,
    somebody_waits: Notify,
}

/// Lets a call go through that waits. What it is given is dropped once that is over.
type Go = oneshot::Sender<oneshot::Sender<()>>;

impl Turns {
    /// Does the work of actors, and gives their calls in the order in which they went through. Of all that wait the dice
    /// choose which is next, once nobody gets any further without.
    ///
    /// All actors have to be polled as a part of this work, and not as tasks of their own.
    pub async fn conduct<T>(&self, dice: &mut Dice, work: impl Future<Output = T>) -> (T, Vec<Step>) {
        let mut work = pin!(work);
        let done = loop {
            select! {
                biased;
                done = &mut work => break done,
                () = self.turn(dice) => {}
            }
        };
        (done, std::mem::take(&mut *locked(&self.0.steps)))
    }

    /// How many calls went through so far.
    pub fn steps(&self) -> usize {
        locked(&self.0.steps).len()
    }

    async fn turn(&self, dice: &mut Dice) {
        const PAUSES: usize = 3;
        for _ in 0..PAUSES {
            yield_now().await;
        }
        let next = {
            let mut waiting = locked(&self.0.waiting);
            if waiting.is_empty() {
                None
            } else {
                Some(dice.roll(waiting.len())).map(|at| waiting.remove(at))
            }
        };
        match next {
            None => self.0.somebody_waits.notified().await,
            Some(go) => {
                let (over, is_over) = oneshot::channel();
                // Who does not wait any more has been told something meanwhile that made the call needless.
                if go.send(over).is_ok() {
                    let _ = is_over.await;
                }
            }
        }
    }

    async fn wait(&self) -> oneshot::Sender<()> {
        let (go, gone) = oneshot::channel();
        locked(&self.0.waiting).push(go);
        self.0.somebody_waits.notify_one();
        gone.await.expect("whoever conducts stays")
    }

    /// The layer, with that of the traffic and that of faults behind it.
    pub(super) fn before(&self, traffic: &Traffic, faults: &Faults) -> Transport {
        let (turns, traffic, faults) = (self.clone(), traffic.clone(), faults.clone());
        Transport::new(move |inner| {
            let inner = traffic.around(faults.around(inner));
            SharedHttpClient::new(Layer { inner, turns: turns.clone() })
        })
    }
}

impl fmt::Debug for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turns(…)")
    }
}

#[derive(Debug)]
struct Layer<T> {
    inner: T,
    turns: Turns,
}

impl HttpClient for Layer<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Layer { inner, turns: self.turns.clone() })
    }
}

impl HttpConnector for Layer<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Ok(actor) = ACTOR.try_with(|actor| *actor) else { return self.inner.call(request) };
        let (operation, body) = call(&request).expect("what is sent is text");
        let (operation, body) = (operation.to_owned(), body.to_owned());
        let (inner, turns) = (self.inner.clone(), self.turns.clone());
        HttpConnectorFuture::new(async move {
            let _over = turns.wait().await;
            let done = inner.call(request).await;
            let (status, reply) = done.as_ref().map_or((0, None), |reply| {
                (reply.status().as_u16(), reply.body().bytes().map(String::from_utf8_lossy))
            });
            let reply = reply.unwrap_or_default().into_owned();
            locked(&turns.0.steps).push(Step { actor, operation, body, status, reply });
            done
        })
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no test panics while it holds this")
}
