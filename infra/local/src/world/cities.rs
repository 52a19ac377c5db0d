use std::collections::HashMap;
use std::ops::Range;

use jiff::tz::TimeZone;
use serde::Deserialize;
use tunelink::geo::{Circle, Point};

use super::draw::{Draw, sums};
use crate::error::{Error, Result};

/// Places of the world, from `GeoNames` (CC BY 4.0, <https://www.geonames.org/>); `data/README.md` has the details.
const CITIES: &str = include_str!("../../data/cities.csv");

/// How far the region of a town reaches.
const REGION_KM: f64 = 100.0;

/// A place where people live.
#[derive(Clone, Debug)]
pub struct City {
    pub name: String,
    /// ISO 3166-1, two letters.
    pub country: String,
    /// The language of what is written there.
    pub french: bool,
    /// Degrees (WGS 84).
    pub lat: f64,
    pub lng: f64,
    pub population: u32,
    pub zone: TimeZone,
}

/// All places, by country and in it by falling population.
pub struct Cities {
    all: Vec<City>,
    people: Vec<u64>,
    countries: HashMap<String, Range<usize>>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    country: String,
    admin1: String,
    latitude: f64,
    longitude: f64,
    population: u32,
    time_zone: String,
}

impl Cities {
    /// All of them, or those of the region of the largest town of a name.
    pub(super) fn load(around: Option<&str>) -> Result<Self> {
        let rows = csv::Reader::from_reader(CITIES.as_bytes()).into_deserialize();
        let mut all = rows.map(|row| row.map_err(unusable).and_then(city)).collect::<Result<Vec<_>>>()?;
        if let Some(name) = around {
            let named = all.iter().filter(|city| city.name.eq_ignore_ascii_case(name));
            let town = named.max_by_key(|city| city.population);
            let town = town.ok_or_else(|| Error::World(format!("no town is called {name}")))?;
            let region = Circle::new(Point::new(town.lat, town.lng), REGION_KM);
            all.retain(|city| region.holds(Point::new(city.lat, city.lng)));
        }
        Ok(Self::new(all))
    }

    fn new(mut all: Vec<City>) -> Self {
        // Stable: within a country they stay in their order.
        all.sort_by(|a, b| a.country.cmp(&b.country));
        let people = sums(all.iter().map(|city| u64::from(city.population.max(1))));
        let mut countries: HashMap<String, Range<usize>> = HashMap::new();
        for (index, city) in all.iter().enumerate() {
            countries.entry(city.country.clone()).or_insert(index..index).end = index + 1;
        }
        Self { all, people, countries }
    }

    pub fn all(&self) -> &[City] {
        &self.all
    }

    /// The places of the same country.
    pub(super) fn compatriots(&self, index: usize) -> Range<usize> {
        self.countries[&self.all[index].country].clone()
    }

    /// A place, as likely as it has people.
    pub(super) fn by_population(&self, draw: &mut Draw) -> usize {
        draw.weighted(&self.people)
    }

    /// Any place, nearly always a small one.
    pub(super) fn any(&self, draw: &mut Draw) -> usize {
        draw.within(0..self.all.len())
    }
}

impl City {
    /// About how far its houses reach from the centre, in km: as if 5,000 people lived on a square kilometre.
    pub fn radius(&self) -> f64 {
        (f64::from(self.population.max(5000)) / (5000.0 * std::f64::consts::PI)).sqrt()
    }

    pub fn centre(&self) -> (f64, f64) {
        (self.lat, self.lng)
    }
}

fn city(row: Row) -> Result<City> {
    let zone = TimeZone::get(&row.time_zone).map_err(unusable)?;
    Ok(City {
        french: speaks_french(&row.country, &row.admin1),
        name: row.name,
        country: row.country,
        lat: row.latitude,
        lng: row.longitude,
        population: row.population,
        zone,
    })
}

/// Where announcements are in French: where most people speak it or most is written in it.
fn speaks_french(country: &str, admin1: &str) -> bool {
    const QUEBEC: &str = "10";
    const BELGIUM: [&str; 2] = ["BRU", "WAL"];
    const ROMANDY: [&str; 6] = ["FR", "GE", "JU", "NE", "VD", "VS"];
    const COUNTRIES: [&str; 26] = [
        "FR", "MC", "LU", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF", "SN", "CI", "ML",
        "BF", "TG", "BJ", "GA", "CG", "CD", "GN", "HT", "NE",
    ];
    match country {
        "CA" => admin1 == QUEBEC,
        "BE" => BELGIUM.contains(&admin1),
        "CH" => ROMANDY.contains(&admin1),
        _ => COUNTRIES.contains(&country),
    }
}

fn unusable(cause: impl std::fmt::Display) -> Error {
    Error::World(format!("data/cities.csv: {cause}"))
}
