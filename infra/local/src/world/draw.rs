use std::f64::consts::TAU;
use std::ops::RangeInclusive;

use jiff::Timestamp;
use rand::distr::uniform::{SampleRange, SampleUniform};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

/// What is drawn. The numbers are part of every world: they never change.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub(super) enum Of {
    Event = 1,
    Musician = 2,
    /// Where a musician lives and what they play, which is known of all before anything else.
    Person = 3,
    Venue = 4,
    Participations = 5,
}

/// The drawing of one thing.
pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    /// `number` tells things of a kind apart, `part` the parts of one.
    pub(super) fn new(seed: u64, of: Of, number: u64, part: u64) -> Self {
        let mut key = [0; 32];
        for (bytes, word) in key.chunks_exact_mut(8).zip([seed, of as u64, number, part]) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.0.random_bool(probability)
    }

    pub(super) fn within<T: SampleUniform>(&mut self, range: impl SampleRange<T>) -> T {
        self.0.random_range(range)
    }

    /// One of them, all alike.
    pub(super) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.0.random_range(0..of.len())]
    }

    /// One of the words of a list.
    pub(super) fn word<'a>(&mut self, list: &'a str) -> &'a str {
        let index = self.0.random_range(0..list.split(' ').count());
        list.split(' ').nth(index).unwrap_or_default()
    }

    /// An index into `sums`, the running sums of weights.
    pub(super) fn weighted(&mut self, sums: &[u64]) -> usize {
        let total = sums.last().copied().unwrap_or_default();
        let at = self.0.random_range(0..total.max(1));
        sums.partition_point(|&sum| sum <= at)
    }

    /// Some different indexes into `sums`, the likelier ones more often; fewer where luck wants it.
    pub(super) fn several(&mut self, number: usize, sums: &[u64]) -> Vec<usize> {
        let mut chosen = Vec::with_capacity(number);
        for _ in 0..number {
            let one = self.weighted(sums);
            if !chosen.contains(&one) {
                chosen.push(one);
            }
        }
        chosen
    }

    /// An id that sorts by the time of its making, like those of [`App::new_id`](tunelink::app::App::new_id).
    pub(super) fn id(&mut self, made: Timestamp) -> Uuid {
        let millis = u64::try_from(made.as_millisecond()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &self.0.random()).into_uuid()
    }

    /// A moment within these distances of `from`, in seconds, and in whole milliseconds as a clock gives them.
    pub(super) fn moment(&mut self, from: Timestamp, seconds: RangeInclusive<i64>) -> Timestamp {
        let distance = self.within(seconds.start() * 1000..=seconds.end() * 1000);
        Timestamp::from_millisecond(from.as_millisecond() + distance).unwrap_or(from)
    }

    /// A place around `centre` (degrees): thickest there, and none further away than two and a half times `spread` (km).
    pub(super) fn scatter(&mut self, centre: (f64, f64), spread: f64) -> (f64, f64) {
        // Both coordinates are normally distributed, so that the distance is Rayleigh's.
        let distance = (-2.0 * self.within(f64::EPSILON..1.0).ln()).sqrt().min(2.5);
        self.at_distance(centre, distance * spread)
    }

    /// A place `distance` km from `centre`, in any direction.
    pub(super) fn at_distance(&mut self, (lat, lng): (f64, f64), distance: f64) -> (f64, f64) {
        const KM_PER_DEGREE: f64 = 111.195;
        let (east, north) = self.within(0.0..TAU).sin_cos();
        let lat_there = (lat + distance * north / KM_PER_DEGREE).clamp(-85.0, 85.0);
        let lng_there = lng + distance * east / (KM_PER_DEGREE * lat_there.to_radians().cos());
        (rounded(lat_there), rounded((lng_there + 180.0).rem_euclid(360.0) - 180.0))
    }
}

/// To a millionth of a degree.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

/// The running sums of weights, for [`Draw::weighted`].
pub(super) fn sums(weights: impl IntoIterator<Item = u64>) -> Vec<u64> {
    weights
        .into_iter()
        .scan(0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_depends_on_all_that_names_it_and_on_nothing_else() {
        let first = |seed, of, number, part| Draw::new(seed, of, number, part).within(0..u64::MAX);
        let reference = first(1, Of::Event, 2, 3);
        assert_eq!(first(1, Of::Event, 2, 3), reference);
        for other in [
            first(2, Of::Event, 2, 3),
            first(1, Of::Venue, 2, 3),
            first(1, Of::Event, 3, 3),
            first(1, Of::Event, 2, 4),
        ] {
            assert_ne!(other, reference);
        }
    }

    #[test]
    fn the_likelier_is_drawn_more_often() {
        let mut draw = Draw::new(1, Of::Event, 0, 0);
        let mut drawn = [0; 3];
        for _ in 0..10_000 {
            drawn[draw.weighted(&sums([1, 0, 9]))] += 1;
        }
        assert_eq!(drawn[1], 0);
        assert!((800..1200).contains(&drawn[0]), "{drawn:?}");
    }

    #[test]
    fn places_stay_in_the_ranges_of_degrees_and_within_their_distance() {
        let mut draw = Draw::new(1, Of::Venue, 0, 0);
        for centre in [(48.85, 2.35), (-16.8, 179.999_9), (78.2, 15.6), (0.0, -180.0)] {
            for _ in 0..1000 {
                let (lat, lng) = draw.scatter(centre, 10.0);
                assert!((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lng));
                let east = (lng - centre.1 + 540.0).rem_euclid(360.0) - 180.0;
                let km = (lat - centre.0).hypot(east * centre.0.to_radians().cos()) * 111.195;
                assert!(km < 26.0, "{lat} {lng} is {km} km from {centre:?}");
            }
        }
    }

    #[test]
    fn ids_are_of_version_7_and_tell_their_time() {
        let made: Timestamp = "2026-05-01T12:00:00.123Z".parse().unwrap();
        let id = Draw::new(1, Of::Event, 0, 0).id(made);
        assert_eq!(id.get_version_num(), 7);
        let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
        assert_eq!((seconds, nanos), (made.as_second().unsigned_abs(), 123_000_000));
    }
}
