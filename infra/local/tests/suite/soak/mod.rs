//! Mixed traffic while the table fails: afterwards all is as it should be, and whatever was acknowledged is there.
//!
//! ```sh
//! TUNELINK_SOAK_SECONDS=600 cargo test --locked --package tunelink-local --test suite soak -- --ignored --nocapture
//! ```

mod acts;
mod citizen;
mod events;
mod mixture;
mod outcome;
mod talks;
mod town;

use std::{
    collections::BTreeMap,
    io::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use self::{citizen::Citizen, town::Town};
use crate::{events::Dice, harness::World};

/// How many act at the same time.
const LANES: u64 = 8;
/// How many people each of them acts for.
const PEOPLE: usize = 4;
/// The most memory that the process may take, in MiB: the table is in it, and all that its stream ever held.
const MOST_MIB: u64 = 4096;
/// How often the figures so far are told.
const TELLS: Duration = Duration::from_mins(1);

/// How long it goes on.
#[derive(Clone, Copy)]
enum Length {
    /// So many things done by each lane.
    Steps(usize),
    For(Duration),
}

impl Length {
    fn is_over(self, steps: usize, began: Instant) -> bool {
        match self {
            Self::Steps(most) => steps >= most,
            Self::For(time) => began.elapsed() >= time,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_people_do_while_the_table_fails_nothing_is_lost() {
    soak(1, Length::Steps(40)).await;
}

/// The same for 10 minutes, or for `TUNELINK_SOAK_SECONDS`, with `TUNELINK_SOAK_SEED`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes 10 minutes"]
async fn whatever_people_do_for_ten_minutes_while_the_table_fails_nothing_is_lost() {
    #[allow(clippy::disallowed_methods)]
    let given = |name| std::env::var(name).ok().map(|text| text.parse().expect("a number"));
    let seconds = given("TUNELINK_SOAK_SECONDS").unwrap_or(600);
    soak(given("TUNELINK_SOAK_SEED").unwrap_or(1), Length::For(Duration::from_secs(seconds))).await;
}

async fn soak(seed: u64, length: Length) {
    let Some(world) = World::crowded().await.map(Arc::new) else { return };
    let panics = panics();
    let town = Arc::new(Town::new(&world).await);
    let mut lanes = Vec::new();
    for lane in 0..LANES {
        let mut people = Vec::new();
        for _ in 0..PEOPLE {
            people.push(Citizen::arrive(&town).await);
        }
        lanes.push((lane, people));
    }
    let faults = Arc::new(AtomicUsize::new(0));
    world.faults.when(mixture::of(seed, faults.clone()));
    let (began, before) = (Instant::now(), memory());
    let acting = lanes.into_iter().map(|(lane, people)| {
        tokio::spawn(act(town.clone(), people, Dice(seed * 1000 + lane), (length, began)))
    });
    let acting: Vec<_> = acting.collect();
    let telling = tokio::spawn(tell_on(town.clone(), began));
    let mut people = Vec::new();
    for lane in acting {
        people.extend(lane.await.expect("nobody panics"));
    }
    telling.abort();
    telling.await.expect_err("it goes on until it is told not to");
    world.faults.stop();
    let took = began.elapsed();
    let letters = outcome::settle(&world, &town).await;
    let most = memory();
    tell(&format!(
        "{} calls in {took:.0?}, {} faults, {letters} dead letters done again; {before} MiB before, {most} after",
        town.calls.load(Ordering::Relaxed),
        faults.load(Ordering::Relaxed),
    ));
    tell(&format!("{:?}", *town.statuses.lock().unwrap()));
    outcome::check(&world, &town, people).await;
    assert_eq!(*panics.lock().unwrap(), [] as [String; 0]);
    drop(town);
    if let Some(world) = Arc::into_inner(world) {
        world.stop().await;
    }
    assert!(most < MOST_MIB, "{most} MiB");
}

/// One lane: does one thing after the other for the people that are its own.
async fn act(
    town: Arc<Town>,
    mut people: Vec<Citizen>,
    mut dice: Dice,
    (length, began): (Length, Instant),
) -> Vec<Citizen> {
    let mut steps = 0;
    while !length.is_over(steps, began) {
        let at = dice.roll(people.len());
        people[at].act(&town, &mut dice).await;
        if people[at].is_leaving() {
            let newcomer = Citizen::arrive(&town).await;
            town.gone.lock().unwrap().push(std::mem::replace(&mut people[at], newcomer));
        }
        steps += 1;
    }
    people
}

/// Where the product panics from now on. Reactions that do are begun again, so that nobody else would notice.
fn panics() -> Arc<Mutex<Vec<String>>> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (noted, before) = (seen.clone(), std::panic::take_hook());
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        if ["shared/src/", "functions/src/", "infra/local/src/"].iter().any(|of| place.starts_with(of)) {
            noted.lock().unwrap().push(place);
        }
        before(panic);
    }));
    seen
}

/// The memory that this process takes, in MiB; 0 where nobody says.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}

async fn tell_on(town: Arc<Town>, began: Instant) {
    loop {
        tokio::time::sleep(TELLS).await;
        let calls = town.calls.load(Ordering::Relaxed);
        tell(&format!("{calls} calls after {:.0?}, {} MiB", began.elapsed(), memory()));
    }
}

/// Not by `println!`, which is shown of tests alone that fail.
fn tell(line: &str) {
    writeln!(std::io::stderr(), "soak: {line}").expect("there is a terminal or a file");
}

/// How often there was which status.
type Statuses = BTreeMap<u16, usize>;
