use std::collections::BTreeMap;

use super::{
    AT_ONCE, Batch, Found, LONGEST_READ, Placed, ROWS_PER_CALL, Read, Reader, Source, Wanted, behind,
};
use crate::{
    Result,
    geo::{Cell, Circle, cover},
};

/// What is read at first is a multiple of this.
const STEP: usize = 8;
/// So many rows of a stream tell whether it is worth its reads …
const SAMPLE: usize = 16;
/// … which it is if one in so many lies inside.
const WORTH: usize = 4;

/// A partition that takes part in a merge.
#[derive(Clone, Debug)]
pub struct Stream<P> {
    pub partition: P,
    /// Rows come behind this key, which is none of a row …
    pub from: String,
    /// … and before this one.
    pub to: String,
}

/// The rows within a circle that `keep` keeps, in the order of their keys. The source has a partition for each cell of
/// each precision, sorted by time.
pub async fn by_date<S>(
    source: &S,
    circle: &Circle,
    (from, to): (&str, &str),
    keep: impl Fn(&S::Row) -> bool + Sync,
    wanted: &Wanted<String>,
) -> Result<Found<String, S::Row>>
where
    S: Source<Partition = Cell, Row: Placed>,
{
    let stream = |partition| Stream { partition, from: from.to_owned(), to: to.to_owned() };
    let streams = cover(circle).into_iter().map(stream).collect();
    merge(source, streams, circle, keep, wanted).await
}

/// The rows of all streams that `keep` keeps, in the order of their keys. Streams that begin later are read later.
pub async fn merged<S: Source>(
    source: &S,
    streams: Vec<Stream<S::Partition>>,
    keep: impl Fn(&S::Row) -> bool + Sync,
    wanted: &Wanted<String>,
) -> Result<Found<String, S::Row>> {
    merge(source, streams, &Everywhere, keep, wanted).await
}

/// Which rows lie inside, and into what a partition is split that holds too few of them.
trait Shape<P, R>: Sync {
    fn holds(&self, row: &R) -> bool;
    fn split(&self, partition: &P) -> Vec<P>;
}

struct Everywhere;

impl<P, R> Shape<P, R> for Everywhere {
    fn holds(&self, _: &R) -> bool {
        true
    }

    fn split(&self, _: &P) -> Vec<P> {
        Vec::new()
    }
}

impl<R: Placed> Shape<Cell, R> for Circle {
    fn holds(&self, row: &R) -> bool {
        Circle::holds(self, row.place())
    }

    fn split(&self, cell: &Cell) -> Vec<Cell> {
        cell.children().into_iter().filter(|child| self.touches(child)).collect()
    }
}

async fn merge<S: Source>(
    source: &S,
    streams: Vec<Stream<S::Partition>>,
    shape: &impl Shape<S::Partition, S::Row>,
    keep: impl Fn(&S::Row) -> bool + Sync,
    wanted: &Wanted<String>,
) -> Result<Found<String, S::Row>> {
    let mut reader = Reader::new(source, wanted.budget);
    let mut merge = Merge::new(streams, wanted);
    let begin = merge.frontier().map(str::to_owned);
    loop {
        let next = merge.next(reader.room());
        if next == 0 || (reader.is_spent() && merge.frontier() > begin.as_deref()) {
            return Ok(merge.page(&reader, next > 0));
        }
        // Behind the page's last candidate nothing matters to this page.
        let bound = merge.candidate().map(|last| behind(last));
        let reads = merge.streams[..next].iter().map(|stream| stream.read(bound.as_deref())).collect();
        let batches = reader.round(reads).await?;
        let read: Vec<_> = merge.streams.drain(..next).collect();
        for (stream, batch) in read.into_iter().zip(batches) {
            merge.take(stream, batch, bound.as_deref(), shape, &keep);
        }
    }
}

struct Merge<P, R> {
    streams: Vec<Open<P>>,
    /// What was found, in order.
    rows: BTreeMap<String, R>,
    limit: usize,
}

/// A stream that has not ended.
struct Open<P> {
    partition: P,
    /// All up to here is read.
    position: String,
    to: String,
    limit: usize,
    read: usize,
    inside: usize,
}

impl<P> Open<P> {
    fn read<'a>(&'a self, bound: Option<&'a str>) -> Read<'a, P> {
        let last = bound.map_or(&*self.to, |bound| bound.min(&self.to));
        Read { partition: &self.partition, first: behind(&self.position), last, limit: self.limit }
    }
}

/// What is asked of each of so many streams at first: together two pages, and each at least a few rows.
fn first_read(page: usize, streams: usize) -> usize {
    (2 * page).div_ceil(streams.clamp(1, AT_ONCE)).next_multiple_of(STEP).min(LONGEST_READ)
}

impl<P, R> Merge<P, R> {
    fn new(streams: Vec<Stream<P>>, wanted: &Wanted<String>) -> Self {
        let first_read = first_read(wanted.limit, streams.len());
        let open = |Stream { partition, from, to }| {
            let position = wanted.after.clone().map_or(from.clone(), |after| after.max(from));
            Open { partition, position, to, limit: first_read, read: 0, inside: 0 }
        };
        let streams = streams.into_iter().map(open).filter(|s| behind(&s.position) <= s.to).collect();
        Self { streams, rows: BTreeMap::new(), limit: wanted.limit }
    }

    /// All up to here is known; `None` if all is.
    fn frontier(&self) -> Option<&str> {
        self.streams.iter().map(|stream| &*stream.position).min()
    }

    /// Brings the streams that have to be read next to the front and says how many they are: those that could still
    /// have a row before the page's last one, and of these the earliest.
    fn next(&mut self, room: usize) -> usize {
        self.streams.sort_by(|a, b| a.position.cmp(&b.position));
        let last = self.candidate();
        let late = |stream: &Open<P>| last.is_none_or(|last| stream.position < *last);
        self.streams.iter().take(room).take_while(|stream| late(stream)).count()
    }

    /// The last row of the page, unless nearer ones are found.
    fn candidate(&self) -> Option<&String> {
        self.rows.keys().nth(self.limit - 1)
    }

    fn take(
        &mut self,
        mut stream: Open<P>,
        batch: Batch<R>,
        bound: Option<&str>,
        shape: &impl Shape<P, R>,
        keep: &impl Fn(&R) -> bool,
    ) {
        let bound = bound.filter(|bound| *bound < &*stream.to);
        match (batch.rows.last(), bound) {
            (Some((last, _)), _) if batch.more => stream.position.clone_from(last),
            // All up to the bound is known; what is behind it is for another page, if not for this one after all.
            (_, Some(bound)) => bound.clone_into(&mut stream.position),
            _ => {}
        }
        stream.read += batch.rows.len();
        let inside: Vec<_> = batch.rows.into_iter().filter(|(_, row)| shape.holds(row)).collect();
        stream.inside += inside.len();
        self.rows.extend(inside.into_iter().filter(|(_, row)| keep(row)));
        if batch.more {
            self.go_on(stream, shape);
        } else if bound.is_some() {
            self.streams.push(stream);
        }
    }

    /// Keeps a stream, or puts in its place those of the smaller cells, from where it is. So nothing is read twice.
    fn go_on(&mut self, mut stream: Open<P>, shape: &impl Shape<P, R>) {
        let outlook = self.outlook(&stream);
        let is_poor = stream.read >= SAMPLE && stream.inside * WORTH < stream.read;
        let parts = if is_poor { shape.split(&stream.partition) } else { Vec::new() };
        let in_vain = outlook * (stream.read - stream.inside) / stream.read;
        if parts.is_empty() || in_vain < parts.len() * ROWS_PER_CALL {
            let enough = (outlook * 3 / 2).next_multiple_of(STEP);
            stream.limit = enough.clamp(STEP, stream.limit * 2).min(LONGEST_READ);
            self.streams.push(stream);
            return;
        }
        let limit = first_read(self.limit, parts.len());
        let part = |partition| Open {
            partition,
            position: stream.position.clone(),
            to: stream.to.clone(),
            limit,
            read: 0,
            inside: 0,
        };
        self.streams.extend(parts.into_iter().map(part));
    }

    /// How many rows of a stream are still before the page's end, if it goes on as up to here.
    fn outlook(&self, stream: &Open<P>) -> usize {
        let known = self.rows.keys().take_while(|key| **key <= stream.position).count();
        stream.read * self.limit.saturating_sub(known) / known.max(1)
    }

    fn page<S>(self, reader: &Reader<'_, S>, cut: bool) -> Found<String, R> {
        let frontier = self.streams.iter().map(|stream| stream.position.clone()).min();
        let known = self.rows.len();
        let is_final = |key: &String| frontier.as_ref().is_none_or(|frontier| key <= frontier);
        let rows: Vec<_> =
            self.rows.into_iter().take_while(|(key, _)| is_final(key)).take(self.limit).collect();
        let next = if cut {
            frontier
        } else {
            let last = rows.last().filter(|_| frontier.is_some() || known > rows.len());
            last.map(|(key, _)| key.clone())
        };
        Found { rows, next, partial: cut, cost: reader.cost }
    }
}
