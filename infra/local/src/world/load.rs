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
const CHUNK: u32 = 500;
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
    let progress = before.unwrap_or(Progress {
        seed: plan.seed,
        musicians: plan.musicians,
        events: plan.events,
        now: plan.now,
        musicians_loaded: 0,
        events_loaded: 0,
    });
    if (progress.events, progress.musicians) != (plan.events, plan.musicians) {
        return Err(Error::World(format!(
            "one of seed {} is there already, with {} events and {} musicians: choose another seed",
            plan.seed, progress.events, progress.musicians
        )));
    }
    let world = Arc::new(World::new(Plan { now: progress.now, ..plan })?);
    let author =
        Author { world: world.clone(), credentials: Credentials::new(app).await?, bulk: bulk.map(Arc::new) };
    tell(&progress);
    let mut anything = false;
    let (chunks, mut written) = mpsc::channel(AHEAD);
    let author = tokio::task::spawn_blocking(move || author.write(progress, &chunks));
    while let Some(chunk) = written.recv().await {
        let Chunk { people, items, progress } = chunk?;
        if let Some(name) = load::taken(app.store(), &people).await.map_err(Error::App)?.first() {
            return Err(Error::World(format!("somebody else is called {name}: choose another seed")));
        }
        items.put(app).await?;
        anything = true;
        tell(&progress);
    }
    author.await.map_err(|panic| Error::World(panic.to_string()))?;
    Ok(Loaded { world, anything })
}

/// Musicians or events, ready to be written together with how far the load is then.
struct Chunk {
    people: Vec<Profile>,
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

/// Makes the items while others are being written.
struct Author {
    world: Arc<World>,
    credentials: Credentials,
    bulk: Option<Arc<Bulk>>,
}

impl Author {
    /// Ends early when nobody takes what it makes.
    fn write(&self, mut progress: Progress, chunks: &mpsc::Sender<Result<Chunk>>) {
        while progress.musicians_loaded < progress.musicians || progress.events_loaded < progress.events {
            let chunk = self.next(&mut progress);
            let failed = chunk.is_err();
            if chunks.blocking_send(chunk).is_err() || failed {
                return;
            }
        }
    }

    fn next(&self, progress: &mut Progress) -> Result<Chunk> {
        let mut load = Load::default();
        let people = if progress.musicians_loaded < progress.musicians {
            let numbers = chunk(&mut progress.musicians_loaded, progress.musicians);
            self.musicians(&mut load, numbers).map_err(Error::App)?
        } else {
            let numbers = chunk(&mut progress.events_loaded, progress.events);
            self.events(&mut load, numbers)?;
            Vec::new()
        };
        load.progress(progress).map_err(Error::App)?;
        let items = match &self.bulk {
            None => Items::Batches(load),
            Some(bulk) => {
                let items = load.into_items().into_iter().map(bulk::item).collect::<Result<_>>()?;
                Items::Import(bulk.clone(), items)
            }
        };
        Ok(Chunk { people, items, progress: progress.clone() })
    }

    fn musicians(&self, load: &mut Load, numbers: Range<u32>) -> tunelink::Result<Vec<Profile>> {
        let mut people = Vec::new();
        for number in numbers {
            let Musician { profile, instruments, genres } = self.world.musician(number);
            load.musician(&profile, &self.credentials.of(number, &profile), &instruments, &genres)?;
            people.push(profile);
        }
        Ok(people)
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
