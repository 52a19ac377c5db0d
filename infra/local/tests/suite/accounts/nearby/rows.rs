//! The rows of the index `near` are what profiles and tastes say.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use crate::harness::World;

type Item = HashMap<String, AttributeValue>;
/// By the key of the item: partition and place in the index, and the card.
pub(super) type Rows = BTreeMap<(String, String), (String, String, Value)>;

fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name).map(|value| value.as_s().unwrap().as_str())
}

fn number(map: &Item, name: &str) -> f64 {
    map[name].as_n().unwrap().parse().unwrap()
}

fn json_of(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!(text),
        AttributeValue::N(number) => json!(number.parse::<f64>().unwrap()),
        AttributeValue::L(list) => list.iter().map(json_of).collect(),
        AttributeValue::M(map) => map.iter().map(|(name, value)| (name.clone(), json_of(value))).collect(),
        other => panic!("{other:?} is in a card"),
    }
}

/// The rows that are in the table.
pub(super) fn actual(items: &BTreeMap<(String, String), Item>) -> Rows {
    let owned = |item: &Item, name| text(item, name).map(str::to_owned);
    let row = |item: &Item| Some((owned(item, "near")?, owned(item, "near_sk")?, json_of(&item["card"])));
    for item in items.values() {
        assert_eq!(item.contains_key("near"), item.contains_key("near_sk"), "{item:?}");
    }
    items.iter().filter_map(|(key, item)| Some((key.clone(), row(item)?))).collect()
}

/// The rows that profiles and tastes ask for, worked out anew.
fn expected(items: &BTreeMap<(String, String), Item>) -> Rows {
    let mut rows = Rows::new();
    for ((pk, _), profile) in items.iter().filter(|((_, sk), _)| sk == "PROFILE") {
        let visible = profile.get("visible_nearby").is_none_or(|visible| *visible.as_bool().unwrap());
        let Some(AttributeValue::M(home)) = profile.get("home") else { continue };
        if !visible || text(profile, "status") != Some("active") {
            continue;
        }
        let at = geohash::Coord { x: number(home, "lng"), y: number(home, "lat") };
        let (place, ..) = geohash::decode(&geohash::encode(at, 5).unwrap()).unwrap();
        let hash = geohash::encode(place, 9).unwrap();
        let cell = match place.y {
            lat if lat > 73.125 => "N",
            lat if lat < -73.125 => "S",
            _ => &hash[..3],
        };
        let user = text(profile, "user_id").unwrap();
        let of = |prefix: &str| -> Vec<&str> {
            let mine = items.keys().filter(|(other, sk)| other == pk && sk.starts_with(prefix));
            mine.map(|(_, sk)| &sk[prefix.len()..]).collect()
        };
        let mut card = json!({ "user_id": user, "place": { "lat": place.y, "lng": place.x } });
        if !of("GENRE#").is_empty() {
            card["genres"] = json!(of("GENRE#"));
        }
        let sort = format!("{hash}#{user}");
        let any = (format!("N#*#{cell}"), sort.clone(), card.clone());
        rows.insert((pk.clone(), "PROFILE".to_owned()), any);
        for instrument in of("INSTRUMENT#") {
            let key = (pk.clone(), format!("INSTRUMENT#{instrument}"));
            card["level"] = json!(text(&items[&key], "level").unwrap());
            rows.insert(key, (format!("N#{instrument}#{cell}"), sort.clone(), card.clone()));
        }
    }
    rows
}

/// Fails unless every row is there, none is left over, and each says what it should. Gives their number.
pub(super) async fn rows_are_right(world: &World) -> usize {
    let items = world.items().await;
    let (actual, expected) = (actual(&items), expected(&items));
    assert_eq!(actual, expected);
    // What is projected of somebody who is not found says nothing of their place.
    let is_a_persons = |(pk, sk): &(String, String)| {
        pk.starts_with("U#") && ["PROFILE", "INSTRUMENT#", "GENRE#"].iter().any(|kind| sk.starts_with(kind))
    };
    let others = items.iter().filter(|(key, _)| is_a_persons(key) && !actual.contains_key(*key));
    for ((_, sk), item) in others {
        if let Some(card) = item.get("card") {
            let card = json_of(card);
            let plain = card.get("place").is_none() && card.get("genres").is_none();
            assert!(plain && card["level"].as_str() == text(item, "level"), "{sk} {card}");
        }
    }
    actual.len()
}
