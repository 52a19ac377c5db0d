//! How many can take part in an event, and with which instruments.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Slug;

/// Who has a place where no capacity is given.
pub const MAX_CAPACITY: u32 = 10_000;
/// The most instruments that an event can want.
pub const MAX_WANTED: usize = 20;

/// The seats of an event and its slots, one kind for each instrument. A slot is of use only with a seat.
///
/// Where no instrument is wanted in particular, everyone is welcome with theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seats {
    pub capacity: Option<u32>,
    /// Participants who have a seat.
    pub taken: u32,
    /// Participants on the waiting list.
    pub waiting: u32,
    // DynamoDB Local's streams tell of an empty map in a way that the SDK cannot read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub instruments: BTreeMap<Slug, Slots>,
}

/// The slots for one instrument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slots {
    /// `None` when nobody asked for this instrument.
    pub wanted: Option<u32>,
    pub taken: u32,
    pub waiting: u32,
}

/// What somebody got who asked for a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Seat,
    WaitingList,
}

/// Why a change of places is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The event wants other instruments.
    NotWanted,
    /// All slots for the instrument are taken.
    NoSlot,
    /// So many are taken already.
    Taken(u32),
    /// The event wants as many instruments as it can.
    TooMany,
}

impl Seats {
    /// Nobody there yet.
    pub fn new(capacity: Option<u32>, wanted: impl IntoIterator<Item = (Slug, u32)>) -> Self {
        let slots = |wanted| Slots { wanted: Some(wanted), ..Slots::default() };
        let instruments = wanted.into_iter().map(|(id, number)| (id, slots(number))).collect();
        Self { capacity, instruments, ..Self::default() }
    }

    /// A seat, if there is one with an open slot and nobody waits for it, or a place on the waiting list.
    pub fn join(&mut self, instrument: &Slug) -> Result<Place, Refusal> {
        let place = match (self.is_wanted(instrument), self.can_sit(instrument)) {
            (false, _) => return Err(Refusal::NotWanted),
            (true, true) if self.slots(instrument).waiting == 0 => Place::Seat,
            (true, _) => Place::WaitingList,
        };
        self.count(instrument, place, 1);
        Ok(place)
    }

    /// Gives a place back.
    pub fn leave(&mut self, instrument: &Slug, place: Place) {
        self.count(instrument, place, -1);
    }

    /// Changes the instrument of somebody who has a seat, and keeps it.
    pub fn swap(&mut self, from: &Slug, to: &Slug) -> Result<(), Refusal> {
        if !self.is_wanted(to) {
            return Err(Refusal::NotWanted);
        }
        if !self.has_slot(to) {
            return Err(Refusal::NoSlot);
        }
        self.count(from, Place::Seat, -1);
        self.count(to, Place::Seat, 1);
        Ok(())
    }

    /// The instruments for which the first on the waiting list can have a seat.
    pub fn promotable(&self) -> impl Iterator<Item = &Slug> {
        let waited = self.instruments.iter().filter(|(_, slots)| slots.waiting > 0);
        waited.map(|(instrument, _)| instrument).filter(|instrument| self.can_sit(instrument))
    }

    /// Gives a seat to one of those who wait for this instrument.
    pub fn promote(&mut self, instrument: &Slug) {
        self.count(instrument, Place::WaitingList, -1);
        self.count(instrument, Place::Seat, 1);
    }

    /// Never below the seats that are taken.
    pub fn set_capacity(&mut self, capacity: Option<u32>) -> Result<(), Refusal> {
        if capacity.is_some_and(|capacity| capacity < self.taken) {
            return Err(Refusal::Taken(self.taken));
        }
        self.capacity = capacity;
        Ok(())
    }

    /// Asks for so many of an instrument; never below those who play it already. An event that asks for nothing does
    /// not begin to while somebody waits for a seat with another instrument, who would wait in vain from then on.
    pub fn want(&mut self, instrument: &Slug, number: u32) -> Result<(), Refusal> {
        let slots = self.slots(instrument);
        if number < slots.taken {
            return Err(Refusal::Taken(slots.taken));
        }
        let others = self.waiting - slots.waiting;
        if others > 0 && self.wanted().next().is_none() {
            return Err(Refusal::Taken(others));
        }
        if slots.wanted.is_none() && self.wanted().count() >= MAX_WANTED {
            return Err(Refusal::TooMany);
        }
        self.instruments.entry(instrument.clone()).or_default().wanted = Some(number);
        Ok(())
    }

    /// No longer asks for an instrument in particular; refused while somebody plays it or waits for it. False
    /// when nobody had asked.
    pub fn unwant(&mut self, instrument: &Slug) -> Result<bool, Refusal> {
        let slots = self.slots(instrument);
        if slots.wanted.is_none() {
            return Ok(false);
        }
        if slots.taken + slots.waiting > 0 {
            return Err(Refusal::Taken(slots.taken + slots.waiting));
        }
        self.instruments.remove(instrument);
        Ok(true)
    }

    /// How many there is room for.
    pub fn limit(&self) -> u32 {
        self.capacity.unwrap_or(MAX_CAPACITY)
    }

    pub fn is_full(&self) -> bool {
        self.taken >= self.limit()
    }

    /// The instruments asked for, and their slots.
    pub fn wanted(&self) -> impl Iterator<Item = (&Slug, &Slots)> {
        self.instruments.iter().filter(|(_, slots)| slots.wanted.is_some())
    }

    /// The instruments asked for that have an open slot.
    pub fn open(&self) -> impl Iterator<Item = &Slug> {
        self.wanted().filter(|(_, slots)| !slots.is_full()).map(|(instrument, _)| instrument)
    }

    pub fn slots(&self, instrument: &Slug) -> Slots {
        self.instruments.get(instrument).copied().unwrap_or_default()
    }

    fn is_wanted(&self, instrument: &Slug) -> bool {
        self.slots(instrument).wanted.is_some() || self.wanted().next().is_none()
    }

    fn has_slot(&self, instrument: &Slug) -> bool {
        self.is_wanted(instrument) && !self.slots(instrument).is_full()
    }

    fn can_sit(&self, instrument: &Slug) -> bool {
        !self.is_full() && self.has_slot(instrument)
    }

    fn count(&mut self, instrument: &Slug, place: Place, change: i32) {
        let slots = self.instruments.entry(instrument.clone()).or_default();
        let (all, own) = match place {
            Place::Seat => (&mut self.taken, &mut slots.taken),
            Place::WaitingList => (&mut self.waiting, &mut slots.waiting),
        };
        *all = all.saturating_add_signed(change);
        *own = own.saturating_add_signed(change);
        if *slots == Slots::default() {
            self.instruments.remove(instrument);
        }
    }
}

impl Slots {
    pub fn is_full(self) -> bool {
        self.wanted.is_some_and(|wanted| self.taken >= wanted)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slug(name: &str) -> Slug {
        Slug::new(name).unwrap()
    }

    fn seats(capacity: u32, wanted: &[(&str, u32)]) -> Seats {
        Seats::new(Some(capacity), wanted.iter().map(|(name, number)| (slug(name), *number)))
    }

    #[test]
    fn a_seat_needs_a_slot_and_a_slot_a_seat() {
        let mut seats = seats(2, &[("bass", 1), ("drums", 2)]);
        assert_eq!(seats.join(&slug("bass")), Ok(Place::Seat));
        assert_eq!(seats.join(&slug("bass")), Ok(Place::WaitingList));
        assert_eq!(seats.join(&slug("drums")), Ok(Place::Seat));
        assert_eq!(seats.join(&slug("drums")), Ok(Place::WaitingList));
        assert_eq!(seats.join(&slug("piano")), Err(Refusal::NotWanted));
        assert_eq!((seats.taken, seats.waiting, seats.is_full()), (2, 2, true));
    }

    #[test]
    fn a_seat_freed_by_a_drummer_can_be_had_by_whoever_has_an_open_slot() {
        let mut seats = seats(2, &[("bass", 1), ("drums", 1), ("piano", 1)]);
        for name in ["bass", "drums", "bass", "piano"] {
            seats.join(&slug(name)).unwrap();
        }
        seats.leave(&slug("drums"), Place::Seat);
        assert_eq!(seats.promotable().collect::<Vec<_>>(), [&slug("piano")]);
        seats.promote(&slug("piano"));
        assert_eq!(seats.promotable().count(), 0);
    }

    #[test]
    fn nobody_overtakes_the_waiting_list() {
        let mut seats = seats(2, &[("bass", 1)]);
        seats.join(&slug("bass")).unwrap();
        seats.join(&slug("bass")).unwrap();
        seats.leave(&slug("bass"), Place::Seat);
        assert_eq!(seats.join(&slug("bass")), Ok(Place::WaitingList));
    }

    #[test]
    fn everyone_is_welcome_where_nobody_is_wanted_in_particular() {
        let mut seats = seats(2, &[]);
        assert_eq!(seats.join(&slug("kazoo")), Ok(Place::Seat));
        assert_eq!(seats.join(&slug("kazoo")), Ok(Place::Seat));
        assert_eq!(seats.join(&slug("spoons")), Ok(Place::WaitingList));
        assert_eq!(seats.want(&slug("kazoo"), 1), Err(Refusal::Taken(2)));
    }

    #[test]
    fn nobody_waits_for_what_is_wanted_no_more() {
        let mut seats = seats(2, &[]);
        for _ in 0..3 {
            seats.join(&slug("cello")).unwrap();
        }
        assert_eq!(seats.want(&slug("violin"), 1), Err(Refusal::Taken(1)));
        assert_eq!(seats.want(&slug("cello"), 2), Ok(()));
        assert_eq!(seats.want(&slug("violin"), 1), Ok(()));
    }

    #[test]
    fn what_is_taken_stays() {
        let mut seats = seats(3, &[("bass", 2)]);
        seats.join(&slug("bass")).unwrap();
        seats.join(&slug("bass")).unwrap();
        assert_eq!(seats.set_capacity(Some(1)), Err(Refusal::Taken(2)));
        assert_eq!(seats.want(&slug("bass"), 1), Err(Refusal::Taken(2)));
        assert_eq!(seats.unwant(&slug("bass")), Err(Refusal::Taken(2)));
        assert_eq!(seats.unwant(&slug("piano")), Ok(false));
        assert_eq!(seats.set_capacity(Some(2)), Ok(()));
    }

    #[test]
    fn a_swap_keeps_the_seat() {
        let mut seats = seats(2, &[("bass", 1), ("drums", 1)]);
        seats.join(&slug("bass")).unwrap();
        assert_eq!(seats.swap(&slug("bass"), &slug("piano")), Err(Refusal::NotWanted));
        assert_eq!(seats.swap(&slug("bass"), &slug("drums")), Ok(()));
        assert_eq!(
            (seats.taken, seats.slots(&slug("bass")).taken, seats.slots(&slug("drums")).taken),
            (1, 0, 1)
        );
        seats.join(&slug("bass")).unwrap();
        assert_eq!(seats.swap(&slug("bass"), &slug("drums")), Err(Refusal::NoSlot));
    }

    proptest! {
        /// Whatever happens in whatever order, the numbers add up and no limit is passed.
        #[test]
        fn the_numbers_add_up(steps in prop::collection::vec((0..6u8, 0..3usize, 0..3usize, 0..6u32), 0..200)) {
            let names = ["bass", "drums", "piano"].map(slug);
            let mut seats = seats(3, &[("bass", 1), ("drums", 2)]);
            let mut places: Vec<(usize, Place)> = Vec::new();
            for (step, a, b, number) in steps {
                match step {
                    0 => if let Ok(place) = seats.join(&names[a]) { places.push((a, place)) },
                    1 => if let Some(at) = places.iter().position(|(i, _)| *i == a) {
                        let (_, place) = places.remove(at);
                        seats.leave(&names[a], place);
                    },
                    2 => if let Some(at) = places.iter().position(|p| *p == (a, Place::Seat)) && seats.swap(&names[a], &names[b]).is_ok() {
                        places[at].0 = b;
                    },
                    3 => { let _ = seats.set_capacity(Some(number)); }
                    4 => { let _ = seats.want(&names[a], number); }
                    _ => { let _ = seats.unwant(&names[a]); }
                }
                loop {
                    let next = seats.promotable().next().cloned();
                    let Some(instrument) = next else { break };
                    let at = places.iter().position(|(i, place)| names[*i] == instrument && *place == Place::WaitingList);
                    places[at.expect("somebody waits")].1 = Place::Seat;
                    seats.promote(&instrument);
                }
                let number = |i: usize, place| places.iter().filter(|p| **p == (i, place)).count();
                for (i, name) in names.iter().enumerate() {
                    let slots = seats.slots(name);
                    prop_assert_eq!(number(i, Place::Seat), slots.taken as usize);
                    prop_assert_eq!(number(i, Place::WaitingList), slots.waiting as usize);
                    prop_assert!(slots.wanted.is_none_or(|wanted| slots.taken <= wanted));
                    prop_assert!(slots.waiting == 0 || seats.is_wanted(name), "somebody waits in vain");
                }
                prop_assert_eq!(places.iter().filter(|(_, place)| *place == Place::Seat).count(), seats.taken as usize);
                prop_assert!(seats.taken <= seats.limit());
            }
        }
    }
}
