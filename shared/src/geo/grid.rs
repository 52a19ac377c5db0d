use geohash::{Coord, decode_bbox, encode};

use super::point::{EARTH, HALF_WAY_ROUND, Point, turned};

/// Where the polar buckets begin: an edge between rows of cells at every precision. Beyond it the columns get so
/// narrow that a circle would touch hundreds of cells.
const POLAR: f64 = 73.125;
/// Geohash digits, each of which divides a cell into 32.
const DIGITS: &str = "0123456789bcdefghjkmnpqrstuvwxyz";
/// What a bound gives away in millimetres so that no rounding makes it wrong.
const SAFETY: f64 = 2.0;

/// A cell of the grid: a geohash prefix of 3 to 6 digits (156 km by 156 km to 1.2 km by 0.6 km at the equator), or
/// one of the two caps around the poles, which are the same at every precision.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    key: String,
    south: f64,
    north: f64,
    west: f64,
    east: f64,
}

impl Cell {
    /// The fewest digits of a cell.
    pub const COARSEST: usize = 3;
    /// The most digits of a cell.
    pub const FINEST: usize = 6;

    /// The cell in which a point is filed, and looked for. There is no other way to place a point.
    pub fn at(point: Point, precision: usize) -> Self {
        if point.lat() >= POLAR {
            return Self { key: "N".to_owned(), south: POLAR, north: 90.0, west: -180.0, east: 180.0 };
        }
        if point.lat() <= -POLAR {
            return Self { key: "S".to_owned(), south: -90.0, north: -POLAR, west: -180.0, east: 180.0 };
        }
        let at = Coord { x: point.lng(), y: point.lat() };
        Self::square(encode(at, precision).expect("a point is in range, and so is a precision"))
    }

    /// The geohash digits, or `N` or `S`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// How many digits the cell has; a polar cell counts as one of the coarsest.
    pub fn precision(&self) -> usize {
        self.key.len().max(Self::COARSEST)
    }

    /// The 32 cells of the next precision; none where there are no smaller ones.
    pub fn children(&self) -> Vec<Self> {
        if self.is_polar() || self.precision() == Self::FINEST {
            return Vec::new();
        }
        DIGITS.chars().map(|digit| Self::square(format!("{}{digit}", self.key))).collect()
    }

    /// No point of the cell is nearer than this, in millimetres.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 2·10¹⁰")]
    pub fn nearest(&self, to: Point) -> u64 {
        (self.angle(to) * EARTH - SAFETY).floor().max(0.0) as u64
    }

    /// No point of the cell is farther than this, in millimetres.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 2·10¹⁰")]
    pub fn farthest(&self, to: Point) -> u64 {
        (HALF_WAY_ROUND - self.angle(to.antipode()) * EARTH + SAFETY).ceil() as u64
    }

    /// The cell's area in square kilometres.
    pub fn area(&self) -> f64 {
        let height = self.north.to_radians().sin() - self.south.to_radians().sin();
        (EARTH / 1e6).powi(2) * height * (self.east - self.west).to_radians()
    }

    pub(super) fn is_polar(&self) -> bool {
        self.key.len() == 1
    }

    /// The angle to the nearest point of the cell. Within the cell's longitudes that is straight north or south;
    /// otherwise it is on the edge whose longitude is nearer, because along any parallel the way grows with the
    /// difference in longitude.
    fn angle(&self, to: Point) -> f64 {
        let (past_west, past_east) = (turned(to.lng() - self.west), turned(to.lng() - self.east));
        let within = self.is_polar() || (past_west >= 0.0 && past_west <= self.east - self.west);
        if within {
            return (self.south - to.lat()).max(to.lat() - self.north).max(0.0).to_radians();
        }
        let edge = if past_west.abs() < past_east.abs() { self.west } else { self.east };
        to.angle_to_meridian(edge, self.south, self.north)
    }

    fn square(key: String) -> Self {
        let bounds = decode_bbox(&key).expect("made of geohash digits");
        let (low, high) = (bounds.min(), bounds.max());
        Self { key, south: low.y, north: high.y, west: low.x, east: high.x }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geo::search::world::place;

    fn within(cell: &Cell, north: f64, east: f64) -> Point {
        let lat = cell.south + (cell.north - cell.south) * north;
        Point::new(lat, cell.west + (cell.east - cell.west) * east)
    }

    #[test]
    fn keys_are_geohash_prefixes_and_poles() {
        let skagen = Point::new(57.649_11, 10.407_44);
        assert_eq!(Cell::at(skagen, 6).key(), "u4pruy");
        assert_eq!(Cell::at(skagen, 3).key(), "u4p");
        assert_eq!(Cell::at(Point::new(73.125, 5.0), 6).key(), "N");
        assert_eq!(Cell::at(Point::new(-90.0, 5.0), 3).key(), "S");
        assert_eq!(Cell::at(Point::new(0.0, 180.0), 4).key(), "8000");
    }

    #[test]
    fn the_polar_caps_begin_at_an_edge_of_every_precision() {
        for precision in Cell::COARSEST..=Cell::FINEST {
            let (north, south) =
                (Cell::at(Point::new(73.124_999, 1.0), precision), Point::new(-73.124_999, 1.0));
            assert!((north.north - POLAR).abs() < 1e-12);
            assert!((Cell::at(south, precision).south + POLAR).abs() < 1e-12);
            assert!(Cell::at(Point::new(80.0, 0.0), precision).children().is_empty());
        }
    }

    #[test]
    fn children_divide_their_parent() {
        let parent = Cell::at(Point::new(48.0, 2.0), 4);
        let children = parent.children();
        assert_eq!(children.len(), 32);
        let area: f64 = children.iter().map(Cell::area).sum();
        assert!((area / parent.area() - 1.0).abs() < 1e-9);
        assert!(Cell::at(Point::new(48.0, 2.0), 6).children().is_empty());
    }

    #[test]
    fn all_cells_together_are_the_earth() {
        let caps = [90.0, -90.0].map(|lat| Cell::at(Point::new(lat, 0.0), 3).area());
        let row = |lat: f64| Cell::at(Point::new(lat, 0.0), 3).area() * 256.0;
        let rows: f64 = (0..104).map(|row| f64::from(row) * 1.406_25 - 73.0).map(row).sum();
        let earth = 4.0 * std::f64::consts::PI * 6_371.008_8_f64.powi(2);
        assert!(((caps[0] + caps[1] + rows) / earth - 1.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn the_bounds_hold_and_are_tight(from in place(), to in place(), precision in 3_usize..=6) {
            let cell = Cell::at(to, precision);
            let (nearest, farthest) = (cell.nearest(from), cell.farthest(from));
            let mut ways = vec![from.distance(to)];
            let steps = || (0..=16).map(|step| f64::from(step) / 16.0);
            ways.extend(steps().flat_map(|north| steps().map(move |east| (north, east)))
                .map(|(north, east)| from.distance(within(&cell, north, east))));
            let (least, most) = (*ways.iter().min().unwrap(), *ways.iter().max().unwrap());
            prop_assert!(nearest <= least && most <= farthest, "{nearest} {least} {most} {farthest}");
            // A sample is at most half a step of the grid, both ways, from the nearest and the farthest point.
            let step = within(&cell, 0.0, 0.0).distance(within(&cell, 1.0, 0.0)) / 32
                + Point::new(0.0, cell.west).distance(Point::new(0.0, f64::midpoint(cell.west, cell.east))) / 16 + 10;
            prop_assert!(Cell::at(from, precision) == cell || least - nearest <= step);
            prop_assert!(farthest - most <= step);
        }

        #[test]
        fn a_cell_holds_its_points_at_no_distance(point in place(), precision in 3_usize..=6) {
            prop_assert_eq!(Cell::at(point, precision).nearest(point), 0);
        }
    }
}
