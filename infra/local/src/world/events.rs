use jiff::Timestamp;
use tunelink::domain::{
    Address, City, Event, EventId, EventStatus, EventText, EventType, Organiser, Participation, Place,
    Schedule, Seats, Slug, Title, Visibility,
};

use super::draw::{Draw, Of, sums};
use super::{Venue, World, schedule, words};
use crate::error::{Error, Result};

/// An event with what its announcement says, and those who want to take part.
#[derive(Clone, Debug, PartialEq)]
pub struct Announced {
    pub event: Event,
    pub text: Option<EventText>,
    /// Where everybody in `parts` is counted.
    pub seats: Seats,
    pub parts: Vec<Participation>,
}

/// How common each type is, in percent.
const KINDS: [(EventType, u64); 6] = [
    (EventType::Jam, 30),
    (EventType::Rehearsal, 20),
    (EventType::Concert, 25),
    (EventType::OpenMic, 12),
    (EventType::Workshop, 9),
    (EventType::Other, 4),
];

const DAY: i64 = 24 * 60 * 60;

impl World {
    /// The event of this number, whatever the plan's number of events is.
    pub fn event(&self, number: u32) -> Result<Announced> {
        let mut draw = Draw::new(self.plan.seed, Of::Event, u64::from(number), 0);
        let kind = KINDS[draw.weighted(&sums(KINDS.iter().map(|(_, share)| *share)))].0;
        let (city, venue) = self.somewhere(&mut draw);
        let town = &self.cities.all()[city];
        let schedule = schedule::draw(&mut draw, kind, &town.zone, self.plan.now)?;
        let style = self.music.style(&mut draw);
        let number_of_genres = *draw.one(&[0, 1, 1, 1, 1, 2, 2, 2, 3, 5]);
        let genres = self.music.genres(&mut draw, style, number_of_genres);
        let created_at = self.announced_at(&mut draw, &schedule);
        let organiser = *draw.one(self.people.around(city, &self.cities, 1));
        let identity = self.identity(organiser);
        let subject = words::Subject {
            kind,
            french: town.french,
            genre: genres.first().map(|genre| self.music.name(genre, town.french)),
            city: &town.name,
            venue: &venue.name,
        };
        let title = fits(Title::new(words::title(&mut draw, &subject)), "title")?;
        let text = words::description(&mut draw, kind, town.french);
        let text = text.map(|text| fits(EventText::new(text), "description")).transpose()?;
        let capacity = capacity(&mut draw, kind);
        let wanted = self.wanted(&mut draw, kind, style, capacity);
        let event = Event {
            event_id: EventId(draw.id(created_at)),
            organiser: Organiser { user_id: identity.user_id, username: Some(identity.username) },
            title,
            r#type: kind,
            status: EventStatus::Published,
            visibility: if draw.chance(0.03) { Visibility::Unlisted } else { Visibility::Public },
            needs_approval: draw.chance(0.08),
            schedule,
            place: Place {
                lat: venue.lat,
                lng: venue.lng,
                address: Address::new(format!("{}, {}", venue.name, venue.address)),
                city: fits(City::new(&town.name), "city")?,
            },
            image_url: None,
            genres,
            cancellation: None,
            published_at: Some(created_at),
            created_at,
            updated_at: created_at,
            version: 1,
        };
        let mut seats = Seats::new(capacity, wanted);
        let parts = self.participations(number, city, organiser, &event, &mut seats);
        Ok(Announced { event, text, seats, parts })
    }

    /// A place, as likely as it has people; in small towns and in the country there are events, too.
    fn somewhere(&self, draw: &mut Draw) -> (usize, Venue) {
        let (seed, cities) = (self.plan.seed, &self.cities);
        let share: f64 = draw.within(0.0..1.0);
        let city = if share < 0.85 { cities.by_population(draw) } else { cities.any(draw) };
        let town = &cities.all()[city];
        let venue = if share < 0.93 {
            Venue::in_town(draw, seed, town, city)
        } else {
            Venue::in_the_country(draw, seed, town, city)
        };
        (city, venue)
    }

    /// One to ninety days before it begins, and not in the future.
    fn announced_at(&self, draw: &mut Draw, schedule: &Schedule) -> Timestamp {
        let announced = draw.moment(schedule.starts_at, -90 * DAY..=-DAY);
        if announced < self.plan.now { announced } else { draw.moment(self.plan.now, -14 * DAY..=-60) }
    }

    /// The instruments that the event asks for; all of them together have seats.
    fn wanted(
        &self,
        draw: &mut Draw,
        kind: EventType,
        style: usize,
        capacity: Option<u32>,
    ) -> Vec<(Slug, u32)> {
        let (instruments, each) = match kind {
            EventType::Jam => (draw.within(0..=6), 3),
            EventType::Rehearsal => (draw.within(1..=4), 2),
            EventType::Concert => (draw.within(0..=5_usize).saturating_sub(3), 1),
            EventType::OpenMic => (draw.within(0..=2), 8),
            EventType::Workshop => (draw.within(0..=3), 8),
            EventType::Other => (draw.within(0..=8), 2),
        };
        let mut left = capacity.unwrap_or(u32::MAX);
        let mut wanted = Vec::new();
        for instrument in self.music.instruments(draw, style, instruments) {
            let number = draw.within(1..=each).min(left);
            left -= number;
            if number > 0 {
                wanted.push((instrument, number));
            }
        }
        wanted
    }
}

fn capacity(draw: &mut Draw, kind: EventType) -> Option<u32> {
    if draw.chance(0.1) {
        return None;
    }
    Some(match kind {
        EventType::Jam => draw.within(6..=40),
        EventType::Rehearsal => draw.within(2..=16),
        // Most rooms are small, and a few are halls.
        EventType::Concert if draw.chance(0.05) => draw.within(500..=5000),
        EventType::Concert => draw.within(20..=300),
        EventType::OpenMic => draw.within(15..=80),
        EventType::Workshop => draw.within(4..=30),
        EventType::Other => draw.within(8..=120),
    })
}

fn fits<T>(text: Option<T>, what: &str) -> Result<T> {
    text.ok_or_else(|| Error::World(format!("a {what} that no event can have")))
}
