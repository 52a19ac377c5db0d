//! The mix of searches: first pages of 20 without a filter, around places that are drawn as those of events are.

use jiff::{SignedDuration, Timestamp};
use tunelink::app::App;
use tunelink::domain::{Level, Selection, Slug, UserId};
use tunelink::geo::search::{Budget, Wanted};
use tunelink::geo::{Circle, Point};
use tunelink::store::nearby::{self, Search as Nearby};
use tunelink::store::search::{self, Window};
use tunelink_local::error::Error;
use tunelink_local::world::World;
use uuid::Uuid;

use super::figures::{Figures, Sample, Search};

/// In metres.
pub(super) const RADII: [u32; 9] = [500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000, 100_000, 200_000];
const PAGE: usize = 20;

pub(super) async fn measure(app: &App, world: &World, queries: u32) -> Result<Figures, Error> {
    let mut figures = Figures::new();
    let now = world.plan().now;
    for (at, radius) in RADII.into_iter().enumerate() {
        let places = (0..queries).map(|number| {
            // Events that the world would have if it had more.
            let offset = u32::try_from(at).unwrap_or_default() * queries + number;
            world.event(world.plan().events + offset).map(|new| new.event.place.point())
        });
        for place in places {
            let circle = Circle::new(place?, f64::from(radius) / 1e3);
            figures.entry((Search::ByDate, radius)).or_default().push(by_date(app, &circle, now).await?);
            figures
                .entry((Search::ByDistance, radius))
                .or_default()
                .push(by_distance(app, &circle, now).await?);
            figures.entry((Search::Musicians, radius)).or_default().push(musicians(app, &circle).await?);
        }
    }
    for place in nowhere() {
        let circle = Circle::new(place, 200.0);
        figures.entry((Search::Empty, 200_000)).or_default().push(by_date(app, &circle, now).await?);
    }
    Ok(figures)
}

/// The middle of oceans, where the circle touches neither coast nor island with a town.
fn nowhere() -> impl Iterator<Item = Point> {
    let rows = (-70_i32..=45).step_by(5);
    rows.map(|lat| Point::new(f64::from(lat), if lat > 10 { -40.0 } else { -125.0 }))
}

async fn by_date(app: &App, circle: &Circle, now: Timestamp) -> Result<Sample, Error> {
    let store = app.store().metered();
    let (window, selection) = upcoming(now);
    let found = search::by_date(&store, circle, window, &selection, &wanted()).await.map_err(Error::App)?;
    Ok(Sample { cost: store.cost(), found: found.rows.len(), partial: found.partial })
}

async fn by_distance(app: &App, circle: &Circle, now: Timestamp) -> Result<Sample, Error> {
    let store = app.store().metered();
    let (window, selection) = upcoming(now);
    let found =
        search::by_distance(&store, circle, window, &selection, &wanted()).await.map_err(Error::App)?;
    Ok(Sample { cost: store.cost(), found: found.rows.len(), partial: found.partial })
}

async fn musicians(app: &App, circle: &Circle) -> Result<Sample, Error> {
    let store = app.store().metered();
    let search = Nearby {
        seeker: UserId(Uuid::nil()),
        circle: *circle,
        instrument: Slug::new("bass-guitar"),
        level: Some(Level::Intermediate),
        genre: None,
    };
    let found = nearby::search(&store, &search, &wanted()).await.map_err(Error::App)?;
    Ok(Sample { cost: store.cost(), found: found.rows.len(), partial: found.partial })
}

/// The window and the selection of a search that says nothing of time.
fn upcoming(now: Timestamp) -> (Window, Selection) {
    let from = now - SignedDuration::from_hours(12);
    (Window { from, to: None }, Selection { not_over_at: Some(now), ..Selection::default() })
}

fn wanted<K>() -> Wanted<K> {
    Wanted { after: None, limit: PAGE, budget: Budget::default() }
}
