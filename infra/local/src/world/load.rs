//! Writes a world into a table, as if its musicians had registered and announced its events.

use std::ops::Range;
use std::sync::Arc;

use tokio::sync::mpsc;
use tunelink::app::App;
use tunelink::domain::{Password, Profile, Role};
use tunelink::store::accounts::Credential;
use tunelink::store::load::{self, Load, Progress};

use super::{Announced, Musician, Plan, World};
use crate::bulk::{self, Bulk};
use crate::error::{Error, Result};

/// The password of the musicians who can log in.
pub const PASSWORD: &str = "tunelink-demo";
/// How many musicians can log in: the first ones.
pub const ACCOUNTS: u32 = 3;

/// How many musicians or events are written at once.
const CHUNK: u32 = 2000;
/// How many chunks wait to be written.
const AHEAD: usize = 2;

/// What became of a load.
pub struct Loaded {
    pub world: Arc<World>,
    /// False when all of it was there before.
    pub anything: bool,
}

/// Loads a world, or what is missing of it. Where a part of it is there, its present is the one of the first attempt, so
/// that it is the same world. Refused when the table has a world of the seed in another size, or somebody with a name
/// of the world's. `bulk` is the quick way, where there is one; `tell` hears how far it got.
///
/// The hashes of passwords are made anew each time; all else of two worlds of one plan is the same.
pub async fn load(
    app: &App,
    bulk: Option<Bulk>,
    plan: Plan,
    mut tell: impl FnMut(&Progress),
) -> Result<Loaded> {
    functions::catalogue::seed(app).await.map_err(Error::App)?;
    let plan = plan.checked();
    let before = load::progress(app.store(), plan.seed).await.map_err(Error::App)?;
    let begun = before.is_some();
    let mut progress = before.unwrap_or(Progress {
        seed: plan.seed,
        musicians: plan.musicians,
        events: plan.events,
        now: plan.now,
        around: plan.around.clone(),
        musicians_loaded: 0,
        events_loaded: 0,
    });
    let same_size = (progress.events, progress.musicians) == (plan.events, plan.musicians);
    if !same_size || progress.around != plan.around {
        return Err(Error::World(format!(
            "one of seed {} is there already, with {} events and {} musicians {}: choose another seed",
            plan.seed,
            progress.events,
            progress.musicians,
            progress.around.map_or("everywhere".to_owned(), |town| format!("around {town}"))
        )));
    }
    let world = Arc::new(World::new(Plan { now: progress.now, ..plan })?);
    if !begun {
        nobody_is_called_so(app, &world).await?;
        load::begin(app.store(), &progress).await.map_err(Error::App)?;
    }
    tell(&progress);
    let author =
        Author { world: world.clone(), credentials: Credentials::new(app).await?, bulk: bulk.map(Arc::new) };
    let anything = !is_done(&progress);
    let (chunks, mut made) = mpsc::channel(AHEAD);
    let making = tokio::task::spawn_blocking(move || author.make(&mut progress, &chunks));
    while let Some(chunk) = made.recv().await {
        let Chunk { items, progress } = chunk?;
        items.put(app).await?;
        tell(&progress);
    }
    making.await.map_err(|panic| Error::World(panic.to_string()))?;
    Ok(Loaded { world, anything })
}

/// Names are unique, and a world is loaded without asking who has them.
async fn nobody_is_called_so(app: &App, world: &World) -> Result<()> {
    let names: Vec<_> = (0..world.plan.musicians).map(|number| world.name(number)).collect();
    match load::taken(app.store(), &names).await.map_err(Error::App)? {
        Some(name) => Err(Error::World(format!("somebody else is called {name}: choose another seed"))),
        None => Ok(()),
    }
}

/// Musicians or events, ready to be written together with how far the load is then.
struct Chunk {
    items: Items,
    progress: Progress,
}

/// Items, and the way on which they go.
enum Items {
    Import(Arc<Bulk>, Vec<bulk::Item>),
    Batches(Load),
}

impl Items {
    async fn put(self, app: &App) -> Result<()> {
        match self {
            Self::Batches(load) => app.store().load(load).await.map_err(Error::App),
            Self::Import(bulk, items) => tokio::task::spawn_blocking(move || bulk.put(items))
                .await
                .map_err(|panic| Error::World(panic.to_string()))?,
        }
    }
}

fn is_done(progress: &Progress) -> bool {
    (progress.musicians_loaded, progress.events_loaded) == (progress.musicians, progress.events)
}

/// Makes the items while others are being written.
struct Author {
    world: Arc<World>,
    credentials: Credentials,
    bulk: Option<Arc<Bulk>>,
}

impl Author {
    /// Makes chunk after chunk, and ends early when nobody takes them.
    fn make(&self, progress: &mut Progress, chunks: &mpsc::Sender<Result<Chunk>>) {
        while !is_done(progress) {
            let chunk = self.next(progress);
            let failed = chunk.is_err();
            if chunks.blocking_send(chunk).is_err() || failed {
                return;
            }
        }
    }

    fn next(&self, progress: &mut Progress) -> Result<Chunk> {
        let musicians = chunk(&mut progress.musicians_loaded, progress.musicians);
        let events =
            if musicians.is_empty() { chunk(&mut progress.events_loaded, progress.events) } else { 0..0 };
        let mut load = Load::up_to(progress).map_err(Error::App)?;
        self.musicians(&mut load, musicians).map_err(Error::App)?;
        self.events(&mut load, events)?;
        let items = match &self.bulk {
            None => Items::Batches(load),
            Some(bulk) => {
                let items = load.into_items().into_iter().map(bulk::item).collect::<Result<_>>()?;
                Items::Import(bulk.clone(), items)
            }
        };
        Ok(Chunk { items, progress: progress.clone() })
    }

    fn musicians(&self, load: &mut Load, mut numbers: Range<u32>) -> tunelink::Result<()> {
        numbers.try_for_each(|number| {
            let Musician { profile, instruments, genres } = self.world.musician(number);
            load.musician(&profile, &self.credentials.of(number, &profile), &instruments, &genres)
        })
    }

    fn events(&self, load: &mut Load, numbers: Range<u32>) -> Result<()> {
        for number in numbers {
            let Announced { event, text, seats, parts } = self.world.event(number)?;
            load.event(event, text, seats, &parts).map_err(Error::App)?;
        }
        Ok(())
    }
}

/// The next numbers, which then count as done.
fn chunk(done: &mut u32, of: u32) -> Range<u32> {
    let from = *done;
    *done = from.saturating_add(CHUNK).min(of);
    from..*done
}

/// Hashes of passwords, which take too long to make one for each musician.
struct Credentials {
    known: String,
    /// Of a password that was never known to anybody.
    unknown: String,
}

impl Credentials {
    async fn new(app: &App) -> Result<Self> {
        let secret: [u8; 32] = tunelink::random::bytes().map_err(Error::App)?;
        let secret = tunelink::encoding::base64url(&secret);
        let hash = |password: &str| app.hasher().hash(Password::unchecked(password));
        let (known, unknown) = (hash(PASSWORD).await, hash(&secret).await);
        Ok(Self { known: known.map_err(Error::App)?, unknown: unknown.map_err(Error::App)? })
    }

    fn of(&self, number: u32, profile: &Profile) -> Credential {
        Credential {
            user_id: profile.user_id,
            hash: if number < ACCOUNTS { &self.known } else { &self.unknown }.clone(),
            role: Role::Member,
            deactivated_at: None,
            version: 1,
            logins: 0,
        }
    }
}
