//! A plausible world: musicians who live in the real cities of the world, and the events that they announce there.
//!
//! **Reproducible.** Every thing of a world is drawn from a generator of its own, keyed by the seed, the kind of
//! thing and its number. So nothing depends on what was drawn before: the same plan and the same `now` give
//! the same world, in whatever order and on however many threads it is made, and the first thousand events are the
//! same whether a thousand are asked for or a million. What depends on how many musicians there are, is who
//! organises an event.
//!
//! Two things could change a world of a seed: another version of `rand`, which may draw differently from the same
//! generator, and another mathematical library, whose sines may differ in their last digit. `Cargo.lock` holds the
//! first, and coordinates are rounded to a millionth of a degree (11 cm).

mod cities;
mod draw;
mod events;
pub mod load;
mod music;
mod musicians;
mod names;
mod participations;
mod people;
mod schedule;
mod venues;
mod words;

use jiff::Timestamp;

pub use self::{
    cities::{Cities, City},
    events::Announced,
    musicians::Musician,
};
use self::{music::Music, people::People, venues::Venue};
use crate::error::Result;

/// What a world is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub seed: u64,
    pub events: u32,
    /// At least one, for somebody has to organise the events; at most [`Plan::MOST_MUSICIANS`].
    pub musicians: u32,
    /// The present of that world: a quarter of the events begin after it.
    pub now: Timestamp,
    /// Only the region of this town: everything within 100 km of it.
    pub around: Option<String>,
}

impl Plan {
    /// Their numbers have to fit in a username.
    pub const MOST_MUSICIANS: u32 = 1_000_000;

    /// The same with a number of musicians that is possible.
    #[must_use]
    pub fn checked(self) -> Self {
        Self { musicians: self.musicians.clamp(1, Self::MOST_MUSICIANS), ..self }
    }
}

/// A world, made as it is asked for.
pub struct World {
    plan: Plan,
    cities: Cities,
    music: Music,
    people: People,
}

impl World {
    pub fn new(plan: Plan) -> Result<Self> {
        let plan = plan.checked();
        let (cities, music) = (Cities::load(plan.around.as_deref())?, Music::load()?);
        let people = People::settle(plan.seed, plan.musicians, &cities, &music);
        Ok(Self { plan, cities, music, people })
    }

    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    pub const fn cities(&self) -> &Cities {
        &self.cities
    }

    pub fn musicians(&self) -> impl Iterator<Item = Musician> {
        (0..self.plan.musicians).map(|number| self.musician(number))
    }

    pub fn events(&self) -> impl Iterator<Item = Result<Announced>> {
        (0..self.plan.events).map(|number| self.event(number))
    }
}

#[cfg(test)]
mod tests;
