//! Who is found nearby.

mod crowd;
mod races;
mod rows;
mod search;

use reqwest::Method;
use serde_json::{Value, json};
use tunelink_local::world::{Plan, load};

use self::rows::{actual, rows_are_right};
use crate::harness::{Call, PASSWORD, Person, World};

const ME: &str = "/v1/users/me";
const INSTRUMENTS: &str = "/v1/users/me/instruments";
const GENRES: &str = "/v1/users/me/genres";

fn home(lat: f64, lng: f64) -> Value {
    json!({ "home": { "lat": lat, "lng": lng, "city": "X" } })
}

fn play(person: &Person, id: &str, level: &str) -> Call {
    person.put(&format!("{INSTRUMENTS}/{id}"), json!({ "level": level }))
}

fn like(person: &Person, id: &str) -> Call {
    person.call(Method::PUT, &format!("{GENRES}/{id}"))
}

/// Sends these calls at the same time and gives their statuses.
async fn together(calls: impl IntoIterator<Item = Call>) -> Vec<u16> {
    let calls = calls.into_iter().map(|call| tokio::spawn(std::future::IntoFuture::into_future(call)));
    let calls: Vec<_> = calls.collect();
    let mut statuses = Vec::new();
    for call in calls {
        statuses.push(call.await.unwrap().status);
    }
    statuses
}

/// Fails unless there are this many rows, all of them right.
macro_rules! rows {
    ($world:expr, $number:expr) => {
        assert_eq!(rows_are_right(&$world).await, $number)
    };
}

#[tokio::test]
async fn the_rows_follow_every_change() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    rows!(world, 0);
    play(&person, "violin", "beginner").await.ok();
    like(&person, "swing").await.ok();
    rows!(world, 0);
    person.patch(ME, home(48.8867, 2.3431)).await.ok();
    rows!(world, 2);
    play(&person, "cello", "advanced").await.ok();
    play(&person, "violin", "professional").await.ok();
    like(&person, "bossa-nova").await.ok();
    rows!(world, 3);
    person.patch(ME, home(-33.86, 151.2)).await.ok();
    rows!(world, 3);
    person.delete(&format!("{INSTRUMENTS}/violin")).await.ok();
    rows!(world, 2);
    person.delete(&format!("{GENRES}/swing")).await.ok();
    person.delete(&format!("{GENRES}/bossa-nova")).await.ok();
    rows!(world, 2);
    person.patch(ME, json!({ "visible_nearby": false })).await.ok();
    rows!(world, 0);
    play(&person, "violin", "advanced").await.ok();
    like(&person, "swing").await.ok();
    rows!(world, 0);
    person.patch(ME, json!({ "visible_nearby": null })).await.ok();
    rows!(world, 3);
    person.patch(ME, json!({ "home": null })).await.ok();
    rows!(world, 0);
    person.patch(ME, json!({ "home": home(1.0, 2.0)["home"], "visible_nearby": true })).await.ok();
    rows!(world, 3);
}

#[tokio::test]
async fn a_home_given_at_registration_is_found() {
    let Some(world) = World::local().await else { return };
    let mut account = crate::harness::account(&crate::harness::unique("p"));
    account["home"] = home(48.8867, 2.3431)["home"].clone();
    world.post("/v1/auth/register", account).await.created();
    rows!(world, 1);
}

#[tokio::test]
async fn beyond_the_last_row_of_the_grid_a_pole_is_one_cell() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    play(&person, "violin", "beginner").await.ok();
    for (lat, lng) in
        [(90.0, 0.0), (-90.0, 180.0), (73.2, -180.0), (73.0, 180.0), (-73.2, 15.6), (-73.0, 15.6)]
    {
        person.patch(ME, home(lat, lng)).await.ok();
        rows!(world, 2);
        let cells: Vec<String> = actual(&world.items().await).into_values().map(|(near, ..)| near).collect();
        let polar = cells.iter().all(|near| near.ends_with(if lat > 0.0 { "#N" } else { "#S" }));
        assert_eq!(polar, lat.abs() > 73.125, "{cells:?}");
    }
}

#[tokio::test]
async fn a_row_knows_a_home_no_better_than_others_do() {
    let Some(world) = World::local().await else { return };
    let (person, other) = (world.person().await, world.person().await);
    play(&person, "violin", "beginner").await.ok();
    person.patch(ME, home(48.8867, 2.3431)).await.ok();
    let shown = other.get(&format!("/v1/users/{}", person.id)).await.ok()["home"].clone();
    let before = actual(&world.items().await);
    for (_, _, card) in before.values() {
        assert_eq!(card["place"], json!({ "lat": shown["lat"], "lng": shown["lng"] }));
    }
    // To the other end of the same cell of five characters: nothing of it can be seen.
    person.patch(ME, home(48.8700, 2.3600)).await.ok();
    assert_eq!(other.get(&format!("/v1/users/{}", person.id)).await.ok()["home"], shown);
    assert_eq!(actual(&world.items().await), before);
}

#[tokio::test]
async fn whoever_leaves_has_no_row_and_whoever_comes_back_has_them_all() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    person.patch(ME, home(48.8867, 2.3431)).await.ok();
    let catalogue = world.get("/v1/instruments?limit=20").await.ok();
    for entry in catalogue.as_array().unwrap() {
        play(&person, entry["id"].as_str().unwrap(), "advanced").await.ok();
    }
    like(&person, "swing").await.ok();
    rows!(world, 21);
    // As many writes as there can be in one transaction: every row, and every session that one can have.
    for _ in 0..49 {
        world.log_in(&person.name).await;
        world.pass(std::time::Duration::from_mins(6)).await;
    }
    rows!(world, 21);
    let person = world.log_in(&person.name).await;
    let leave = |mode: &str| json!({ "mode": mode, "password": PASSWORD });
    person.post("/v1/users/me/deletion", leave("deactivate")).await.ok();
    rows!(world, 0);
    let back = world.log_in(&person.name).await;
    rows!(world, 21);
    // The first step of an erasure is enough.
    world.faults.conflict_when(|operation, _| operation == "BatchWriteItem");
    back.post("/v1/users/me/deletion", leave("erase")).await.ok();
    rows!(world, 0);
    assert!(world.items().await.keys().any(|(_, sk)| sk.starts_with("INSTRUMENT#") && sk.len() > 11));
    world.faults.stop();
}

#[tokio::test]
async fn an_account_that_is_due_is_erased_with_its_rows() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    person.patch(ME, home(48.8867, 2.3431)).await.ok();
    play(&person, "violin", "advanced").await.ok();
    let leave = json!({ "mode": "deactivate", "password": PASSWORD });
    person.post("/v1/users/me/deletion", leave).await.ok();
    world.pass(std::time::Duration::from_hours(24 * 30)).await;
    assert_eq!(world.erase_due().await.unwrap(), 1);
    rows!(world, 0);
    assert!(world.own_items().await.is_empty());
}

#[tokio::test]
async fn a_move_is_made_under_the_version_that_was_seen() {
    let Some(world) = World::local().await else { return };
    let person = world.person().await;
    let seen = person.get(ME).await.header("etag").to_owned();
    let reply = person.patch(ME, home(48.8867, 2.3431)).header("if-match", &seen).await;
    let moved = reply.header("etag").to_owned();
    assert_eq!(reply.ok(), person.get(ME).await.ok());
    let stale = person.patch(ME, json!({ "home": null })).header("if-match", &seen);
    stale.await.refused(412, "precondition_failed");
    // What is played is no part of the profile's version.
    play(&person, "violin", "advanced").await.ok();
    let reply = person.patch(ME, json!({ "home": null, "bio": "Gone" })).header("if-match", &moved).await;
    let profile = reply.ok();
    assert_eq!((&profile["home"], &profile["bio"]), (&json!(null), &json!("Gone")));
    rows!(world, 0);
    let seen = person.get(ME).await.header("etag").to_owned();
    let moves = |n: i32| person.patch(ME, home(f64::from(n), 2.0)).header("if-match", &seen);
    let made = together((0..10).map(moves)).await.into_iter().filter(|status| *status == 200).count();
    assert_eq!(made, 1);
    rows!(world, 2);
}

#[tokio::test]
async fn the_people_of_a_loaded_world_have_their_rows() {
    let Some(world) = World::local().await else { return };
    let plan = Plan { seed: 7, events: 1, musicians: 200, now: world.app().now(), around: None };
    load::load(world.app(), None, plan, |_| ()).await.map_err(|error| error.to_string()).unwrap();
    assert!(rows_are_right(&world).await > 200);
}
