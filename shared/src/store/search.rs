//! Searches over the indexes, on the engine of [`geo::search`](crate::geo::search).

use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;

use super::{CALENDAR, GEO, Item, Query, Store, keys};
use crate::{
    domain::{EventCard, EventId, EventType, FoundEvent, Selection},
    error::{Error, Result},
    geo::{
        Cell, Circle, Point,
        search::{self, Batch, Found, Layout, Placed, Read, Source, Stream, Wanted},
    },
    row,
};

/// From when and, if there is an end, to when events begin: `from` belongs to it, `to` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Timestamp,
    pub to: Option<Timestamp>,
}

/// Listed events within a circle by their start. What is sought goes on behind a start and an id.
pub async fn by_date(
    store: &Store,
    circle: &Circle,
    window: Window,
    selection: &Selection,
    wanted: &Wanted<String>,
) -> Result<Found<String, FoundEvent>> {
    let (from, to) = bounds(window);
    let keep = |event: &FoundEvent| selection.holds(event);
    search::by_date(&Cells(store), circle, (&from, &to), keep, wanted).await
}

/// Listed events within a circle by their distance from its centre.
pub async fn by_distance(
    store: &Store,
    circle: &Circle,
    window: Window,
    selection: &Selection,
    wanted: &Wanted<(u64, String)>,
) -> Result<Found<(u64, String), FoundEvent>> {
    let (from, to) = bounds(window);
    let keep = |event: &FoundEvent| selection.holds(event);
    let layout = Layout::Time { from: &from, to: &to };
    search::by_distance(&Cells(store), circle, layout, keep, wanted).await
}

/// Listed events everywhere by their start, of one type or of all. A window without an end reaches `months` far.
pub async fn by_month(
    store: &Store,
    window: Window,
    selection: &Selection,
    wanted: &Wanted<String>,
) -> Result<Found<String, FoundEvent>> {
    let keep = |event: &FoundEvent| selection.holds(event);
    search::merged(&Months(store), months(window, selection.r#type), keep, wanted).await
}

/// How far a search without a place reaches.
pub const MOST_MONTHS: i8 = 12;

/// The end of the longest window without a place.
pub fn furthest(from: Timestamp) -> Timestamp {
    let end = from.to_zoned(TimeZone::UTC).checked_add(jiff::Span::new().months(MOST_MONTHS));
    end.map_or(Timestamp::MAX, |end| end.timestamp())
}

/// Bounds of sort keys. `~` sorts behind every time.
fn bounds(window: Window) -> (String, String) {
    (format!("{:.0}", window.from), window.to.map_or("~".to_owned(), |to| format!("{to:.0}")))
}

/// A stream for each type in each month.
fn months(window: Window, kind: Option<EventType>) -> Vec<Stream<String>> {
    let window = Window { to: Some(window.to.unwrap_or_else(|| furthest(window.from))), ..window };
    let (from, to) = bounds(window);
    let mut streams = Vec::new();
    let mut month = window.from.to_zoned(TimeZone::UTC).first_of_month().ok();
    while let Some(begin) = month.filter(|begin| format!("{:.0}", begin.timestamp()) < to) {
        let end = begin.checked_add(jiff::Span::new().months(1)).ok();
        let bound = |at: &jiff::Zoned| {
            format!("{:.0}", at.date().to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |at| at.timestamp()))
        };
        let first = bound(&begin).max(from.clone());
        let last = end.as_ref().map_or(to.clone(), |end| bound(end).min(to.clone()));
        for kind in EventType::ALL.into_iter().filter(|each| kind.is_none_or(|kind| kind == *each)) {
            let partition = keys::events_in_month(kind, &begin.strftime("%Y-%m").to_string());
            streams.push(Stream { partition, from: first.clone(), to: last.clone() });
        }
        month = end;
    }
    streams
}

impl Placed for FoundEvent {
    fn place(&self) -> Point {
        Point::new(self.card.lat, self.card.lng)
    }
}

/// Events by the cells of the grid.
struct Cells<'a>(&'a Store);

impl Source for Cells<'_> {
    type Partition = Cell;
    type Row = FoundEvent;

    async fn read(&self, read: Read<'_, Cell>) -> Result<Batch<FoundEvent>> {
        let index = GEO[read.partition.precision() - Cell::COARSEST];
        let query = Query::index(index, keys::events_in(read.partition.key()));
        events(self.0, query.between(read.first, read.last).limit(read.limit)).await
    }
}

/// Events by type and month.
struct Months<'a>(&'a Store);

impl Source for Months<'_> {
    type Partition = String;
    type Row = FoundEvent;

    async fn read(&self, read: Read<'_, String>) -> Result<Batch<FoundEvent>> {
        let query = Query::index(CALENDAR, read.partition);
        events(self.0, query.between(read.first, read.last).limit(read.limit)).await
    }
}

async fn events(store: &Store, query: Query) -> Result<Batch<FoundEvent>> {
    let page = store.page(&query).await?;
    let rows = page.rows.into_iter().map(event).collect::<Result<_>>()?;
    Ok(Batch { rows, more: page.more })
}

/// An entry of an index: its sort key says when and which.
fn event(item: Item) -> Result<(String, FoundEvent)> {
    #[derive(Deserialize)]
    struct Entry {
        #[serde(alias = "calendar_sk")]
        starts: String,
        card: EventCard,
    }
    let Entry { starts, card } = row::read(item)?;
    let (at, id) = starts.split_once('#').ok_or_else(|| Error::internal("a sort key without an id"))?;
    let starts_at = at.parse().map_err(Error::internal)?;
    let event_id = EventId(id.parse().map_err(Error::internal)?);
    Ok((starts, FoundEvent { event_id, starts_at, card }))
}
