use std::f64::consts::PI;

/// The mean radius of the earth in millimetres (R₁ of the IUGG, Moritz 2000: 6,371,008.8 m).
pub(super) const EARTH: f64 = 6_371_008_800.0;

/// A place on the earth, in degrees (WGS 84): latitude -90 to 90, longitude -180 to just under 180.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    lat: f64,
    lng: f64,
}

impl Point {
    /// Any longitude is brought into range by whole turns; a latitude beyond a pole is the pole.
    pub fn new(lat: f64, lng: f64) -> Self {
        Self { lat: lat.clamp(-90.0, 90.0), lng: turned(lng) }
    }

    pub fn lat(self) -> f64 {
        self.lat
    }

    pub fn lng(self) -> f64 {
        self.lng
    }

    /// The way to another point along the great circle, in whole millimetres, on a sphere of the earth's mean
    /// radius. At most half a percent off the way on the ellipsoid.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 2·10¹⁰")]
    pub fn distance(self, other: Self) -> u64 {
        (self.angle(other) * EARTH).round() as u64
    }

    /// The angle between two points in radians. By Vincenty's formula for a sphere, which is exact to a nanometre both
    /// for neighbours and for antipodes.
    pub(super) fn angle(self, other: Self) -> f64 {
        let (sin, cos) = self.lat.to_radians().sin_cos();
        let (other_sin, other_cos) = other.lat.to_radians().sin_cos();
        let (turn_sin, turn_cos) = (other.lng - self.lng).to_radians().sin_cos();
        let across = (other_cos * turn_sin).hypot(cos * other_sin - sin * other_cos * turn_cos);
        across.atan2(sin * other_sin + cos * other_cos * turn_cos)
    }

    /// The angle to the nearest point of the piece of a meridian between two latitudes.
    pub(super) fn angle_to_meridian(self, lng: f64, south: f64, north: f64) -> f64 {
        let (sin, cos) = self.lat.to_radians().sin_cos();
        let (turn_sin, turn_cos) = (lng - self.lng).to_radians().sin_cos();
        let foot = sin.atan2(cos * turn_cos).to_degrees();
        if (south..=north).contains(&foot) {
            (cos * turn_sin).abs().atan2(sin.hypot(cos * turn_cos))
        } else {
            let end = |lat| self.angle(Self { lat, lng });
            end(south).min(end(north))
        }
    }

    pub(super) fn antipode(self) -> Self {
        Self { lat: -self.lat, lng: turned(self.lng + 180.0) }
    }
}

/// A longitude or a difference of longitudes, -180 to just under 180.
pub(super) fn turned(degrees: f64) -> f64 {
    if (-180.0..180.0).contains(&degrees) {
        return degrees;
    }
    let turned = (degrees + 180.0).rem_euclid(360.0) - 180.0;
    // A sum that rounds up to the full turn.
    if turned < 180.0 { turned } else { -180.0 }
}

/// Half the earth's circumference in millimetres: no two points are farther apart.
pub(super) const HALF_WAY_ROUND: f64 = EARTH * PI;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_distances() {
        let (paris, london) = (Point::new(48.8566, 2.3522), Point::new(51.5074, -0.1278));
        assert_eq!(paris.distance(london) / 1_000_000, 343);
        let degree = (EARTH.to_radians()).round();
        for (from, to) in
            [((0.0, 0.0), (0.0, 1.0)), ((0.0, 179.5), (0.0, -179.5)), ((89.5, 0.0), (89.5, 180.0))]
        {
            let way = Point::new(from.0, from.1).distance(Point::new(to.0, to.1));
            assert_eq!(way.to_string(), degree.to_string());
        }
    }

    #[test]
    fn a_longitude_is_brought_into_range() {
        for (given, lng) in
            [(180.0, -180.0), (-180.0, -180.0), (540.0, -180.0), (190.0, -170.0), (-725.0, -5.0)]
        {
            assert!((Point::new(0.0, given).lng() - lng).abs() < 1e-12, "{given}");
        }
        assert!(Point::new(0.0, -180.000_000_000_000_03).lng() < 180.0);
    }

    proptest! {
        #[test]
        fn a_millimetre_is_told_apart(lat in -89.9..89.9, lng in -180.0..180.0, mm in 0_u32..2_000) {
            let north = lat + (f64::from(mm) / EARTH).to_degrees();
            prop_assert_eq!(Point::new(lat, lng).distance(Point::new(north, lng)), u64::from(mm));
        }

        #[test]
        fn the_ways_to_a_point_and_to_its_antipode_make_half_a_turn(
            lat in -90.0..90.0, lng in -180.0..180.0, to_lat in -90.0..90.0, to_lng in -180.0..180.0, near in any::<bool>(),
        ) {
            let from = Point::new(lat, lng);
            let scale = if near { 1e-6 } else { 1.0 };
            let to = Point::new(lat + (to_lat - lat) * scale, lng + (to_lng - lng) * scale);
            prop_assert_eq!(from.distance(to), to.distance(from));
            let both = from.distance(to) + from.antipode().distance(to);
            prop_assert!(both.abs_diff(20_015_114_442) <= 1, "{}", both);
        }
    }
}
