//! Every search against a look at all rows: the same rows, in the same order, page by page.

mod changes;
mod pages;

use proptest::prelude::*;

use super::{world::*, *};
use crate::geo::Circle;

/// What a search over pages is made of.
#[derive(Clone, Debug)]
struct Scene {
    circle: Circle,
    rows: Vec<(String, Row)>,
    /// The kinds of rows below this one are searched for, of eight.
    kinds: u8,
    from: String,
    to: String,
    limit: usize,
    budget: Budget,
}

impl Scene {
    fn keeps(&self, row: &Row) -> bool {
        row.kind < self.kinds
    }

    /// All rows that the search is for, in no order.
    fn matches(&self) -> impl Iterator<Item = &(String, Row)> {
        self.rows.iter().filter(|(_, row)| self.keeps(row) && self.circle.holds(row.place))
    }

    fn in_window(&self, key: &str) -> bool {
        *self.from <= *key && *key < *self.to
    }
}

/// The key of an event that begins so many minutes into a year.
fn key(minute: u32, id: usize) -> String {
    format!("{}#{id:06}", moment(minute))
}

fn moment(minute: u32) -> String {
    let (days, hours) = (minute / 1440, minute / 60 % 24);
    format!("2026-{:02}-{:02}T{hours:02}:{:02}:00Z", days / 28 + 1, days % 28 + 1, minute % 60)
}

/// Rows in clusters and alone, near the circle's centre, at its edge and beyond; some begin at the same minute.
fn scene() -> impl Strategy<Value = Scene> {
    let venue = (near(), 1_usize..40);
    let venues = prop::collection::vec(venue, 0..12);
    let circle = (place(), radius()).prop_map(|(centre, radius)| Circle { centre, radius });
    let times = prop::collection::vec((0_u32..400_000, 0_u8..8, 0.0..1.0), 500);
    let budget = prop_oneof![
        Just(Budget::default()),
        (1_usize..40, 1_usize..200).prop_map(|(calls, items)| Budget { calls, items }),
    ];
    let rest = (prop_oneof![Just(8_u8), 0_u8..8], 0_u32..200_000, 200_000_u32..400_000, 1_usize..40, budget);
    (circle, venues, times, rest).prop_map(|(circle, venues, times, (kinds, from, to, limit, budget))| {
        let crowd = venues.iter().flat_map(|(way, rows)| std::iter::repeat_n(way.from(&circle), *rows));
        let rows = crowd.zip(times).enumerate().map(|(id, (venue, (minute, kind, apart)))| {
            // Half the rows are exactly at the venue, the others up to a kilometre north of it.
            let north = if apart < 0.5 { 0.0 } else { (apart - 0.5) / 55.0 };
            let minute = if kind == 0 { minute / 20_000 * 20_000 } else { minute };
            (key(minute, id), Row { id, place: Point::new(venue.lat() + north, venue.lng()), kind })
        });
        let rows = rows.collect();
        Scene { circle, rows, kinds, from: moment(from), to: moment(to), limit, budget }
    })
}

/// The searches never wait for anything but the source, which is there at once.
fn now<T>(search: impl Future<Output = Result<T>>) -> T {
    let search = tokio::task::unconstrained(search);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(search).unwrap()
}
