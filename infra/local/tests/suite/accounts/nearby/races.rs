//! The rows are right whatever happens at the same moment.

use serde_json::json;

use super::{GENRES, INSTRUMENTS, ME, home, like, play, rows::rows_are_right, together};
use crate::harness::{Call, PASSWORD, Person, World};

#[tokio::test]
async fn changes_at_the_same_moment_leave_no_stale_and_no_missing_row() {
    let Some(world) = World::local().await else { return };
    let (person, instruments) = (world.person().await, ["violin", "cello", "viola", "double-bass"]);
    for round in 0..60_u8 {
        let instrument = instruments[usize::from(round) % instruments.len()];
        let place = home(f64::from(round), 2.0);
        let statuses = together([
            like(&person, "swing"),
            person.patch(ME, place),
            play(&person, instrument, "advanced"),
            play(&person, "violin", if round % 2 == 0 { "beginner" } else { "professional" }),
        ])
        .await;
        assert_eq!(statuses, [200; 4]);
        assert_eq!(rows_are_right(&world).await, 1 + instruments.len().min(usize::from(round) + 1));
        let undo = [
            person.delete(&format!("{GENRES}/swing")),
            person.patch(ME, json!({ "visible_nearby": round % 3 == 0 })),
            play(&person, instrument, "intermediate"),
        ];
        assert_eq!(together(undo).await, [200; 3]);
        rows_are_right(&world).await;
        person.patch(ME, json!({ "visible_nearby": true })).await.ok();
    }
}

/// Numbers that look random and are the same in every run (Knuth's MMIX generator).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    pub(super) fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let at = self.below(of.len() as u64);
        of[usize::try_from(at).unwrap()]
    }
}

fn something(dice: &mut Dice, person: &Person) -> Call {
    let instrument = dice.one(&["violin", "cello", "viola"]);
    let genre = dice.one(&["swing", "bossa-nova", "blues"]);
    let level = dice.one(&["beginner", "intermediate", "advanced", "professional"]);
    match dice.below(9) {
        0 | 1 => play(person, instrument, level),
        2 => person.delete(&format!("{INSTRUMENTS}/{instrument}")),
        3 | 4 => like(person, genre),
        5 => person.delete(&format!("{GENRES}/{genre}")),
        6 => person.patch(ME, json!({ "visible_nearby": dice.below(3) > 0 })),
        7 if dice.below(5) == 0 => person.patch(ME, json!({ "home": null })),
        7 => {
            let [lat, lng] =
                [dice.below(180), dice.below(360)].map(|at| f64::from(u32::try_from(at).unwrap()));
            person.patch(ME, home(lat - 89.5, lng - 179.5))
        }
        _ => person.patch(ME, json!({ "bio": level })),
    }
}

#[tokio::test]
async fn the_rows_are_right_after_any_scramble() {
    let Some(world) = World::local().await else { return };
    let mut dice = Dice(1953);
    let mut people = Vec::new();
    for _ in 0..12 {
        people.push(world.person().await);
    }
    for round in 0..30 {
        let mut calls = Vec::new();
        for person in &people {
            calls.extend((0..4).map(|_| something(&mut dice, person)));
        }
        if round % 4 == 3 {
            let at = usize::try_from(dice.below(12)).unwrap();
            let leave = json!({ "mode": "deactivate", "password": PASSWORD });
            calls.push(people[at].post("/v1/users/me/deletion", leave));
            together(calls).await;
            rows_are_right(&world).await;
            people[at] = world.log_in(&people[at].name).await;
        } else {
            let statuses = together(calls).await;
            assert!(statuses.iter().all(|status| [200, 404].contains(status)), "{statuses:?}");
        }
        rows_are_right(&world).await;
    }
    world.audit().await;
}
