use std::ops::Range;

use tunelink::domain::{Level, Slug};

use super::cities::Cities;
use super::draw::{Draw, Of};
use super::music::Music;

/// Who lives where and plays what: all that the events have to know of the musicians.
pub(super) struct People {
    people: Vec<Person>,
    /// Everybody's numbers, by place and so by country, too.
    by_place: Vec<u32>,
}

pub(super) struct Person {
    /// Index of the place.
    pub(super) city: usize,
    /// What they mostly play.
    pub(super) style: usize,
    pub(super) instruments: Vec<(Slug, Level)>,
}

impl People {
    pub(super) fn settle(seed: u64, number: u32, cities: &Cities, music: &Music) -> Self {
        let people: Vec<Person> =
            (0..number).map(|number| Person::draw(seed, number, cities, music)).collect();
        let mut by_place: Vec<u32> = (0..number).collect();
        by_place.sort_by_key(|&number| people[number as usize].city);
        Self { people, by_place }
    }

    pub(super) fn get(&self, number: u32) -> &Person {
        &self.people[number as usize]
    }

    /// The numbers of those who live nearby: in the place, or else in the country, or else anywhere.
    pub(super) fn around(&self, city: usize, cities: &Cities, enough: usize) -> &[u32] {
        let locals = self.living_in(city..city + 1);
        if locals.len() >= enough {
            return locals;
        }
        let compatriots = self.living_in(cities.compatriots(city));
        if compatriots.len() >= enough { compatriots } else { &self.by_place }
    }

    fn living_in(&self, places: Range<usize>) -> &[u32] {
        let before = |city: usize| self.by_place.partition_point(|&number| self.get(number).city < city);
        &self.by_place[before(places.start)..before(places.end)]
    }
}

impl Person {
    fn draw(seed: u64, number: u32, cities: &Cities, music: &Music) -> Self {
        let mut draw = Draw::new(seed, Of::Person, u64::from(number), 0);
        // More people make music in the villages than their numbers say.
        let city = if draw.chance(0.9) { cities.by_population(&mut draw) } else { cities.any(&mut draw) };
        let style = music.style(&mut draw);
        let number = *draw.one(&[1, 1, 1, 2, 2, 3, 4]);
        let instruments = music.instruments(&mut draw, style, number);
        let instruments = instruments.into_iter().map(|instrument| (instrument, level(&mut draw))).collect();
        Self { city, style, instruments }
    }
}

fn level(draw: &mut Draw) -> Level {
    const LEVELS: [Level; 10] = [
        Level::Beginner,
        Level::Beginner,
        Level::Intermediate,
        Level::Intermediate,
        Level::Intermediate,
        Level::Intermediate,
        Level::Advanced,
        Level::Advanced,
        Level::Advanced,
        Level::Professional,
    ];
    *draw.one(&LEVELS)
}
