//! What holds of every operation while the table fails, with the scene of each.

mod between;
mod difference;
mod faults;
mod footprint;
mod kills;
mod lag;
mod meanwhile;

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::json;
use tunelink::{auth::Access, operation::Function};
use tunelink_local::examples::entry;

use crate::harness::{
    Call, PASSWORD, World,
    stage::{self, Cast, Request, Scene},
};

/// The operations that change something, or may.
fn changing() -> impl Iterator<Item = &'static Function> {
    stage::operations().filter(|function| function.route.method != "GET")
}

fn takes_key(function: &Function) -> bool {
    let parameters = entry(function)["parameters"].as_array().expect("a list");
    parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key")
}

/// Does this for each operation: several worlds at a time, in which nothing is reacted to, and one operation after the
/// other in each.
async fn for_each<F: Future<Output = ()> + Send + 'static>(
    operations: impl Iterator<Item = &'static Function>,
    work: impl Fn(Arc<World>, Arc<Cast>, &'static Function) -> F,
) {
    const WORLDS: usize = 8;
    let operations: Vec<_> = operations.collect();
    let work = &work;
    let worlds = operations.chunks(operations.len().div_ceil(WORLDS)).map(async |some| {
        let Some(world) = World::punctual().await.map(Arc::new) else { return Vec::new() };
        let cast = Arc::new(Cast::new(&world).await);
        let mut failed = Vec::new();
        for function in some {
            let done = tokio::spawn(work(world.clone(), cast.clone(), function)).await;
            world.faults.stop();
            failed.extend(done.err().map(|_| function.name));
        }
        world.audit().await;
        failed
    });
    let failed = join_all(worlds).await.concat();
    assert!(failed.is_empty(), "see above: {failed:?}");
}

/// A request that succeeds, with the token of whoever may send it.
struct Play {
    request: Request,
    token: Option<String>,
}

impl Play {
    /// Sets the scene for it. Who logs in is somebody new each time: attempts that come to nothing are counted, and
    /// sessions that are too many end.
    async fn new(world: &World, cast: &Cast, function: &'static Function) -> Self {
        let mut scene = Scene::set(world, cast, function).await;
        if matches!(function.name, "log_in" | "issue_token" | "refresh_session" | "log_out") {
            scene.sender = world.person().await;
        }
        let mut request = scene.request(&scene.sender);
        if function.name == "delete_my_account" {
            request.body = Some(json!({ "mode": "erase", "password": PASSWORD }));
        }
        let token = (function.access != Access::Anyone).then_some(scene.sender.access_token);
        Self { request, token }
    }

    /// The same request, as often as it takes.
    fn call(&self, world: &World) -> Call {
        self.request.call(world, self.token.as_deref())
    }
}
