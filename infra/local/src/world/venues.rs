use super::cities::City;
use super::draw::{Draw, Of};
use super::words;

/// A place where music is made.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Venue {
    pub(super) name: String,
    pub(super) address: String,
    /// Degrees (WGS 84).
    pub(super) lat: f64,
    pub(super) lng: f64,
}

/// The countryside of a town has so many barns, gardens and chapels.
const RURAL: u64 = 12;
/// Tells the countryside's venues from the town's.
const OUTSIDE: u64 = 1 << 32;

/// How many venues a place has: 3 in a small town, some seventy in Paris, 350 in the largest city.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "2 to 400")]
pub(super) fn number(city: &City) -> u64 {
    2 + (f64::from(city.population) / 10_000.0).powf(0.75) as u64
}

impl Venue {
    /// One of the venues of a place, some of which are much busier than others.
    pub(super) fn in_town(draw: &mut Draw, seed: u64, city: &City, index: usize) -> Self {
        let number = number(city);
        let (a, b) = (draw.within(0..number), draw.within(0..number));
        Self::of(&mut Draw::new(seed, Of::Venue, index as u64, a.min(b)), city, false)
    }

    /// One of the places in the country around a town.
    pub(super) fn in_the_country(draw: &mut Draw, seed: u64, city: &City, index: usize) -> Self {
        let venue = OUTSIDE + draw.within(0..RURAL);
        Self::of(&mut Draw::new(seed, Of::Venue, index as u64, venue), city, true)
    }

    fn of(draw: &mut Draw, city: &City, rural: bool) -> Self {
        let (lat, lng) = if rural {
            let distance = city.radius() + draw.within(2.0..25.0);
            draw.at_distance(city.centre(), distance)
        } else {
            draw.scatter(city.centre(), city.radius() / 2.5)
        };
        let name = if rural { words::barn(draw, city.french) } else { words::venue(draw, city.french) };
        Self { name, address: words::address(draw, city.french), lat, lng }
    }
}
