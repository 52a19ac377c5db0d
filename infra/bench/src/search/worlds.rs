//! Worlds to search in, kept by seed and size: the first run makes them.

use std::time::Instant;

use tunelink_local::backend::{Data, Options};
use tunelink_local::data::LocalData;
use tunelink_local::error::Error;
use tunelink_local::generated::root;
use tunelink_local::world::load::load;
use tunelink_local::world::{Plan, World};

/// Opens a world, making it where it is missing.
pub(super) async fn open(events: u32, musicians: u32, seed: u64) -> Result<(LocalData, World), Error> {
    let name = format!("{seed}-{events}-{musicians}");
    let folder = root().join("target/worlds").join(name);
    let data = LocalData::open(&Options { data: Data::Directory(folder), ..Options::ephemeral() }).await?;
    let plan = Plan { seed, events, musicians, now: data.app.now(), around: None };
    let (began, bulk) = (Instant::now(), data.bulk().transpose()?);
    let loaded = load(&data.app, bulk, plan, |progress| {
        eprint!("\r{} of {events} events", progress.events_loaded);
    })
    .await?;
    if loaded.anything {
        eprintln!(
            "\r{events} events and {musicians} musicians made in {:.0} s",
            began.elapsed().as_secs_f64()
        );
    }
    // The present of the world, and not of this run: a quarter of its events are to come.
    World::new(loaded.world.plan().clone()).map(|world| (data, world))
}
