//! The events of a generated world around a place, filed as the indexes file them, and every read of them written down.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound,
    sync::Mutex,
    thread,
};

use tunelink::{
    Result,
    geo::{
        Cell, Circle, Point,
        search::{Batch, Placed, Read, Source},
    },
};
use tunelink_local::{error, world::World};

/// An event, by its sort key.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) key: String,
    pub(crate) place: Point,
}

impl Placed for Row {
    fn place(&self) -> Point {
        self.place
    }
}

/// A read and what it brought.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) cell: Cell,
    /// Counted from 1. Reads that were under way at the same time are of one round.
    pub(crate) round: usize,
    pub(crate) rows: Vec<Row>,
}

/// A partition per cell, sorted by start. Remembers what was read of them.
pub(crate) struct Events {
    partitions: HashMap<String, BTreeMap<String, Row>>,
    log: Mutex<Log>,
}

#[derive(Default)]
struct Log {
    readings: Vec<Reading>,
    under_way: usize,
    round: usize,
}

impl Events {
    /// The listed events of a world within a circle; those beyond it are as good as absent.
    pub(crate) fn within(world: &World, circle: &Circle) -> error::Result<Self> {
        let numbers: Vec<u32> = (0..world.plan().events).collect();
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let part = |numbers: &[u32]| {
            numbers.iter().filter_map(|number| row(world, *number, circle).transpose()).collect()
        };
        let parts: Vec<error::Result<Vec<Row>>> = thread::scope(|scope| {
            let parts = numbers.chunks(numbers.len().div_ceil(threads).max(1));
            let running: Vec<_> = parts.map(|numbers| scope.spawn(move || part(numbers))).collect();
            running.into_iter().map(|thread| thread.join().expect("no part panics")).collect()
        });
        let mut partitions: HashMap<_, BTreeMap<_, _>> = HashMap::new();
        for row in parts.into_iter().collect::<error::Result<Vec<_>>>()?.into_iter().flatten() {
            for precision in Cell::COARSEST..=Cell::FINEST {
                let cell = Cell::at(row.place, precision).key().to_owned();
                partitions.entry(cell).or_default().insert(row.key.clone(), row.clone());
            }
        }
        Ok(Self { partitions, log: Mutex::default() })
    }

    /// Every event once.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Row> {
        let coarsest = self.partitions.iter().filter(|(cell, _)| cell.len() == Cell::COARSEST);
        coarsest.flat_map(|(_, rows)| rows.values())
    }

    /// What was read since this was asked before.
    pub(crate) fn take_readings(&self) -> Vec<Reading> {
        std::mem::take(&mut *self.log.lock().expect("no holder panics")).readings
    }
}

fn row(world: &World, number: u32, circle: &Circle) -> error::Result<Option<Row>> {
    let event = world.event(number)?.event;
    let place = event.place.point();
    let key = format!("{:.0}#{}", event.schedule.starts_at, event.event_id);
    Ok((event.is_listed() && circle.holds(place)).then_some(Row { key, place }))
}

impl Source for Events {
    type Partition = Cell;
    type Row = Row;

    async fn read(&self, read: Read<'_, Cell>) -> Result<Batch<Row>> {
        let round = {
            let mut log = self.log.lock().expect("no holder panics");
            log.round += usize::from(log.under_way == 0);
            log.under_way += 1;
            log.round
        };
        // The other reads of the round begin.
        tokio::task::yield_now().await;
        let bounds = (Bound::Included(read.first), Bound::Included(read.last.to_owned()));
        let partition = self.partitions.get(read.partition.key()).into_iter();
        let rows = partition.flat_map(|rows| rows.range(bounds.clone()));
        let rows: Vec<Row> = rows.take(read.limit).map(|(_, row)| row.clone()).collect();
        let mut log = self.log.lock().expect("no holder panics");
        log.under_way -= 1;
        log.readings.push(Reading { cell: read.partition.clone(), round, rows: rows.clone() });
        let more = rows.len() == read.limit;
        Ok(Batch { rows: rows.into_iter().map(|row| (row.key.clone(), row)).collect(), more })
    }
}
