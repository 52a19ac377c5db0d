use jiff::Timestamp;
use tunelink::domain::{Event, Level, Participation, ParticipationStatus, Seats, Slug};

use super::World;
use super::draw::{Draw, Of};

/// How many want to take part.
enum Interest {
    None,
    Some,
    /// More than there is room for, where it is small.
    Great,
}

impl World {
    /// Those who sign up, one after the other, as the seats allow; the seats count them.
    pub(super) fn participations(
        &self,
        number: u32,
        city: usize,
        organiser: u32,
        event: &Event,
        seats: &mut Seats,
    ) -> Vec<Participation> {
        let mut draw = Draw::new(self.plan.seed, Of::Participations, u64::from(number), 0);
        let interest = match draw.within(0..100) {
            0..50 => Interest::None,
            50..90 => Interest::Some,
            _ => Interest::Great,
        };
        let attempts = match interest {
            Interest::None => return Vec::new(),
            Interest::Some => draw.within(1..=5),
            Interest::Great => draw.within(8..=16),
        };
        let mut times: Vec<Timestamp> = (0..attempts).map(|_| self.joining(&mut draw, event)).collect();
        times.sort_unstable();
        let around = self.people.around(city, &self.cities, 20);
        let mut there = vec![organiser];
        let mut parts = Vec::new();
        for joined_at in times {
            let Some((person, instrument, level)) = self.candidate(&mut draw, around, &there, seats) else {
                continue;
            };
            let mut part = Participation {
                event_id: event.event_id,
                user_id: self.identity(person).user_id,
                instrument_id: instrument,
                level,
                status: ParticipationStatus::Pending,
                joined_at,
                waiting_since: None,
                attended: None,
                settled_at: None,
            };
            if event.needs_approval && draw.chance(0.4) {
                if draw.chance(0.3) {
                    part.lose(ParticipationStatus::Declined);
                }
            } else if let Ok(place) = seats.join(&part.instrument_id) {
                part.take(place, joined_at);
            } else {
                continue;
            }
            if event.schedule.starts_at < self.plan.now && part.status == ParticipationStatus::Going {
                part.attended = draw.chance(0.5).then(|| draw.chance(0.9));
            }
            there.push(person);
            parts.push(part);
        }
        parts
    }

    /// After the announcement, before the beginning, and not in the future.
    fn joining(&self, draw: &mut Draw, event: &Event) -> Timestamp {
        let last = event.schedule.starts_at.min(self.plan.now);
        let millis = draw.within(event.created_at.as_millisecond()..last.as_millisecond());
        Timestamp::from_millisecond(millis).unwrap_or(last)
    }

    /// Somebody nearby who plays what is asked for and is not there yet.
    fn candidate(
        &self,
        draw: &mut Draw,
        around: &[u32],
        there: &[u32],
        seats: &Seats,
    ) -> Option<(u32, Slug, Level)> {
        const TRIES: usize = 10;
        let anything = seats.wanted().next().is_none();
        for _ in 0..TRIES {
            let number = *draw.one(around);
            if there.contains(&number) {
                continue;
            }
            let played = &self.people.get(number).instruments;
            let fitting = played.iter().find(|(id, _)| anything || seats.slots(id).wanted.is_some());
            if let Some((instrument, level)) = fitting {
                return Some((number, instrument.clone(), *level));
            }
        }
        None
    }
}
