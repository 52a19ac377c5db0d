use std::collections::BTreeMap;

use super::{AT_ONCE, Batch, Found, LONGEST_READ, Placed, Read, Reader, Source, Wanted, behind};
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
        let next = merge.next();
        if next == 0 || (reader.is_spent() && merge.frontier() > begin.as_deref()) {
            return Ok(merge.page(&reader, next > 0));
        }
        let batches = reader.round(merge.streams[..next].iter().map(Open::read).collect()).await?;
        let read: Vec<_> = merge.streams.drain(..next).collect();
        for (stream, batch) in read.into_iter().zip(batches) {
            merge.take(stream, batch, shape, &keep);
        }
    }
}

struct Merge<P, R> {
    streams: Vec<Open<P>>,
    /// What was found, in order.
    rows: BTreeMap<String, R>,
    limit: usize,
    first_read: usize,
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
    fn read(&self) -> Read<'_, P> {
        Read { partition: &self.partition, first: behind(&self.position), last: &self.to, limit: self.limit }
    }
}

impl<P, R> Merge<P, R> {
    fn new(streams: Vec<Stream<P>>, wanted: &Wanted<String>) -> Self {
        let share = (2 * wanted.limit).div_ceil(streams.len().clamp(1, AT_ONCE));
        let first_read = share.next_multiple_of(STEP).min(LONGEST_READ);
        let open = |Stream { partition, from, to }| {
            let position = wanted.after.clone().map_or(from.clone(), |after| after.max(from));
            Open { partition, position, to, limit: first_read, read: 0, inside: 0 }
        };
        let streams = streams.into_iter().map(open).filter(|s| behind(&s.position) <= s.to).collect();
        Self { streams, rows: BTreeMap::new(), limit: wanted.limit, first_read }
    }

    /// All up to here is known; `None` if all is.
    fn frontier(&self) -> Option<&str> {
        self.streams.iter().map(|stream| &*stream.position).min()
    }

    /// Brings the streams that have to be read next to the front and says how many they are: those that could still
    /// have a row before the page's last one, and of these the earliest.
    fn next(&mut self) -> usize {
        self.streams.sort_by(|a, b| a.position.cmp(&b.position));
        let last = self.rows.keys().nth(self.limit - 1);
        let late = |stream: &Open<P>| last.is_none_or(|last| stream.position < *last);
        self.streams.iter().take(AT_ONCE).take_while(|stream| late(stream)).count()
    }

    fn take(
        &mut self,
        mut stream: Open<P>,
        batch: Batch<R>,
        shape: &impl Shape<P, R>,
        keep: &impl Fn(&R) -> bool,
    ) {
        let Some((last, _)) = batch.rows.last() else { return };
        stream.position.clone_from(last);
        stream.limit = (stream.limit * 2).min(LONGEST_READ);
        stream.read += batch.rows.len();
        let inside: Vec<_> = batch.rows.into_iter().filter(|(_, row)| shape.holds(row)).collect();
        stream.inside += inside.len();
        self.rows.extend(inside.into_iter().filter(|(_, row)| keep(row)));
        if batch.more {
            self.go_on(stream, shape);
        }
    }

    /// Keeps a stream, or puts in its place those of the smaller cells, from where it is. So nothing is read twice.
    fn go_on(&mut self, stream: Open<P>, shape: &impl Shape<P, R>) {
        let poor = stream.read >= SAMPLE && stream.inside * WORTH < stream.read;
        let parts = if poor { shape.split(&stream.partition) } else { Vec::new() };
        if parts.is_empty() {
            self.streams.push(stream);
            return;
        }
        let part = |partition| Open {
            partition,
            position: stream.position.clone(),
            to: stream.to.clone(),
            limit: self.first_read,
            read: 0,
            inside: 0,
        };
        self.streams.extend(parts.into_iter().map(part));
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
