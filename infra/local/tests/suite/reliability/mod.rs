//! What holds of every operation while the table fails, with the scene of each.

/// Prints a figure: `--nocapture` shows it.
macro_rules! figure {
    ($($part:tt)*) => {{
        #[allow(clippy::print_stdout)]
        {
            println!($($part)*);
        }
    }};
}

pub(crate) mod difference;
mod faults;
mod kills;
mod lag;
mod scenes;

use std::sync::Arc;

use futures_util::future::join_all;
use tunelink::operation::Function;

use crate::harness::{Cast, World};

/// The operations that a client can name.
fn routed() -> impl Iterator<Item = &'static Function> {
    functions::ALL.iter().copied().filter(|function| function.route.path != "$default")
}

/// Those that change something, or may.
fn changing() -> impl Iterator<Item = &'static Function> {
    routed().filter(|function| function.route.method != "GET")
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
        failed
    });
    let failed = join_all(worlds).await.concat();
    assert!(failed.is_empty(), "see above: {failed:?}");
}
