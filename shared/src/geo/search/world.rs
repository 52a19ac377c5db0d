//! Synthetic worlds: places where searches go wrong, and tables of rows that are spread over them.

use std::{
    collections::BTreeMap,
    f64::consts::TAU,
    sync::atomic::{AtomicUsize, Ordering},
};

use proptest::prelude::*;

use super::{AT_ONCE, Batch, LONGEST_READ, Placed, Read, Source};
use crate::{
    Result,
    geo::{Cell, Circle, Point, point::EARTH},
};

/// Anywhere, and more often where longitudes wrap, meridians meet, the polar caps begin, or corners of cells are.
pub(in crate::geo) fn place() -> impl Strategy<Value = Point> {
    let at = |(lat, lng)| Point::new(lat, lng);
    let corner = |(row, column, digits): (i32, i32, u32)| {
        let height = 1.406_25 / f64::from(1 << digits);
        Point::new(f64::from(row) * height, f64::from(column) * height)
    };
    prop_oneof![
        (-90.0..90.0, -180.0..180.0).prop_map(at),
        (-75.0..75.0, prop_oneof![179.0..180.0, -180.0..-179.0]).prop_map(at),
        (prop_oneof![88.0..=90.0, -90.0..=-88.0], -180.0..180.0).prop_map(at),
        (prop_oneof![72.5..74.0, -74.0..-72.5], -180.0..180.0).prop_map(at),
        (-0.5..0.5, prop_oneof![-0.5..0.5, 10.0..11.0]).prop_map(at),
        (-52..=52, -128..128, 0_u32..10).prop_map(corner),
    ]
}

/// 0.5 to 200 km in millimetres, every order of magnitude as often.
pub(in crate::geo) fn radius() -> impl Strategy<Value = u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive")]
    (0.0..=1.0).prop_map(|share: f64| (500_000.0 * 400_f64.powf(share)) as u64)
}

/// A way from a circle's centre: a bearing, and a share of the radius.
#[derive(Clone, Copy, Debug)]
pub(in crate::geo) struct Way {
    bearing: f64,
    share: f64,
}

/// In the circle, at its edge, and a little beyond.
pub(in crate::geo) fn near() -> impl Strategy<Value = Way> {
    let share = prop_oneof![3 => 0.0..1.1, 1 => 0.999_999..1.000_001, 1 => Just(0.3), 1 => 0.0..0.01];
    let bearing =
        prop_oneof![4 => 0.0..TAU, 1 => (0_u8..4).prop_map(|quarter| f64::from(quarter) * TAU / 4.0)];
    (bearing, share).prop_map(|(bearing, share)| Way { bearing, share })
}

impl Way {
    #[expect(clippy::cast_precision_loss, reason = "a radius is far below 2⁵³")]
    pub(in crate::geo) fn from(self, circle: &Circle) -> Point {
        let (way_sin, way_cos) = (circle.radius as f64 * self.share / EARTH).sin_cos();
        let (sin, cos) = circle.centre.lat().to_radians().sin_cos();
        let lat = (sin * way_cos + cos * way_sin * self.bearing.cos()).clamp(-1.0, 1.0).asin();
        let turn = (self.bearing.sin() * way_sin * cos).atan2(way_cos - sin * lat.sin());
        Point::new(lat.to_degrees(), circle.centre.lng() + turn.to_degrees())
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) id: usize,
    pub(super) place: Point,
    /// What filters look at.
    pub(super) kind: u8,
}

impl Placed for Row {
    fn place(&self) -> Point {
        self.place
    }
}

/// Sorted partitions by their names.
#[derive(Default)]
pub(super) struct Table {
    partitions: BTreeMap<String, BTreeMap<String, Row>>,
    running: AtomicUsize,
}

impl Table {
    pub(super) fn put(&mut self, partition: &str, key: &str, row: &Row) {
        let rows = self.partitions.entry(partition.to_owned()).or_default();
        assert!(rows.insert(key.to_owned(), row.clone()).is_none(), "{key} is taken");
    }

    /// As DynamoDB answers: a read that ends with its limit does not know whether there is more.
    pub(super) async fn read<P>(&self, partition: &str, read: Read<'_, P>) -> Result<Batch<Row>> {
        assert!(*read.first <= *read.last && (1..=LONGEST_READ).contains(&read.limit), "{}", read.first);
        assert!(self.running.fetch_add(1, Ordering::Relaxed) < AT_ONCE);
        tokio::task::yield_now().await;
        self.running.fetch_sub(1, Ordering::Relaxed);
        let rows = self.partitions.get(partition).into_iter();
        let rows = rows.flat_map(|rows| rows.range(read.first.clone()..=read.last.to_owned()));
        let rows: Vec<_> = rows.take(read.limit).map(|(key, row)| (key.clone(), row.clone())).collect();
        let more = rows.len() == read.limit;
        Ok(Batch { rows, more })
    }
}

/// A partition per cell of each precision, sorted by time.
pub(super) struct Events(pub(super) Table);

impl Events {
    pub(super) fn new<'a>(rows: impl IntoIterator<Item = (&'a String, &'a Row)>) -> Self {
        let mut table = Table::default();
        for (key, row) in rows {
            let mut cells: Vec<_> =
                (Cell::COARSEST..=Cell::FINEST).map(|digits| Cell::at(row.place, digits)).collect();
            cells.dedup();
            for cell in cells {
                table.put(cell.key(), key, row);
            }
        }
        Self(table)
    }
}

impl Source for Events {
    type Partition = Cell;
    type Row = Row;

    async fn read(&self, read: Read<'_, Cell>) -> Result<Batch<Row>> {
        self.0.read(read.partition.key(), read).await
    }
}

/// A partition per coarsest cell, sorted by geohash.
pub(super) struct People(pub(super) Table);

impl People {
    pub(super) fn key(row: &Row) -> String {
        let at = geohash::Coord { x: row.place.lng(), y: row.place.lat() };
        format!("{}#{:06}", geohash::encode(at, 9).unwrap(), row.id)
    }

    pub(super) fn new<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut table = Table::default();
        for row in rows {
            table.put(Cell::at(row.place, Cell::COARSEST).key(), &Self::key(row), row);
        }
        Self(table)
    }
}

impl Source for People {
    type Partition = Cell;
    type Row = Row;

    async fn read(&self, read: Read<'_, Cell>) -> Result<Batch<Row>> {
        let partition = &read.partition.key()[..read.partition.key().len().min(Cell::COARSEST)];
        self.0.read(partition, read).await
    }
}

/// A partition per month, sorted by time.
#[derive(Default)]
pub(super) struct Calendar(pub(super) Table);

impl Source for Calendar {
    type Partition = String;
    type Row = Row;

    async fn read(&self, read: Read<'_, String>) -> Result<Batch<Row>> {
        self.0.read(read.partition, read).await
    }
}
