use std::collections::BTreeMap;

use super::{
    Batch, Found, Layout, Placed, Reader, Source, Wanted, estimate,
    known::{Known, Part, Ring},
};
use crate::{
    Result,
    geo::{Cell, Circle, cover},
};

/// What is read of each cell around the centre to get an impression.
const PROBE: usize = 16;
/// The least radius of a disc in millimetres.
const LEAST: u64 = 1_000;

/// The rows within a circle that `keep` keeps, in the order of their distance from the centre in millimetres, and
/// among equals of their key. The source has a partition for each cell, sorted as `layout` says.
pub async fn by_distance<S>(
    source: &S,
    circle: &Circle,
    layout: Layout<'_>,
    keep: impl Fn(&S::Row) -> bool + Sync,
    wanted: &Wanted<(u64, String)>,
) -> Result<Found<(u64, String), S::Row>>
where
    S: Source<Partition = Cell, Row: Placed>,
{
    let mut reader = Reader::new(source, wanted.budget);
    let mut search = Search::new(circle, layout, wanted);
    let probes = search.probes();
    let mut parts = probes.iter().map(|cell| search.known.probe(cell.clone(), PROBE)).collect();
    search.read(&mut reader, parts, &keep).await?;
    search.begin(&probes);
    loop {
        parts = search.missing();
        if parts.is_empty() {
            if search.is_complete() {
                return Ok(search.page(&reader));
            }
            search.widen();
            continue;
        }
        if reader.is_spent() {
            let frontier = parts[0].nearest;
            if frontier > search.ring.from {
                return Ok(search.cut(&reader, frontier));
            }
            // Nothing can be given out before these are read.
            parts.retain(|part| part.nearest <= search.ring.from);
        }
        parts.truncate(reader.room());
        search.read(&mut reader, parts, &keep).await?;
    }
}

struct Search<'a, R> {
    circle: &'a Circle,
    wanted: &'a Wanted<(u64, String)>,
    known: Known<'a>,
    /// What was found behind the page before, in order.
    rows: BTreeMap<(u64, String), R>,
    /// From the last distance that was given out to the edge of the disc that is looked at.
    ring: Ring,
}

impl<'a, R: Placed> Search<'a, R> {
    fn new(circle: &'a Circle, layout: Layout<'a>, wanted: &'a Wanted<(u64, String)>) -> Self {
        let from = wanted.after.as_ref().map_or(0, |(distance, _)| *distance);
        let ring = Ring { centre: circle.centre, from, to: from };
        Self { circle, wanted, known: Known::new(layout), rows: BTreeMap::new(), ring }
    }

    /// The centre's cells that reach beyond what was given out, coarsest first.
    fn probes(&self) -> Vec<Cell> {
        let mut cells: Vec<_> =
            (Cell::COARSEST..=Cell::FINEST).map(|digits| Cell::at(self.ring.centre, digits)).collect();
        cells.dedup();
        cells.retain(|cell| cell.farthest(self.ring.centre) >= self.ring.from);
        cells
    }

    fn target(&self) -> usize {
        self.wanted.limit * 8 / 5
    }

    fn begin(&mut self, probes: &[Cell]) {
        let radius =
            estimate::first_radius(&self.known, probes, self.ring.from, self.wanted.limit, self.target());
        self.ring.to = radius.max(LEAST).min(self.circle.radius);
    }

    fn widen(&mut self) {
        let found = self.rows.keys().take_while(|(distance, _)| *distance <= self.ring.to).count();
        self.ring.to = estimate::wider(self.ring, found, self.target()).max(LEAST).min(self.circle.radius);
    }

    /// How far the page reaches as far as is known.
    fn end(&self) -> u64 {
        self.rows.keys().nth(self.wanted.limit - 1).map_or(u64::MAX, |(distance, _)| *distance)
    }

    /// What has to be read next, nearest first.
    fn missing(&self) -> Vec<Part> {
        let reach = Ring { to: self.ring.to.min(self.end()), ..self.ring };
        let cells = cover(&Circle { centre: reach.centre, radius: reach.to });
        let mut parts: Vec<_> = cells.into_iter().flat_map(|cell| self.known.missing(cell, reach)).collect();
        parts.sort_by_key(|part| part.nearest);
        parts
    }

    /// Whether the page, or the circle, lies within the disc.
    fn is_complete(&self) -> bool {
        self.ring.to >= self.end().min(self.circle.radius)
    }

    async fn read<S>(
        &mut self,
        reader: &mut Reader<'_, S>,
        parts: Vec<Part>,
        keep: &(impl Fn(&R) -> bool + Sync),
    ) -> Result<()>
    where
        S: Source<Partition = Cell, Row = R>,
    {
        if parts.is_empty() {
            return Ok(());
        }
        let batches = reader.round(parts.iter().map(Part::read).collect()).await?;
        for (part, batch) in parts.into_iter().zip(batches) {
            self.take(part, batch, keep);
        }
        Ok(())
    }

    fn take(&mut self, part: Part, batch: Batch<R>, keep: &impl Fn(&R) -> bool) {
        let count = batch.rows.len();
        let last = batch.rows.last().map(|(key, _)| key.clone());
        let mut matches = 0;
        for (key, row) in batch.rows.into_iter().filter(|(_, row)| keep(row)) {
            matches += 1;
            let found = (self.circle.centre.distance(row.place()), key);
            if found.0 <= self.circle.radius && self.wanted.after.as_ref().is_none_or(|after| found > *after)
            {
                self.rows.insert(found, row);
            }
        }
        self.known.record(part, count, matches, last, batch.more);
    }

    fn page<S>(mut self, reader: &Reader<'_, S>) -> Found<(u64, String), R> {
        let full = self.rows.len() >= self.wanted.limit;
        self.ring.to = self.circle.radius;
        let more = full && (self.rows.len() > self.wanted.limit || !self.everything().is_empty());
        let rows: Vec<_> = self.rows.into_iter().take(self.wanted.limit).collect();
        let next = rows.last().filter(|_| more).map(|(key, _)| key.clone());
        Found { rows, next, partial: false, cost: reader.cost }
    }

    /// A page that ends where the first unread row can be.
    fn cut<S>(self, reader: &Reader<'_, S>, frontier: u64) -> Found<(u64, String), R> {
        let rows = self.rows.into_iter().take_while(|((distance, _), _)| *distance < frontier).collect();
        Found { rows, next: Some((frontier, String::new())), partial: true, cost: reader.cost }
    }

    /// What would have to be read for all of the circle.
    fn everything(&self) -> Vec<Part> {
        let cells = cover(self.circle).into_iter();
        cells.flat_map(|cell| self.known.missing(cell, self.ring)).collect()
    }
}
