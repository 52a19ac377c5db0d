//! Whom a search finds, in which order, and whom it must not find.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    ME,
    crowd::{self, Musician, crowd},
    home, play,
    races::Dice,
};
use crate::harness::{PASSWORD, Person, World};

const PARIS: (f64, f64) = (48.8867, 2.3431);

fn path((lat, lng): (f64, f64), radius_km: f64, filters: &str) -> String {
    format!("/v1/users?lat={lat}&lng={lng}&radius_km={radius_km}{filters}")
}

/// All whom a search finds, page after page.
async fn everyone(person: &Person, path: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let reply = person.get(&format!("{path}{cursor}")).await;
        let next = reply.body["page"]["next"].as_str().map(|next| format!("&cursor={next}"));
        all.extend(reply.ok().as_array().unwrap().clone());
        let Some(next) = next else { return all };
        cursor = next;
    }
}

fn ids(people: &[Value]) -> Vec<&str> {
    people.iter().map(|person| person["user_id"].as_str().unwrap()).collect()
}

async fn finds(person: &Person, path: &str) -> Vec<String> {
    ids(&everyone(person, path).await).into_iter().map(str::to_owned).collect()
}

/// Fails unless the search found those it should, nearest first.
fn are_right(found: &[Value], expected: &[&Musician], centre: (f64, f64), instrument: Option<&str>) {
    let (mut given, mut wanted) = (ids(found), expected.iter().map(|m| m.id.as_str()).collect::<Vec<_>>());
    given.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(given, wanted);
    let mut before = 0.0;
    for person in found {
        let musician = expected.iter().find(|m| m.id == person["user_id"].as_str().unwrap()).unwrap();
        let distance = musician.distance(centre);
        assert!(distance >= before - 0.01, "{distance} {before}");
        before = distance;
        let shown = person["distance_km"].as_f64().unwrap();
        assert!((shown - distance / 1000.0).abs() <= 0.500_001 && shown.fract() == 0.0, "{shown} {distance}");
        let level = instrument.and_then(|id| musician.plays.iter().find(|(played, _)| *played == id));
        assert_eq!(person["level"].as_str(), level.map(|(_, level)| *level));
        assert_eq!((&person["city"], person.get("lat")), (&json!("X"), None));
    }
}

#[tokio::test]
async fn a_search_finds_whom_it_should_nearest_first() {
    let Some(world) = World::local().await else { return };
    let mut dice = Dice(1910);
    let seeker = world.person().await;
    for (centre, number) in [(PARIS, 240), ((-17.7, 179.9), 60), ((73.3, 20.0), 60), ((89.9, 0.0), 30)] {
        let crowd = crowd(&world, &mut dice, centre, number).await;
        for radius in [0.5, 3.0, 20.0, 75.5, 200.0] {
            let instrument = (dice.below(3) > 0).then(|| dice.one(&crowd::INSTRUMENTS));
            let level =
                instrument.filter(|_| dice.below(2) == 0).map(|_| dice.one(&["beginner", "advanced"]));
            let genre = (dice.below(3) == 0).then(|| dice.one(&crowd::GENRES));
            let limit = ["", "&limit=1", "&limit=7", "&limit=100"][usize::try_from(dice.below(4)).unwrap()];
            // The edge of the circle is a metre wide: another formula, other roundings.
            let close = |metres: f64| (metres - radius * 1000.0).abs() < 1.0;
            if crowd.iter().any(|musician| close(musician.distance(centre))) {
                continue;
            }
            let plays = |m: &Musician| {
                let as_good = |(id, at): &(&str, &str)| {
                    Some(*id) == instrument && level.is_none_or(|level| level == *at)
                };
                instrument.is_none() || m.plays.iter().any(as_good)
            };
            let likes = |m: &Musician| genre.is_none_or(|genre| m.likes.contains(&genre));
            let near = |m: &Musician| m.distance(centre) <= radius * 1000.0;
            let expected: Vec<&Musician> = crowd.iter().filter(|m| near(m) && plays(m) && likes(m)).collect();
            let filter =
                |name: &str, value: Option<&str>| value.map_or(String::new(), |v| format!("&{name}={v}"));
            let filters = [filter("instrument", instrument), filter("level", level), filter("genre", genre)];
            let found = everyone(&seeker, &path(centre, radius, &(filters.concat() + limit))).await;
            are_right(&found, &expected, centre, instrument);
        }
        let found = everyone(&seeker, &path(centre, 200.0, "&limit=50")).await;
        are_right(&found, &crowd.iter().collect::<Vec<_>>(), centre, None);
    }
}

#[tokio::test]
async fn whoever_does_not_want_to_be_found_is_not() {
    let Some(world) = World::local().await else { return };
    let (seeker, a, b) = (world.person().await, world.person().await, world.person().await);
    for person in [&seeker, &a, &b] {
        person.patch(ME, home(PARIS.0, PARIS.1)).await.ok();
        play(person, "violin", "advanced").await.ok();
    }
    let (anyone, violin) = (path(PARIS, 10.0, ""), path(PARIS, 10.0, "&instrument=violin&level=advanced"));
    let sees = async |seeker: &Person, expected: &[&Person]| {
        let expected: Vec<&str> = expected.iter().map(|person| person.id.as_str()).collect();
        for path in [&anyone, &violin] {
            assert_eq!(finds(seeker, path).await, expected);
        }
    };
    sees(&seeker, &[&a, &b]).await;
    a.patch(ME, json!({ "visible_nearby": false })).await.ok();
    sees(&seeker, &[&b]).await;
    // They still look for others themselves.
    sees(&a, &[&seeker, &b]).await;
    a.patch(ME, json!({ "visible_nearby": true })).await.ok();
    // A block hides each from the other, whoever made it.
    let block = format!("{ME}/blocks/{}", seeker.id);
    a.call(Method::PUT, &block).await.ok();
    sees(&seeker, &[&b]).await;
    sees(&a, &[&b]).await;
    sees(&b, &[&seeker, &a]).await;
    a.delete(&block).await.ok();
    sees(&seeker, &[&a, &b]).await;
    let leave = |mode: &str| json!({ "mode": mode, "password": PASSWORD });
    a.post("/v1/users/me/deletion", leave("deactivate")).await.ok();
    sees(&seeker, &[&b]).await;
    world.log_in(&a.name).await;
    sees(&seeker, &[&a, &b]).await;
    b.post("/v1/users/me/deletion", leave("erase")).await.ok();
    sees(&seeker, &[&a]).await;
    world.get(&anyone).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn what_the_index_still_has_of_somebody_is_not_believed() {
    let Some(world) = World::local().await else { return };
    let seeker = world.person().await;
    let far = json!({ "home": { "lat": 50.0, "lng": PARIS.1, "city": "X" } });
    let leave = json!({ "mode": "deactivate", "password": PASSWORD });
    for change in ["hides", "moves", "has no home", "leaves", "blocks", "is blocked"] {
        let person = world.person().await;
        person.patch(ME, home(PARIS.0, PARIS.1)).await.ok();
        let key = (format!("U#{}", person.id), "PROFILE".to_owned());
        let before = world.items().await[&key].clone();
        assert_eq!(finds(&seeker, &path(PARIS, 10.0, "")).await, [&*person.id], "{change}");
        match change {
            "hides" => person.patch(ME, json!({ "visible_nearby": false })).await.ok(),
            "moves" => person.patch(ME, far.clone()).await.ok(),
            "has no home" => person.patch(ME, json!({ "home": null })).await.ok(),
            "leaves" => person.post("/v1/users/me/deletion", leave.clone()).await.ok(),
            "blocks" => person.call(Method::PUT, &format!("{ME}/blocks/{}", seeker.id)).await.ok(),
            _ => seeker.call(Method::PUT, &format!("{ME}/blocks/{}", person.id)).await.ok(),
        };
        // As if the change had not reached the index.
        let client = world.backend().client().clone();
        let update = ["near", "near_sk", "card"].iter().fold(
            client.update_item().table_name(world.backend().table()),
            |update, name| {
                let update = update.expression_attribute_names(format!("#{name}"), *name);
                update.expression_attribute_values(format!(":{name}"), before[*name].clone())
            },
        );
        let update = update.update_expression("SET #near = :near, #near_sk = :near_sk, #card = :card");
        let update = update.key("pk", AttributeValue::S(key.0)).key("sk", AttributeValue::S(key.1));
        update.send().await.unwrap();
        assert!(finds(&seeker, &path(PARIS, 10.0, "")).await.is_empty(), "{change}");
        let page = seeker.get(&path(PARIS, 10.0, "&limit=1")).await;
        assert!(page.body["page"]["next"].is_null());
        let client = client.delete_item().table_name(world.backend().table());
        let client = client.key("pk", AttributeValue::S(format!("U#{}", person.id)));
        client.key("sk", AttributeValue::S("PROFILE".to_owned())).send().await.unwrap();
    }
}

#[tokio::test]
async fn a_cursor_names_nobody() {
    let Some(world) = World::local().await else { return };
    let seeker = world.person().await;
    let (near, next) = (world.person().await, world.person().await);
    near.patch(ME, home(PARIS.0, PARIS.1)).await.ok();
    next.patch(ME, home(PARIS.0 + 0.1, PARIS.1)).await.ok();
    near.call(Method::PUT, &format!("{ME}/blocks/{}", seeker.id)).await.ok();
    let search = path(PARIS, 50.0, "&limit=1");
    let reply = seeker.get(&search).await;
    let cursor = reply.body["page"]["next"].as_str().unwrap().to_owned();
    assert_eq!(reply.ok(), json!([]));
    let bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains(&near.id[..8]) && !text.contains("u09"));
    assert_eq!(finds(&seeker, &search).await, [&*next.id]);
    // It is for this search, and for whom it was given to.
    for other in [path(PARIS, 51.0, ""), path(PARIS, 50.0, "&instrument=violin")] {
        seeker.get(&format!("{other}&cursor={cursor}")).await.refused(400, "invalid_cursor");
    }
    next.get(&format!("{search}&cursor={cursor}")).await.refused(400, "invalid_cursor");
}

#[tokio::test]
async fn no_search_tells_a_home_better_than_to_five_kilometres() {
    let Some(world) = World::local().await else { return };
    let (seeker, person) = (world.person().await, world.person().await);
    let mut searches = Vec::new();
    for step in 0..12_u8 {
        let step = f64::from(step);
        let centre = (PARIS.0 + step * 0.01 - 0.06, PARIS.1 + step * 0.017 - 0.1);
        searches.extend([0.5, 1.0 + step / 3.0, 12.0].map(|radius| path(centre, radius, "")));
    }
    let mut seen = Vec::new();
    // Three homes in one cell of five characters, and one in its neighbour.
    for (lat, lng) in [(48.8867, 2.3431), (48.8700, 2.3600), (48.8990, 2.3300), (48.8990, 2.3800)] {
        person.patch(ME, home(lat, lng)).await.ok();
        let mut replies = Vec::new();
        for search in &searches {
            replies.push(seeker.get(search).await.ok());
        }
        seen.push(replies);
    }
    assert!(
        seen[0].iter().any(|reply| *reply == json!([])) && seen[0].iter().any(|reply| *reply != json!([]))
    );
    assert_eq!((&seen[1], &seen[2]), (&seen[0], &seen[0]));
    assert_ne!(seen[3], seen[0]);
}

#[tokio::test]
async fn bad_questions_are_answered_without_a_search() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    let reads: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&reads);
    world.faults.conflict_when(move |operation, body| {
        seen.lock().unwrap().push(format!("{operation} {body}"));
        false
    });
    let ask = |query: &str| person.get(&format!("/v1/users?{query}"));
    for (query, errors) in [
        ("", vec![("missing", "lat"), ("missing", "lng"), ("missing", "radius_km")]),
        ("lat=90.1&lng=0&radius_km=1", vec![("too_large", "lat")]),
        ("lat=-90.1&lng=180.1&radius_km=1", vec![("too_small", "lat"), ("too_large", "lng")]),
        ("lat=0&lng=0&radius_km=0", vec![("too_small", "radius_km")]),
        ("lat=0&lng=0&radius_km=0.49", vec![("too_small", "radius_km")]),
        ("lat=0&lng=0&radius_km=200.01", vec![("too_large", "radius_km")]),
        ("lat=NaN&lng=0&radius_km=1", vec![("wrong_type", "lat")]),
        ("lat=0&lng=inf&radius_km=NaN", vec![("wrong_type", "lng"), ("wrong_type", "radius_km")]),
        ("lat=0&lng=0&radius_km=1&limit=0", vec![("too_small", "limit")]),
        ("lat=0&lng=0&radius_km=1&limit=101", vec![("too_large", "limit")]),
        ("lat=0&lng=0&radius_km=1&level=advanced", vec![("missing", "instrument")]),
        ("lat=0&lng=0&radius_km=1&instrument=violin&level=virtuoso", vec![("invalid_value", "level")]),
        ("lat=0&lng=0&radius_km=1&instrument=A%20B", vec![("invalid_format", "instrument")]),
        ("lat=0&lng=0&radius_km=1&mood=blue", vec![("unknown_field", "mood")]),
        ("lat=0&lat=1&lng=0&radius_km=1", vec![("duplicate_field", "lat")]),
    ] {
        assert_eq!(ask(query).await.errors(), (422, errors), "{query}");
    }
    ask("lat=0&lng=0&radius_km=1&cursor=bm8gY3Vyc29yIG9mIG91cnM").await.refused(400, "invalid_cursor");
    let asked = std::mem::take(&mut *reads.lock().unwrap());
    assert!(asked.iter().all(|read| read.starts_with("GetItem") && read.contains("SESSION#")), "{asked:?}");
    let reply = ask("lat=0&lng=0&radius_km=1&instrument=kazoo-of-doom&genre=noise-of-doom").await;
    assert_eq!(reply.errors(), (422, vec![("unknown_instrument", "instrument"), ("unknown_genre", "genre")]));
    for query in ["lat=90&lng=180&radius_km=0.5", "lat=-90&lng=-180&radius_km=200"] {
        assert_eq!(ask(query).await.ok(), json!([]));
    }
}
