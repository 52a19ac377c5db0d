use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::one_line;

/// Where someone lives. It is kept no more precisely than its geohash cell of precision 6 (about 1.2 km by
/// 0.6 km), and shown to others no more precisely than one of precision 5 (about 5 km).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "lat": 48.8867, "lng": 2.3431, "city": "Paris" }))]
pub struct Home {
    /// Degrees north (WGS 84).
    #[garde(range(min = -90.0, max = 90.0))]
    pub lat: f64,
    /// Degrees east (WGS 84).
    #[garde(range(min = -180.0, max = 180.0))]
    pub lng: f64,
    #[garde(length(chars, min = 1, max = 100), custom(one_line))]
    pub city: String,
}

/// A latitude in the last row of cells, in degrees.
const NORTHERNMOST: f64 = 89.999_999;

impl Home {
    /// The same at the centre of its geohash cell.
    #[must_use]
    pub fn snapped(&self, precision: usize) -> Self {
        // The crate takes the north pole for the south pole: its latitudes end just below 90.
        let at = geohash::Coord { x: self.lng, y: self.lat.min(NORTHERNMOST) };
        let cell = geohash::encode(at, precision).and_then(|hash| geohash::decode(&hash));
        // Encoding fails only outside of the ranges that were checked.
        let (centre, ..) = cell.unwrap_or((at, 0.0, 0.0));
        Self { lat: centre.y, lng: centre.x, city: self.city.clone() }
    }

    /// As it is kept.
    #[must_use]
    pub fn kept(&self) -> Self {
        self.snapped(6)
    }

    /// As others see it.
    #[must_use]
    pub fn shown(&self) -> Self {
        self.snapped(5)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_ends_of_the_globe_stay_where_they_are() {
        let kept = |lat, lng| Home { lat, lng, city: "X".into() }.kept();
        for (lat, lng) in [(90.0, 0.0), (-90.0, 0.0), (90.0, 180.0), (-90.0, -180.0), (0.0, 180.0)] {
            let Home { lat: kept_lat, lng: kept_lng, .. } = kept(lat, lng);
            assert!((kept_lat - lat).abs() <= 0.0028, "{lat} {kept_lat}");
            // One meridian has two names.
            let apart = (kept_lng - lng).abs();
            assert!(apart.min(360.0 - apart) <= 0.0056, "{lng} {kept_lng}");
        }
    }

    proptest! {
        #[test]
        fn a_kept_home_is_near_the_real_one_and_gives_no_more_away(lat in -90.0..=90.0f64, lng in -180.0..=180.0f64) {
            let home = Home { lat, lng, city: "X".into() };
            let kept = home.kept();
            prop_assert!((kept.lat - lat).abs() <= 0.0028 && (kept.lng - lng).abs() <= 0.0056);
            prop_assert_eq!(kept.kept(), kept.clone());
            prop_assert_eq!(kept.shown(), home.shown());
        }
    }
}
