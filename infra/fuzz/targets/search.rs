//! The search for events: where, when, what.

use std::collections::HashMap;

use functions::SEARCH_EVENTS;
use libfuzzer_sys::Corpus;

use crate::queries::{pairs, send};

/// All of it is the query string.
pub(crate) fn run(data: &[u8]) -> Corpus {
    let Ok(query) = std::str::from_utf8(data) else { return Corpus::Reject };
    let Some(reply) = send(&SEARCH_EVENTS, query) else { return Corpus::Reject };
    if reply.is_accepted() {
        check(&pairs(query).collect());
    }
    Corpus::Keep
}

fn check(given: &HashMap<String, String>) {
    let number = |name: &str| given.get(name).map(|text| text.parse::<f64>().expect("a number"));
    let (lat, lng) = (number("lat"), number("lng"));
    assert_eq!(lat.is_some(), lng.is_some(), "half a place: {given:?}");
    let has_place = lat.is_some();
    assert!(has_place || !given.contains_key("radius_km"), "a radius around nothing: {given:?}");
    assert!(has_place || given.get("sort").is_none_or(|sort| sort != "distance"), "no place: {given:?}");
    assert!(lat.is_none_or(|lat| lat.abs() <= 90.0), "{given:?}");
    assert!(lng.is_none_or(|lng| lng.abs() <= 180.0), "{given:?}");
    assert!(number("radius_km").is_none_or(|radius| (0.5..=200.0).contains(&radius)), "{given:?}");
}
