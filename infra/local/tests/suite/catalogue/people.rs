use serde_json::{Value, json};

use super::{KINDS, add, pages, take_up};
use crate::harness::{PASSWORD, World};

fn names(people: &[Value]) -> Vec<&str> {
    people.iter().map(|person| person["username"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_most_advanced_come_first() {
    let Some(world) = World::with_admins().await else { return };
    let admin = world.admin().await;
    let id = add(&admin, "/v1/instruments").await;
    let mut expected = Vec::new();
    for level in ["beginner", "professional", "advanced", "intermediate", "professional"] {
        let person = world.person().await;
        take_up(&person, "/v1/users/me/instruments", &id, level).await.ok();
        expected.push((level, person.name));
    }
    let rank = |level: &str| {
        ["professional", "advanced", "intermediate", "beginner"].iter().position(|l| *l == level)
    };
    expected.sort_by_key(|(level, _)| rank(level));
    let expected: Vec<&str> = expected.iter().map(|(_, name)| name.as_str()).collect();
    let path = format!("/v1/instruments/{id}/users");
    for limit in [1, 2, 100] {
        let found = pages(&world, Some(&admin), &path, limit).await.concat();
        assert_eq!(names(&found), expected);
    }
    let professionals = admin.get(&format!("{path}?level=professional")).await.ok();
    assert_eq!(names(professionals.as_array().unwrap()), expected[..2]);
    world.get(&path).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn a_new_level_moves_somebody_and_those_who_left_are_not_shown() {
    let Some(world) = World::with_admins().await else { return };
    let admin = world.admin().await;
    for (base, mine) in KINDS {
        let id = add(&admin, base).await;
        let path = format!("{base}/{id}/users");
        let (a, b) = (world.person().await, world.person().await);
        take_up(&a, mine, &id, "advanced").await.ok();
        take_up(&b, mine, &id, "beginner").await.ok();
        let shown = admin.get(&path).await.ok();
        assert_eq!(names(shown.as_array().unwrap()), [&*a.name, &*b.name]);
        assert!(!shown.to_string().contains("example.org"));
        if base == "/v1/instruments" {
            take_up(&b, mine, &id, "professional").await.ok();
            let shown = admin.get(&path).await.ok();
            assert_eq!(names(shown.as_array().unwrap()), [&*b.name, &*a.name]);
        }
        a.post("/v1/users/me/deletion", json!({ "mode": "deactivate", "password": PASSWORD })).await.ok();
        assert_eq!(names(admin.get(&path).await.ok().as_array().unwrap()), [&*b.name]);
        admin.get(&format!("{base}/no-such-thing/users")).await.refused(404, "not_found");
    }
}
