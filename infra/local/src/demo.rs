//! `tunelink demo`: a world to search in.

use std::io::IsTerminal;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use tunelink::store::load::Progress;
use tunelink_local::cli::Demo;
use tunelink_local::target;
use tunelink_local::world::load::{self, Loaded, PASSWORD};
use tunelink_local::world::{Plan, World};

use crate::text;

pub(crate) async fn run(demo: &Demo) -> Result<(), String> {
    let began = Instant::now();
    let opened = target::open(&demo.target()).await.map_err(text)?;
    let bulk = opened.bulk().map_err(text)?;
    let mut teller = Teller::new(demo);
    let now = opened.app().now();
    let plan = Plan {
        seed: demo.seed,
        events: demo.events,
        musicians: demo.musicians,
        now,
        around: demo.around.clone(),
    };
    let outcome = load::load(opened.app(), bulk, plan, |progress| teller.hear(progress)).await;
    teller.end();
    opened.close().await;
    let Loaded { world, anything } = outcome.map_err(text)?;
    let took = anything.then(|| began.elapsed().as_secs_f64());
    println!("{}", summary(&world, took)?);
    Ok(())
}

/// Shows how far it is: a bar on a terminal, a line for each tenth elsewhere.
struct Teller {
    bar: Option<ProgressBar>,
    total: u64,
    tenths: u64,
}

impl Teller {
    fn new(demo: &Demo) -> Self {
        let total = u64::from(demo.events) + u64::from(demo.musicians);
        let bar = std::io::stderr().is_terminal().then(|| ProgressBar::new(total));
        // The template is a constant, and so either always understood or never.
        let style = ProgressStyle::with_template("{msg:20} {wide_bar} {percent:>3} %  {eta} left");
        if let (Some(bar), Ok(style)) = (&bar, style) {
            bar.set_style(style);
        }
        Self { bar, total, tenths: 0 }
    }

    fn hear(&mut self, progress: &Progress) {
        let Progress { musicians, musicians_loaded, events_loaded, .. } = *progress;
        let done = u64::from(musicians_loaded) + u64::from(events_loaded);
        let what = if musicians_loaded < musicians { "musicians" } else { "events" };
        let tenths = done * 10 / self.total.max(1);
        if let Some(bar) = &self.bar {
            bar.set_message(what);
            bar.set_position(done);
        } else if tenths > self.tenths {
            eprintln!("{} %: {musicians_loaded} musicians, {events_loaded} events", tenths * 10);
        }
        self.tenths = tenths;
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// What there is now, and how to look at it.
fn summary(world: &World, took: Option<f64>) -> Result<String, String> {
    let plan = world.plan();
    let done =
        took.map_or("were there already".to_owned(), |seconds| format!("are there, after {seconds:.0} s"));
    let names: Vec<String> = (0..plan.musicians.min(load::ACCOUNTS))
        .map(|number| world.musician(number).profile.username)
        .collect();
    Ok(format!(
        "\n  {} events and {} musicians of seed {} {done}.\n\n  Log in as    {}\n  Password     {PASSWORD}\n  \
         Events       {}\n\n  Places are from GeoNames (CC BY 4.0).\n",
        plan.events,
        plan.musicians,
        plan.seed,
        names.join(", "),
        search(world)?
    ))
}

/// A search that finds something: around an event that is to come, if there is any.
fn search(world: &World) -> Result<String, String> {
    const LOOKED_AT: usize = 200;
    let now: Timestamp = world.plan().now;
    let mut event = None;
    for announced in world.events().take(LOOKED_AT) {
        let announced = announced.map_err(text)?.event;
        if announced.is_listed() && announced.schedule.starts_at > now {
            event = Some(announced);
            break;
        }
    }
    let place = event.map(|event| format!("?lat={}&lng={}&radius_km=100", event.place.lat, event.place.lng));
    Ok(format!("http://127.0.0.1:3000/v1/events{}", place.unwrap_or_default()))
}
