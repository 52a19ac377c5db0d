use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tunelink::geo::{Circle, Point};

use super::{Dice, announce, in_days, jam_with, join, player};
use crate::harness::{Person, Reply, World};

fn titles(found: &Value) -> Vec<&str> {
    found.as_array().unwrap().iter().map(|event| event["title"].as_str().unwrap()).collect()
}

/// All pages of a search, in one list.
async fn all(world: &World, query: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut path = format!("/v1/events?{query}");
    loop {
        let reply = world.get(&path).await;
        let next = reply.body["page"]["next"].as_str().map(str::to_owned);
        found.extend(reply.ok().as_array().unwrap().clone());
        match next {
            Some(next) => path = format!("/v1/events?{query}&cursor={next}"),
            None => return found,
        }
    }
}

#[tokio::test]
async fn a_bassist_finds_a_jam_that_looks_for_one() {
    let world = World::new().await;
    let host = world.person().await;
    let bass = |title: &str, wanted| {
        let wanted = json!([{ "instrument_id": "double-bass", "wanted": wanted }]);
        jam_with(json!({ "title": title, "instruments": wanted, "genres": ["swing"] }))
    };
    // Where nobody else searches while the tests run.
    let at = |mut event: Value, lng: f64| {
        event["lat"] = json!(-47.5);
        event["lng"] = json!(lng);
        event
    };
    let near = announce(&host, at(bass("Near", 1), 60.0)).await;
    announce(&host, at(bass("Far", 1), 62.0)).await;
    announce(&host, at(jam_with(json!({ "title": "No bass", "type": "workshop" })), 60.01)).await;
    let search = "/v1/events?lat=-47.5&lng=60&radius_km=20";
    assert_eq!(titles(&world.get(search).await.ok()), ["Near", "No bass"]);
    let wide = format!("{search}0&sort=distance");
    assert_eq!(titles(&world.get(&wide).await.ok()), ["Near", "No bass", "Far"]);
    for filter in ["instrument=double-bass", "type=jam", "genre=swing"] {
        assert_eq!(titles(&world.get(&format!("{search}&{filter}")).await.ok()), ["Near"], "{filter}");
    }
    let found = world.get(&format!("{search}&type=jam")).await.ok();
    assert_eq!(found[0]["distance_km"], 0.0);
    assert_eq!(found[0]["open_instruments"], json!(["double-bass"]));
    join(&player(&world, &["double-bass"]).await, &near, "double-bass").await;
    assert_eq!(titles(&world.get(&format!("{search}&instrument=double-bass")).await.ok()), [""; 0]);
}

#[tokio::test]
async fn a_full_event_is_left_out_for_those_who_want_a_seat() {
    let Some(world) = World::local().await else { return };
    let host = world.person().await;
    let event = announce(&host, jam_with(json!({ "capacity": 2 }))).await;
    for _ in 0..2 {
        join(&player(&world, &["cello"]).await, &event, "cello").await;
    }
    let search = "/v1/events?lat=45.76&lng=4.83";
    let found = world.get(search).await.ok();
    assert_eq!((titles(&found).len(), &found[0]["full"]), (1, &json!(true)));
    assert_eq!(titles(&world.get(&format!("{search}&free_only=true")).await.ok()).len(), 0);
}

#[tokio::test]
async fn only_what_is_announced_to_all_and_not_over_is_found() {
    let Some(world) = World::local().await else { return };
    let host = world.person().await;
    let soon = in_days(0) + SignedDuration::from_hours(3);
    let at = |title: &str, changes: Value| {
        let mut event = jam_with(
            json!({ "title": title, "starts_at": soon, "ends_at": soon + SignedDuration::from_hours(2) }),
        );
        event.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        event
    };
    announce(&host, at("Shown", json!({}))).await;
    announce(&host, at("Unlisted", json!({ "visibility": "unlisted" }))).await;
    announce(&host, at("Draft", json!({ "status": "draft" }))).await;
    let off = announce(&host, at("Off", json!({}))).await;
    host.post(&format!("{off}/cancellation"), json!({})).await.ok();
    let (place, date) = ("/v1/events?lat=45.76&lng=4.83", "/v1/events");
    for search in [place, &format!("{place}&sort=distance"), date] {
        assert_eq!(titles(&world.get(search).await.ok()), ["Shown"], "{search}");
    }
    // In progress it is still found, once it is over no longer; with `from` it is.
    world.pass(std::time::Duration::from_hours(4)).await;
    assert_eq!(titles(&world.get(place).await.ok()), ["Shown"]);
    world.pass(std::time::Duration::from_hours(2)).await;
    for search in [place, date] {
        assert_eq!(titles(&world.get(search).await.ok()), [""; 0]);
    }
    let from = in_days(-1);
    assert_eq!(titles(&world.get(&format!("{date}?from={from}")).await.ok()), ["Shown"]);
    assert_eq!(titles(&world.get(&format!("{date}?from={soon}")).await.ok()).len(), 1, "`from` is inclusive");
    assert_eq!(
        titles(&world.get(&format!("{date}?from={from}&to={soon}")).await.ok()).len(),
        0,
        "`to` is exclusive"
    );
}

#[tokio::test]
async fn an_event_that_moves_is_found_where_and_when_it_is() {
    let Some(world) = World::local().await else { return };
    let host = world.person().await;
    let event = announce(&host, jam_with(json!({}))).await;
    let (lyon, paris) = ("/v1/events?lat=45.76&lng=4.83", "/v1/events?lat=48.86&lng=2.35");
    host.patch(&event, json!({ "lat": 48.86, "lng": 2.35, "city": "Paris", "title": "Moved" })).await.ok();
    assert_eq!(titles(&world.get(lyon).await.ok()), [""; 0]);
    assert_eq!(titles(&world.get(paris).await.ok()), ["Moved"]);
    let later = in_days(70);
    host.patch(&event, json!({ "starts_at": later, "ends_at": later + SignedDuration::from_hours(1) }))
        .await
        .ok();
    assert_eq!(titles(&world.get(&format!("/v1/events?to={}", in_days(60))).await.ok()), [""; 0]);
    assert_eq!(titles(&world.get("/v1/events").await.ok()), ["Moved"]);
}

#[tokio::test]
async fn a_map_is_given_to_those_who_ask_for_one() {
    let Some(world) = World::local().await else { return };
    let host = world.person().await;
    for _ in 0..2 {
        announce(&host, jam_with(json!({}))).await;
    }
    let search = "/v1/events?lat=45.76&lng=4.83&limit=1";
    let reply = world.get(search).header("accept", "application/geo+json").await;
    assert_eq!(reply.header("content-type"), "application/geo+json");
    assert_eq!(reply.header("vary"), "Accept, Accept-Language");
    assert_eq!(reply.body["type"], "FeatureCollection");
    assert_eq!(
        reply.body["features"][0]["geometry"],
        json!({ "type": "Point", "coordinates": [4.835, 45.76] })
    );
    assert_eq!(reply.body["features"][0]["properties"]["title"], "Jam at the quay");
    let next = reply.body["page"]["next"].as_str().unwrap();
    assert_eq!(world.get(&format!("{search}&cursor={next}")).await.ok().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_bad_search_reads_nothing_and_says_what_is_wrong() {
    let Some(world) = World::local().await else { return };
    let host = world.person().await;
    announce(&host, jam_with(json!({}))).await;
    announce(&host, jam_with(json!({}))).await;
    let place = "lat=45.76&lng=4.83";
    let cursor = world.get(&format!("/v1/events?{place}&limit=1")).await.body["page"]["next"]
        .as_str()
        .unwrap()
        .to_owned();
    let other = if cursor.as_bytes()[30] == b'A' { 'B' } else { 'A' };
    let forged = format!("{}{other}{}", &cursor[..30], &cursor[31..]);
    let (from, to) = (in_days(2), in_days(1));
    for (query, status, code, field) in [
        (format!("{place}&radius_km=0"), 422, "too_small", "radius_km"),
        (format!("{place}&radius_km=0.49"), 422, "too_small", "radius_km"),
        (format!("{place}&radius_km=200.01"), 422, "too_large", "radius_km"),
        (format!("{place}&radius_km=NaN"), 422, "wrong_type", "radius_km"),
        ("lat=90.1&lng=0".into(), 422, "too_large", "lat"),
        ("lat=NaN&lng=0".into(), 422, "wrong_type", "lat"),
        ("lat=%2B2.5&lng=0".into(), 422, "wrong_type", "lat"),
        ("lat=0&lng=180.5".into(), 422, "too_large", "lng"),
        ("lat=45".into(), 422, "missing", "lng"),
        ("radius_km=5".into(), 422, "missing", "lat"),
        ("sort=distance".into(), 422, "needs_place", "sort"),
        ("sort=price".into(), 422, "invalid_value", "sort"),
        (format!("from={from}&to={to}"), 422, "from_after_to", "to"),
        (format!("from={from}&to={from}"), 422, "from_after_to", "to"),
        (format!("to={}", in_days(400)), 422, "range_too_long", "to"),
        ("from=2027-06-21T20:00".into(), 422, "invalid_format", "from"),
        ("from=2027-06-21T20:00Z".into(), 422, "invalid_format", "from"),
        (format!("to={}", in_days(367)), 422, "range_too_long", "to"),
        (format!("{place}&limit=0"), 422, "too_small", "limit"),
        (format!("{place}&limit=101"), 422, "too_large", "limit"),
        ("type=rave".into(), 422, "invalid_value", "type"),
        (format!("{place}&limit=1&cursor={forged}"), 400, "invalid_cursor", "cursor"),
        (format!("{place}&type=jam&cursor={cursor}"), 400, "invalid_cursor", "cursor"),
        (format!("{place}&sort=distance&cursor={cursor}"), 400, "invalid_cursor", "cursor"),
        ("town=Lyon".into(), 422, "unknown_field", "town"),
    ] {
        let reply = world.get(&format!("/v1/events?{query}")).await;
        let (given, errors) = reply.errors();
        assert_eq!((given, errors.first()), (status, Some(&(code, field))), "{query}");
        assert!(
            reply.header("server-timing").contains("calls 0,"),
            "{query} {}",
            reply.header("server-timing")
        );
    }
    world.get(&format!("/v1/events?to={}", in_days(364))).await.ok();
    for (filter, code) in [("instrument", "unknown_instrument"), ("genre", "unknown_genre")] {
        let reply = world.get(&format!("/v1/events?{place}&{filter}=no-such-thing")).await;
        assert_eq!(reply.errors(), (422, vec![(code, filter)]));
        assert!(reply.header("server-timing").contains("calls 1,"), "{}", reply.header("server-timing"));
    }
}

#[tokio::test]
async fn a_search_tells_a_developer_what_it_cost() {
    let Some(world) = World::local().await else { return };
    world.traffic.measure("search_events");
    let reply = world.get("/v1/events?lat=45.76&lng=4.83&radius_km=200").await;
    let cost = reply.header("server-timing");
    let (calls, rounds) = (number(cost, "calls"), number(cost, "rounds"));
    assert!((1.0..=20.0).contains(&calls) && (1.0..=2.0).contains(&rounds), "an empty region: {cost}");
    assert!((number(cost, "rcu") - 0.5 * calls).abs() < 1e-9, "{cost}");
}

fn number(cost: &str, name: &str) -> f64 {
    let rest = cost.split(&format!("{name} ")).nth(1).unwrap();
    rest.split(|c: char| c != '.' && !c.is_ascii_digit()).next().unwrap().parse().unwrap()
}

/// Announces events around difficult places: a city, the antimeridian, a pole, the equator, a corner of cells.
async fn scatter(host: &Person, number: usize) -> Vec<Value> {
    const CENTRES: [(f64, f64); 5] = [(45.76, 4.83), (-17.0, 180.0), (89.9, 0.0), (0.0, 0.0), (73.125, 45.0)];
    const TYPES: [&str; 3] = ["jam", "concert", "open_mic"];
    let mut dice = Dice(7);
    let mut events = Vec::new();
    for at in 0..number {
        let (lat, lng) = CENTRES[at % CENTRES.len()];
        let spread = if dice.share() < 0.5 { 0.05 } else { 1.5 };
        let lat = (lat + (dice.share() - 0.5) * spread).clamp(-90.0, 90.0);
        let lng = lng + (dice.share() - 0.5) * spread / lat.to_radians().cos().abs().max(0.01);
        let lng = (lng + 180.0).rem_euclid(360.0) - 180.0;
        let starts = in_days(1) + SignedDuration::from_mins(i64::try_from(dice.roll(1300)).unwrap() * 30);
        let event = jam_with(json!({
            "title": format!("Event {at}"), "lat": lat, "lng": lng, "starts_at": starts,
            "ends_at": starts + SignedDuration::from_hours(3),
            "type": TYPES[at % TYPES.len()],
            "genres": if dice.share() < 0.3 { json!(["swing"]) } else { json!([]) },
            "instruments": if dice.share() < 0.3 { json!([{ "instrument_id": "cello", "wanted": 1 }]) } else { json!([]) },
        }));
        events.push(host.post("/v1/events", event).await.created());
    }
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn every_search_finds_what_looking_at_every_event_finds() {
    let Some(world) = World::local().await else { return };
    let host = world.person().await;
    let events = scatter(&host, 400).await;
    let mut dice = Dice(11);
    for (lat, lng) in [
        (45.76, 4.83),
        (-17.0, 179.99),
        (-17.0, -179.9),
        (90.0, 0.0),
        (89.5, -120.0),
        (0.0, 0.0),
        (73.1, 45.0),
        (30.0, 30.0),
    ] {
        for radius_km in ["0.5", "2", "10", "60", "200"] {
            let kind = [None, Some("jam"), Some("open_mic")][dice.roll(3)];
            let genre = (dice.share() < 0.3).then_some("swing");
            let cello = dice.share() < 0.2;
            let limit = 1 + dice.roll(30);
            let mut query = format!("lat={lat}&lng={lng}&radius_km={radius_km}&limit={limit}");
            query.extend(kind.map(|kind| format!("&type={kind}")));
            query.extend(genre.map(|genre| format!("&genre={genre}")));
            if cello {
                query.push_str("&instrument=cello");
            }
            let circle = Circle::new(Point::new(lat, lng), radius_km.parse().unwrap());
            let from = |event: &Value| {
                circle
                    .centre
                    .distance(Point::new(event["lat"].as_f64().unwrap(), event["lng"].as_f64().unwrap()))
            };
            let mut expected: Vec<&Value> = events
                .iter()
                .filter(|event| {
                    from(event) <= circle.radius
                        && kind.is_none_or(|kind| event["type"] == kind)
                        && genre.is_none_or(|_| !event["genres"].as_array().unwrap().is_empty())
                        && (!cello || !event["seats"]["instruments"].as_array().unwrap().is_empty())
                })
                .collect();
            let when = |event: &Value| {
                (
                    event["starts_at"].as_str().unwrap().parse::<Timestamp>().unwrap(),
                    event["event_id"].as_str().unwrap().to_owned(),
                )
            };
            let ids = |found: &[&Value]| -> Vec<String> {
                found.iter().map(|event| event["event_id"].as_str().unwrap().to_owned()).collect()
            };
            for sort in ["date", "distance"] {
                expected.sort_by_key(|event| (if sort == "date" { 0 } else { from(event) }, when(event)));
                let found = all(&world, &format!("{query}&sort={sort}")).await;
                assert_eq!(ids(&found.iter().collect::<Vec<_>>()), ids(&expected), "{query}&sort={sort}");
            }
        }
    }
    let everywhere = all(&world, "limit=100").await;
    assert_eq!(everywhere.len(), events.len());
    assert!(everywhere.windows(2).all(|pair| pair[0]["starts_at"].as_str() <= pair[1]["starts_at"].as_str()));
}

#[tokio::test]
async fn an_event_for_the_calendar() {
    let Some(world) = World::local().await else { return };
    let host = world.person().await;
    let year = &in_days(366).to_string()[..4];
    let new = jam_with(json!({
        "title": "Jam, jazz; and more", "description": format!("First line\r\nSecond line, with a comma {}", "é".repeat(99)),
        "address": "1 quai", "starts_at": format!("{year}-06-21T20:00"), "ends_at": format!("{year}-06-21T23:00"),
    }));
    let event = announce(&host, new).await;
    let lines = |reply: Reply| -> Vec<String> {
        assert_eq!((reply.status, reply.header("content-type")), (200, "text/calendar; charset=utf-8"));
        assert!(reply.text.split("\r\n").all(|line| line.len() <= 75), "{}", reply.text);
        assert!(
            reply.text.ends_with("END:VCALENDAR\r\n")
                && !reply.text.replace("\r\n", "").contains(['\r', '\n'])
        );
        reply.text.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
    };
    let first = lines(world.get(&format!("{event}/calendar")).await);
    let id = event.rsplit('/').next().unwrap();
    for line in [
        "VERSION:2.0",
        "METHOD:PUBLISH",
        &format!("UID:{id}@tunelink"),
        &format!("DTSTART:{year}0621T180000Z"),
        &format!("DTEND:{year}0621T210000Z"),
        "SUMMARY:Jam\\, jazz\\; and more",
        &format!("DESCRIPTION:First line\\nSecond line\\, with a comma {}", "é".repeat(99)),
        "LOCATION:1 quai\\, Lyon",
        "GEO:45.760000;4.835000",
        "STATUS:CONFIRMED",
        "SEQUENCE:1",
    ] {
        assert_eq!(first.iter().filter(|given| *given == line).count(), 1, "{line} in {first:#?}");
    }
    host.post(&format!("{event}/cancellation"), json!({})).await.ok();
    let cancelled = lines(world.get(&format!("{event}/calendar")).await);
    for line in ["STATUS:CANCELLED", "SEQUENCE:2", &format!("UID:{id}@tunelink")] {
        assert!(cancelled.iter().any(|given| given == line), "{line} in {cancelled:#?}");
    }
}
