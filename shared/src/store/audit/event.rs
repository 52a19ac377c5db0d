//! What is of an event.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Finding, Invariant, Notes, Partition, notes::parsed, person::must_exist};
use crate::{
    domain::{
        Conversation, ConversationId, ConversationKind, Event, GroupTitle, MemberRole, ParticipationStatus,
        Profile, Seats, Slug, UserId, seats,
    },
    store::{
        Item, Key, Write,
        conversations::MemberRow,
        events::{self, Standing},
        keys::{self, Row},
        participations::{self, Departure},
    },
};

/// An event's partition, as far as it was read.
#[derive(Default)]
pub(super) struct OfEvent {
    first: Option<Key>,
    /// The event, its seats, its text and its slots, as they are.
    found: HashMap<Key, Item>,
    numbers: Numbers,
    /// The places in the order that those who wait should have, and whose they are.
    places: BTreeMap<Key, Key>,
    going: Vec<(Key, UserId)>,
}

/// How many participants there are.
#[derive(Default)]
struct Numbers {
    all: [u32; 2],
    by_instrument: HashMap<Slug, [u32; 2]>,
}

impl Partition for OfEvent {
    fn row(&mut self, key: &Key, item: Item, notes: &mut Notes) {
        self.first.get_or_insert_with(|| key.clone());
        match key.row() {
            Some(Row::Event | Row::Seats | Row::Text | Row::Slot) => {
                self.found.insert(key.clone(), item);
            }
            Some(Row::Participant) => self.participant(key, &item, notes),
            Some(Row::Waiting) => self.place(key, &item, notes),
            Some(Row::Departure) => {
                let Some(departure) = notes.read::<Departure>(key, &item) else { return };
                notes.compare(key, &item, departure.as_written());
                notes.follows(key, departure.left_at);
            }
            _ => notes.find(Invariant::KnownRows, key, "a row of a known kind", "another"),
        }
    }

    fn end(self: Box<Self>, notes: &mut Notes) {
        let Some(first) = &self.first else { return };
        let Some(id) = first.event() else {
            notes.find(Invariant::SaysItsKey, first, "the id of an event", "another");
            return;
        };
        for (place, at) in &self.places {
            notes.find(Invariant::WaitingPlaces, at, format!("a place {}", place.sk), "none");
        }
        let heads = [keys::event(id), keys::event_seats(id)];
        if let Some(missing) = heads.iter().find(|head| !self.found.contains_key(head)) {
            notes.find(Invariant::EventWhole, missing, "the event and its seats", "not both");
            return;
        }
        match events::standing_of(&self.found, id) {
            Err(key) => drop(notes.read::<()>(&key, &self.found[&key])),
            Ok(standing) => self.whole(&standing, notes),
        }
    }
}

impl OfEvent {
    fn participant(&mut self, key: &Key, item: &Item, notes: &mut Notes) {
        let Some(row) = notes.read::<participations::Row>(key, item) else { return };
        let part = row.part;
        notes.compare(key, item, participations::row(&part));
        must_exist(Invariant::ParticipantsExist, key, part.user_id, notes);
        if (part.status == ParticipationStatus::Waiting) != part.waiting_since.is_some() {
            notes.find(Invariant::WaitingPlaces, key, "a time of waiting for those who wait", "otherwise");
        }
        if let Some((place, _)) = participations::pointer(&part) {
            self.places.insert(place, key.clone());
        }
        if let Some(place) = part.place() {
            self.numbers.count(&part.instrument_id, place);
        }
        if part.status == ParticipationStatus::Going {
            self.going.push((key.clone(), part.user_id));
            let at = key.clone();
            notes.ask(keys::member(ConversationId(part.event_id.0), part.user_id), move |member| {
                let is_in = parsed::<MemberRow>(member).is_some_and(|row| row.member.is_present());
                let what = "a member of the conversation";
                (!is_in).then(|| Finding::new(Invariant::SeatsConversation, &at, what, "nobody"))
            });
        }
    }

    fn place(&mut self, key: &Key, item: &Item, notes: &mut Notes) {
        let Some(pointer) = notes.read::<participations::Pointer>(key, item) else { return };
        notes.compare(key, item, Write::put(key.clone(), &pointer));
        if self.places.remove(key).is_none() {
            notes.find(Invariant::WaitingPlaces, key, "somebody who waits since then", "nobody");
        }
    }

    fn whole(&self, standing: &Standing, notes: &mut Notes) {
        let (event, seats) = (&standing.event, &standing.seats);
        let (key, of_seats) = (keys::event(event.event_id), keys::event_seats(event.event_id));
        self.rows(standing, notes);
        self.numbers.compare(&of_seats, seats, notes);
        limits(&of_seats, event, seats, notes);
        organiser(&key, event, notes);
        conversation(&key, event, notes);
    }

    /// The event, its seats, its text and its slots are what the store would write.
    fn rows(&self, standing: &Standing, notes: &mut Notes) {
        let written: Vec<Item> =
            events::rows(standing).into_iter().flatten().filter_map(Write::into_item).collect();
        let mut expected = BTreeSet::new();
        for item in &written {
            let Some(key) = Key::of(item) else { continue };
            match self.found.get(&key) {
                Some(found) => notes.differ(&key, found, item),
                None => {
                    notes.find(Invariant::SlotsWanted, &key, "a row of an instrument that is wanted", "none");
                }
            }
            expected.insert(key);
        }
        for key in self.found.keys().filter(|key| !expected.contains(key)) {
            notes.find(Invariant::SlotsWanted, key, "an instrument that is wanted", "one that is not");
        }
    }
}

impl Numbers {
    fn count(&mut self, instrument: &Slug, place: seats::Place) {
        let at = usize::from(place == seats::Place::WaitingList);
        self.all[at] += 1;
        self.by_instrument.entry(instrument.clone()).or_default()[at] += 1;
    }

    fn compare(&self, key: &Key, seats: &Seats, notes: &mut Notes) {
        let say = |[taken, waiting]: [u32; 2], of: &str| format!("{taken} taken, {waiting} waiting{of}");
        let mut compare = |expected: [u32; 2], found: [u32; 2], of: &str| {
            if expected != found {
                notes.find(Invariant::SeatsCounted, key, say(expected, of), say(found, of));
            }
        };
        compare(self.all, [seats.taken, seats.waiting], "");
        let known: BTreeSet<&Slug> = self.by_instrument.keys().chain(seats.instruments.keys()).collect();
        for instrument in known {
            let slots = seats.slots(instrument);
            let counted = self.by_instrument.get(instrument).copied().unwrap_or_default();
            compare(counted, [slots.taken, slots.waiting], &format!(" for {}", instrument.as_str()));
        }
    }
}

fn limits(key: &Key, event: &Event, seats: &Seats, notes: &mut Notes) {
    let mut limit = |taken: u32, limit: u32| {
        if taken > limit {
            notes.find(Invariant::SeatsLimited, key, format!("{limit} at most"), taken.to_string());
        }
    };
    limit(seats.taken, seats.limit());
    for (_, slots) in seats.wanted() {
        limit(slots.taken, slots.wanted.unwrap_or(u32::MAX));
    }
    if participations::is_open(event, notes.now)
        && let Some(instrument) = seats.promotable().next()
    {
        let free = format!("somebody waits who could have a place for {}", instrument.as_str());
        notes.find(Invariant::NobodyWaitsInVain, key, "nobody", free);
    }
}

fn organiser(key: &Key, event: &Event, notes: &mut Notes) {
    let Some(name) = event.organiser.username.clone() else { return };
    let at = key.clone();
    notes.ask(keys::profile(event.organiser.user_id), move |profile| {
        let is_theirs = parsed::<Profile>(profile).is_some_and(|profile| profile.username == name);
        let found = if profile.is_some() { "another name" } else { "no profile" };
        (!is_theirs).then(|| Finding::new(Invariant::ParticipantsExist, &at, "its organiser", found))
    });
}

fn conversation(key: &Key, event: &Event, notes: &mut Notes) {
    let id = ConversationId(event.event_id.0);
    let (at, title) = (key.clone(), GroupTitle::of_event(&event.title));
    notes.ask(keys::conversation(id), move |found| {
        let found = parsed::<Conversation>(found);
        let say =
            |what: &str| Some(Finding::new(Invariant::EventsConversation, &at, "its conversation", what));
        match found {
            None => say("none"),
            Some(found) if found.kind != ConversationKind::Event => say("one of another kind"),
            Some(found) if found.title.as_ref() != Some(&title) => say("one with another title"),
            Some(_) => None,
        }
    });
    if event.organiser.username.is_some() {
        let at = key.clone();
        notes.ask(keys::member(id, event.organiser.user_id), move |member| {
            let rules = parsed::<MemberRow>(member)
                .is_some_and(|row| row.member.is_present() && row.member.role == MemberRole::Admin);
            let expected = "its organiser as an admin of its conversation";
            (!rules).then(|| Finding::new(Invariant::EventsConversation, &at, expected, "not so"))
        });
    }
}
