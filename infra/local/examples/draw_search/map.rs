//! From degrees to the units of a picture.

use geohash::decode_bbox;
use tunelink::geo::{Cell, Point};

/// Kilometres in a degree of latitude.
const DEGREE: f64 = 111.195;

/// A square map with north at the top: equirectangular, which at this size is as good as any other.
pub(crate) struct Map {
    centre: Point,
    /// Of the map, in units of the picture.
    pub(crate) size: f64,
    /// Units in a kilometre.
    pub(crate) scale: f64,
}

/// A rectangle on the map.
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Map {
    /// A map that reaches so many kilometres from its centre.
    pub(crate) fn new(centre: Point, size: f64, reach: f64) -> Self {
        Self { centre, size, scale: size / 2.0 / reach }
    }

    pub(crate) fn at(&self, point: Point) -> (f64, f64) {
        let east = (point.lng() - self.centre.lng()) * self.centre.lat().to_radians().cos();
        let north = point.lat() - self.centre.lat();
        let half = self.size / 2.0;
        (half + east * DEGREE * self.scale, half - north * DEGREE * self.scale)
    }

    /// Whether a point lies on the map, and so far from its edge.
    pub(crate) fn shows(&self, (x, y): (f64, f64), margin: f64) -> bool {
        let inside = margin..=self.size - margin;
        inside.contains(&x) && inside.contains(&y)
    }

    /// The part of a cell that lies on the map.
    pub(crate) fn frame(&self, cell: &Cell) -> Option<Frame> {
        let bounds = decode_bbox(cell.key()).ok()?;
        let (low, high) = (bounds.min(), bounds.max());
        let (left, bottom) = self.at(Point::new(low.y, low.x));
        let (right, top) = self.at(Point::new(high.y, high.x));
        let on = |value: f64| value.clamp(0.0, self.size);
        let frame = Frame { left: on(left), top: on(top), right: on(right), bottom: on(bottom) };
        (frame.width() > 0.0 && frame.height() > 0.0).then_some(frame)
    }
}

impl Frame {
    pub(crate) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(crate) fn height(&self) -> f64 {
        self.bottom - self.top
    }
}
