use super::{grid::Cell, point::Point};

/// The most cells of a cover, unless the coarsest cells are more.
const CELLS: usize = 12;
/// Columns of the coarsest cells around the earth, and rows from pole to pole.
const COLUMNS: u32 = 256;

/// All points within a distance of a centre.
#[derive(Clone, Copy, Debug)]
pub struct Circle {
    pub centre: Point,
    /// In millimetres; the edge belongs to the circle.
    pub radius: u64,
}

impl Circle {
    /// A radius of at most half-way round the earth.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "millimetres fit, and none is negative"
    )]
    pub fn new(centre: Point, radius_km: f64) -> Self {
        Self { centre, radius: (radius_km * 1e6).round() as u64 }
    }

    pub fn holds(&self, point: Point) -> bool {
        self.centre.distance(point) <= self.radius
    }

    /// Whether a point of the circle can be in the cell. The millimetre is for distances that were rounded.
    pub fn touches(&self, cell: &Cell) -> bool {
        cell.nearest(self.centre) <= self.radius.saturating_add(1)
    }
}

/// The cells in which a circle's points can be: the smallest cells of which at most 12 do, else the coarsest ones.
/// Cells of the circle's bounding box that do not touch the circle itself are left out.
pub fn cover(circle: &Circle) -> Vec<Cell> {
    let mut cells = coarsest(circle);
    for _ in Cell::COARSEST..Cell::FINEST {
        let finer = refine(&cells, circle);
        if finer.len() > CELLS {
            break;
        }
        cells = finer;
    }
    cells
}

fn refine(cells: &[Cell], circle: &Circle) -> Vec<Cell> {
    let smaller = |cell: &Cell| {
        let children = cell.children();
        if children.is_empty() { vec![cell.clone()] } else { children }
    };
    cells.iter().flat_map(smaller).filter(|cell| circle.touches(cell)).collect()
}

/// In each row from the centre's column outwards, to both sides, as long as cells touch the circle.
fn coarsest(circle: &Circle) -> Vec<Cell> {
    let width = 360.0 / f64::from(COLUMNS);
    let caps = [90.0, -90.0].map(|lat| Cell::at(Point::new(lat, 0.0), Cell::COARSEST));
    let mut cells: Vec<_> = caps.into_iter().filter(|cap| circle.touches(cap)).collect();
    let rows = (0..COLUMNS / 2).map(|row| (f64::from(row) + 0.5) * width - 90.0);
    for lat in
        rows.filter(|lat| circle.touches(&Cell::at(Point::new(*lat, circle.centre.lng()), Cell::COARSEST)))
    {
        let column =
            |offset: f64| Cell::at(Point::new(lat, circle.centre.lng() + offset * width), Cell::COARSEST);
        let touches = |cell: &Cell| !cell.is_polar() && circle.touches(cell);
        cells.extend((0..COLUMNS / 2).map(|offset| column(f64::from(offset))).take_while(touches));
        cells.extend((1..=COLUMNS / 2).map(|offset| column(-f64::from(offset))).take_while(touches));
    }
    cells
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::geo::search::world::{near, place, radius};

    #[test]
    fn a_cover_is_tight_and_as_fine_as_twelve_cells_allow() {
        let at = |lat, lng, km: u64| cover(&Circle { centre: Point::new(lat, lng), radius: km * 1_000_000 });
        assert_eq!(at(45.0, 5.0, 0)[0].precision(), 6);
        assert_eq!(at(45.0, 5.0, 1)[0].precision(), 5);
        assert_eq!(at(45.0, 5.0, 200)[0].precision(), 3);
        assert!(at(0.0, 179.99, 10).iter().any(|cell| cell.key().starts_with('8')));
        let mut polar: Vec<_> = at(89.0, 0.0, 200).into_iter().map(|cell| cell.key().to_owned()).collect();
        polar.sort();
        assert_eq!(polar, ["N"]);
    }

    proptest! {
        #[test]
        fn every_point_of_a_circle_is_in_its_cover(centre in place(), radius in radius(), ways in prop::collection::vec(near(), 60)) {
            let circle = Circle { centre, radius };
            let cells = cover(&circle);
            let keys: HashSet<_> = cells.iter().map(Cell::key).collect();
            prop_assert_eq!(keys.len(), cells.len());
            let precision = cells.iter().map(Cell::precision).max().unwrap();
            prop_assert!(precision == 3 || cells.len() <= 12);
            for way in ways {
                let point = way.from(&circle);
                let key = Cell::at(point, precision).key().to_owned();
                prop_assert!(!circle.holds(point) || keys.contains(&*key), "{point:?} in {key}");
            }
        }
    }
}
