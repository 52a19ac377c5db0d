//! Draws `docs/location-search.svg`: what a search by date and one by distance read of a generated world.
//!
//! `cargo run --package tunelink-local --example draw_search`, with `-- --check` only to see whether the file is up to
//! date. It makes half a million events of real places, which takes up to a minute in a debug build: too long for the
//! test that looks after the other generated files.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to its user")]

mod events;
mod map;
mod panel;
mod picture;

use std::{fs, process::ExitCode};

use tunelink::geo::{
    Circle, Point,
    search::{self, Budget, Layout, Wanted},
};
use tunelink_local::{
    error::{Error, Result},
    generated::root,
    world::{City, Plan, World},
};

use self::{
    events::Events,
    panel::{Panel, Scene},
};

const FILE: &str = "docs/location-search.svg";

const SEED: u64 = 1;
const EVENTS: u32 = 500_000;
/// The present of the world. Its events begin in the nine months before and the three months after.
const NOW: &str = "2027-03-01T12:00:00Z";
/// From when on events are searched for: the beginning of the world, so that all of them are to come.
const FROM: &str = "2026-05-01T00:00:00Z";
/// The town at the centre, in France.
const TOWN: &str = "Meyzieu";
/// The circle's radius, and how far around the centre events are of interest, in kilometres.
const RADIUS: f64 = 8.0;
const AROUND: f64 = 120.0;
/// What the page holds.
const PAGE: usize = 20;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(std::env::args().any(|argument| argument == "--check")).await {
        Ok(success) if success => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// False if the file is not what is drawn and was not to be written.
async fn run(check: bool) -> Result<bool> {
    let picture = draw().await?;
    let path = root().join(FILE);
    if fs::read_to_string(&path).is_ok_and(|content| content == picture) {
        println!("{FILE} is up to date");
    } else if check {
        eprintln!("{FILE} is out of date");
        return Ok(false);
    } else {
        fs::write(path, picture).map_err(|cause| Error::World(format!("{FILE}: {cause}")))?;
        println!("wrote {FILE}");
    }
    Ok(true)
}

async fn draw() -> Result<String> {
    let now = NOW.parse().map_err(|cause| Error::World(format!("{NOW}: {cause}")))?;
    let world = World::new(Plan { seed: SEED, events: EVENTS, musicians: 1, now, around: None })?;
    let is_centre = |city: &&City| city.name == TOWN && city.country == "FR";
    let centre = world.cities().all().iter().find(is_centre);
    let centre = centre.ok_or_else(|| Error::World(format!("{TOWN} is no place of the world")))?;
    let circle = Circle::new(Point::new(centre.lat, centre.lng), RADIUS);
    let events = Events::within(&world, &Circle::new(circle.centre, AROUND))?;
    let panels = [by_date(&events, &circle).await?, by_distance(&events, &circle).await?];
    let scene = Scene { circle, events: events.all().collect(), cities: world.cities().all() };
    Ok(picture::draw(&scene, &panels, &format!("{RADIUS} km around {TOWN} near Lyon")))
}

async fn by_date(events: &Events, circle: &Circle) -> Result<Panel> {
    let found =
        search::by_date(events, circle, (FROM, "~"), |_| true, &wanted()).await.map_err(Error::App)?;
    let page = found.rows.into_iter().map(|(_, row)| row).collect();
    Ok(Panel { name: "By date", page, readings: events.take_readings(), cost: found.cost })
}

async fn by_distance(events: &Events, circle: &Circle) -> Result<Panel> {
    let layout = Layout::Time { from: FROM, to: "~" };
    let found = search::by_distance(events, circle, layout, |_| true, &wanted()).await.map_err(Error::App)?;
    let page = found.rows.into_iter().map(|(_, row)| row).collect();
    Ok(Panel { name: "By distance", page, readings: events.take_readings(), cost: found.cost })
}

fn wanted<K>() -> Wanted<K> {
    Wanted { after: None, limit: PAGE, budget: Budget::default() }
}
