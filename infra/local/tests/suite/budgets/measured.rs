use serde_json::Value;
use tracing::Level;
use tunelink::operation::Function;
use tunelink_local::costs::{Cost, Costs, Reactions};

use super::cases;
use crate::harness::{
    Call, Log, Socket, World,
    stage::{self, Cast, Scene},
};

/// Those that have to do with all that somebody has, so that it matters what was there before.
const OF_ALL: [&str; 5] =
    ["list_conversations", "list_my_events", "list_notifications", "mark_all_notifications_read", "sync"];

/// What every operation costs in this world, each in its scene, one after the other.
pub(super) async fn measured(world: World) -> Costs {
    let meter = Meter { log: Log::at(Level::INFO), world };
    let world = &meter.world;
    let mut cast = Cast::new(world).await;
    let mut costs = Costs::new();
    for function in stage::operations() {
        let people = if OF_ALL.contains(&function.name) {
            let people = Cast::new(world).await;
            cases::fill(&people).await;
            people
        } else {
            cast.renew(world).await;
            cast.clone()
        };
        let scene = Scene::set(world, &people, function).await;
        costs.insert(function.name.to_owned(), meter.call(function, scene.play(world)).await);
    }
    for (name, function, call) in cases::all(world, &cast).await {
        costs.insert(name, meter.call(function, call).await);
    }
    costs.extend(meter.socket(&cast).await);
    costs
}

/// Reads what calls cost from the log, as ops would.
struct Meter {
    log: Log,
    world: World,
}

impl Meter {
    async fn call(&self, function: &'static Function, call: Call) -> Cost {
        self.of(function.name, async {
            let reply = call.await;
            assert!(matches!(reply.status, 200 | 201), "{}: {}", function.name, reply.text);
        })
        .await
    }

    /// What a call of this function costs that this work makes.
    async fn of(&self, name: &'static str, work: impl Future<Output = ()>) -> Cost {
        self.world.settled().await;
        let before = self.log.lines().len();
        self.world.traffic.measure(name);
        work.await;
        self.world.settled().await;
        let bytes = self.world.traffic.measured();
        let lines = self.log.lines().split_off(before);
        let said = |message: &str, operation: &str| -> Vec<Value> {
            let is_it = |line: &&Value| line["message"] == message && line["operation"] == operation;
            lines.iter().filter(is_it).cloned().collect()
        };
        let answered = said("answered", name);
        let [line] = answered.as_slice() else { panic!("{name} was called {} times", answered.len()) };
        let reacted = said("reacted", functions::REACT.name);
        let sum = |unit: &str| reacted.iter().map(|line| number(line, unit)).sum();
        let count =
            |what: &str| line[what].as_u64().and_then(|count| count.try_into().ok()).expect("a count");
        Cost {
            calls: count("calls"),
            rounds: count("rounds"),
            rcu: number(line, "rcu"),
            wcu: number(line, "wcu"),
            sent: bytes.sent,
            received: bytes.received,
            reactions: Reactions { rcu: sum("rcu"), wcu: sum("wcu") },
        }
    }

    /// What it costs to open a socket, to ask over it whether all is well, and to close it.
    async fn socket(&self, cast: &Cast) -> Costs {
        let mut costs = Costs::new();
        let mut socket = None;
        let connect = self.of(functions::CONNECT.name, async {
            socket = Socket::open(self.world.url(), &cast.owner.access_token).await.ok();
        });
        costs.insert(functions::CONNECT.name.to_owned(), connect.await);
        let mut socket = socket.expect("it opens");
        let receive = self.of(functions::RECEIVE.name, async { drop(socket.rest().await) });
        costs.insert(functions::RECEIVE.name.to_owned(), receive.await);
        costs
    }
}

fn number(line: &Value, what: &str) -> f64 {
    line[what].as_f64().expect("a number")
}
