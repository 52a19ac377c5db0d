use std::collections::{BTreeMap, HashMap, HashSet};

use garde::Validate;
use jiff::civil::Weekday;
use tunelink::domain::{Capacity, EventType, MAX_TASTES, ParticipationStatus, Username, Wanted, seats};

use super::*;

fn world(seed: u64, events: u32, musicians: u32) -> World {
    let now = "2026-05-20T10:30:00Z".parse().unwrap();
    World::new(Plan { seed, events, musicians, now, around: None }).unwrap()
}

fn events(world: &World) -> Vec<Announced> {
    world.events().collect::<Result<_>>().unwrap()
}

/// As degrees of arc on the ground, near enough for a country.
fn km(city: &City, lat: f64, lng: f64) -> f64 {
    let east = (lng - city.lng + 540.0).rem_euclid(360.0) - 180.0;
    (lat - city.lat).hypot(east * city.lat.to_radians().cos()) * 111.195
}

#[test]
fn the_same_seed_and_time_make_the_same_world_in_any_order() {
    let (one, other) = (world(7, 200, 300), world(7, 200, 300));
    let forward = events(&one);
    let mut backward: Vec<Announced> = (0..200).rev().map(|number| other.event(number).unwrap()).collect();
    backward.reverse();
    assert_eq!(forward, backward);
    let people = |world: &World| {
        world.musicians().map(|musician| serde_json::to_value(musician.profile).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(people(&one), people(&other));
    assert_eq!(events(&world(7, 50, 300)), forward[..50]);
    assert_ne!(events(&world(8, 200, 300)), forward);
}

#[test]
fn a_world_is_the_same_as_it_has_always_been() {
    let world = world(1, 1, 100);
    let first = world.event(0).unwrap().event;
    let musician = world.musician(0).profile;
    let place = (first.place.city.as_str(), first.place.lat, first.place.lng);
    assert_eq!(
        (first.title.as_str(), place),
        ("Pop rock session, The Tannery Stage", ("Virār", 19.516_358, 72.809_52))
    );
    assert_eq!(first.event_id.to_string(), "019e2fab-d061-7590-b8b9-44abb0ea58a8");
    assert_eq!(musician.username, "caetano.0-1");
}

#[test]
fn a_region_lies_around_its_town() {
    let plan = |around: &str| Plan { around: Some(around.to_owned()), ..world(5, 300, 50).plan().clone() };
    let region = World::new(plan("lyon")).unwrap();
    let cities = region.cities().all();
    assert!(cities.iter().any(|city| city.name == "Lyon") && cities.iter().all(|city| city.name != "Paris"));
    let places: Vec<_> = events(&region).into_iter().map(|new| new.event.place).collect();
    // A venue may lie a little outside of its town.
    assert!(places.iter().all(|place| (place.lat - 45.75).hypot((place.lng - 4.85) * 0.7) * 111.2 < 125.0));
    assert!(World::new(plan("No such town")).is_err());
}

#[test]
fn nobody_is_there_twice() {
    let world = world(3, 2000, 2000);
    let ids: HashSet<_> = events(&world).iter().map(|announced| announced.event.event_id).collect();
    assert_eq!(ids.len(), 2000);
    let (mut ids, mut names, mut addresses) = (HashSet::new(), HashSet::new(), HashSet::new());
    for musician in world.musicians() {
        assert!(ids.insert(musician.profile.user_id));
        assert!(names.insert(tunelink::domain::canonical(&musician.profile.username)));
        assert!(addresses.insert(musician.profile.email));
    }
}

#[test]
fn every_event_keeps_to_the_rules_of_events() {
    let world = world(2, 5000, 1000);
    let genres: HashSet<_> =
        functions::catalogue::genres().unwrap().into_iter().map(|genre| genre.id).collect();
    let instruments = functions::catalogue::instruments().unwrap();
    let instruments: HashSet<_> = instruments.into_iter().map(|instrument| instrument.id).collect();
    for Announced { event, text, seats, .. } in events(&world) {
        assert!(
            event.title.validate().is_ok() && text.is_none_or(|text| text.validate().is_ok()),
            "{event:?}"
        );
        assert!(!event.title.as_str().contains('{'), "{event:?}");
        let schedule = &event.schedule;
        assert!(schedule.starts_at < schedule.ends_at);
        assert!(schedule.ends_at.duration_since(schedule.starts_at).as_hours() <= 7 * 24);
        assert!(schedule.announceable(event.created_at).is_ok(), "{event:?}");
        assert!(event.created_at < world.plan().now);
        assert!(event.genres.len() <= 5 && event.genres.iter().all(|id| genres.contains(id)));
        assert!(seats.wanted().count() <= 8 && seats.wanted().all(|(id, _)| instruments.contains(id)));
        assert!(seats.wanted().all(|(_, slots)| Wanted(slots.wanted.unwrap()).validate().is_ok()));
        assert!(seats.capacity.is_none_or(|capacity| Capacity(capacity).validate().is_ok()));
        assert!(event.place.address.is_some());
    }
}

#[test]
fn every_musician_keeps_to_the_rules_of_accounts() {
    let world = world(u64::MAX, 1, 3000);
    for Musician { profile, instruments, genres } in world.musicians() {
        let username: Username = serde_json::from_value(profile.username.clone().into()).unwrap();
        assert!(username.validate().is_ok() && username.text() == profile.username, "{}", profile.username);
        let email: tunelink::domain::Email = serde_json::from_value(profile.email.into()).unwrap();
        assert!(email.validate().is_ok());
        assert!(profile.display_name.is_some());
        assert!(profile.home.is_none_or(|home| home.validate().is_ok() && home.kept() == home));
        assert!((1..=4).contains(&instruments.len()) && genres.len() <= MAX_TASTES as usize);
        let different: HashSet<_> = instruments.iter().map(|(id, _)| id).collect();
        assert_eq!(different.len(), instruments.len());
    }
}

#[test]
fn seats_are_taken_as_far_as_they_go_and_counted() {
    let world = world(4, 4000, 3000);
    let (mut full, mut waiting, mut pending) = (0, 0, 0);
    for Announced { event, seats, parts, .. } in events(&world) {
        let mut count: BTreeMap<_, (u32, u32)> = BTreeMap::new();
        let mut people = HashSet::from([event.organiser.user_id]);
        for part in &parts {
            assert!(people.insert(part.user_id), "somebody is there twice");
            assert!(part.joined_at >= event.created_at && part.joined_at < event.schedule.starts_at);
            let count = count.entry(part.instrument_id.clone()).or_default();
            match part.place() {
                Some(seats::Place::Seat) => count.0 += 1,
                Some(seats::Place::WaitingList) => count.1 += 1,
                None => pending += usize::from(part.status == ParticipationStatus::Pending),
            }
        }
        for (id, (taken, waiting)) in &count {
            assert_eq!((seats.slots(id).taken, seats.slots(id).waiting), (*taken, *waiting));
        }
        assert_eq!(seats.taken, count.values().map(|count| count.0).sum::<u32>());
        assert_eq!(seats.waiting, count.values().map(|count| count.1).sum::<u32>());
        assert!(seats.taken <= seats.limit() && seats.promotable().next().is_none());
        full += usize::from(seats.is_full());
        waiting += usize::from(seats.waiting > 0);
    }
    assert!(
        full > 10 && waiting > 50 && pending > 20,
        "{full} full, {waiting} waited for, {pending} pending"
    );
}

#[test]
fn events_are_on_evenings_and_weekends_and_a_quarter_of_them_to_come() {
    let world = world(5, 8000, 500);
    let (mut upcoming, mut weekend) = (0, 0);
    for Announced { event, .. } in events(&world) {
        let starts = event.schedule.starts_at.to_zoned(event.schedule.time_zone.rules());
        assert!(starts.minute() % 15 == 0 && starts.second() == 0);
        let free = matches!(starts.weekday(), Weekday::Saturday | Weekday::Sunday);
        assert!(starts.hour() >= if free { 10 } else { 18 }, "{starts}");
        upcoming += u32::from(event.schedule.starts_at > world.plan().now);
        weekend += u32::from(free || starts.weekday() == Weekday::Friday);
        let days = world.plan().now.duration_since(event.schedule.starts_at).as_hours() / 24;
        assert!((-100..=285).contains(&days), "{days} days ago");
    }
    assert!((1850..2150).contains(&upcoming), "{upcoming} of 8000");
    assert!(weekend > 4000, "{weekend} of 8000");
}

#[test]
fn events_are_where_people_live_and_in_the_time_of_that_place() {
    let world = world(6, 6000, 500);
    let mut by_name: HashMap<&str, Vec<&City>> = HashMap::new();
    for city in world.cities().all() {
        by_name.entry(&city.name).or_default().push(city);
    }
    let total: f64 = world.cities().all().iter().map(|city| f64::from(city.population)).sum();
    let million = |city: &City| city.population >= 1_000_000;
    let expected = world.cities().all().iter().filter(|city| million(city));
    let expected = expected.map(|city| f64::from(city.population)).sum::<f64>() / total;
    let (mut large, mut small, mut rural) = (0, 0, 0);
    for Announced { event, .. } in events(&world) {
        let zone = event.schedule.time_zone.as_str();
        let named = &by_name[event.place.city.as_str()];
        let near = named.iter().filter(|city| city.zone.iana_name() == Some(zone));
        let distance = |city: &City| km(city, event.place.lat, event.place.lng);
        let city = near.min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap();
        assert!(distance(city) <= city.radius() + 26.0, "{} km from {}", distance(city), city.name);
        large += i32::from(million(city));
        small += i32::from(city.population < 50_000);
        rural += i32::from(distance(city) > city.radius() + 1.0);
    }
    // 85 % are drawn by population; of the others hardly any falls on a large city.
    let share = f64::from(large) / 6000.0 / 0.85;
    assert!((share - expected).abs() < 0.04, "{share} instead of {expected}");
    assert!(small > 600 && rural > 200, "{small} in small towns, {rural} in the country");
    let kinds: HashSet<EventType> = events(&world).iter().map(|announced| announced.event.r#type).collect();
    assert_eq!(kinds.len(), EventType::ALL.len());
}

#[test]
fn the_events_of_a_city_share_its_venues_and_some_are_busier() {
    let world = world(1, 1, 1);
    let paris =
        world.cities().all().iter().position(|city| city.name == "Paris" && city.country == "FR").unwrap();
    let city = &world.cities().all()[paris];
    let mut visits: HashMap<String, u32> = HashMap::new();
    let mut draw = draw::Draw::new(1, draw::Of::Event, 0, 0);
    for _ in 0..5000 {
        let venue = Venue::in_town(&mut draw, 1, city, paris);
        assert!(km(city, venue.lat, venue.lng) <= city.radius() + 0.1);
        *visits.entry(format!("{venue:?}")).or_default() += 1;
    }
    let number = u32::try_from(visits.len()).unwrap();
    assert!(u64::from(number) <= venues::number(city) && number > 40, "{number}");
    assert!(visits.values().max().unwrap() * number > 5000 * 3 / 2, "{visits:?}");
}

#[test]
fn the_longest_title_fits() {
    let genres = functions::catalogue::genres().unwrap();
    let longest = |texts: Vec<String>| texts.into_iter().max_by_key(|text| text.chars().count()).unwrap();
    let genre = longest(genres.into_iter().flat_map(|genre| [genre.name.en, genre.name.fr]).collect());
    let world = world(1, 1, 1);
    let city = longest(world.cities().all().iter().map(|city| city.name.clone()).collect());
    for kind in EventType::ALL {
        for french in [false, true] {
            for number in 0..40 {
                let mut draw = draw::Draw::new(1, draw::Of::Event, number, 0);
                let venue = words::venue(&mut draw, french);
                let subject =
                    words::Subject { kind, french, genre: Some(&genre), city: &city, venue: &venue };
                let title = words::title(&mut draw, &subject);
                assert!(title.chars().count() < 120, "{title}");
            }
        }
    }
}
