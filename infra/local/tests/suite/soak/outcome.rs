//! What is there when nothing fails any more.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    citizen::{Citizen, Life},
    town::{Acknowledged, Town},
};
use crate::harness::World;

type Items = BTreeMap<(String, String), HashMap<String, AttributeValue>>;

/// Has all happen that is to follow, as the schedule and whoever looks after the service do; how many dead letters there
/// were.
pub(super) async fn settle(world: &World, town: &Town) -> usize {
    // Their sockets tell of what comes until they are closed.
    town.gone.lock().unwrap().iter_mut().for_each(|citizen| citizen.socket = None);
    let mut letters = 0;
    loop {
        world.settled().await;
        let left = world.dead_letters().await.len();
        world.erase_due().await.expect("nothing fails any more");
        if left == 0 {
            world.settled().await;
            return letters;
        }
        letters += left;
        let pump = world.backend().pump().expect("it reacts");
        let redriven = pump.redrive().await.expect("the letters can be read");
        assert_eq!((redriven.failed, redriven.gone), (0, 0), "nothing fails any more");
    }
}

/// Panics unless all that was acknowledged is there, and all that always holds does.
pub(super) async fn check(world: &World, town: &Town, people: Vec<Citizen>) {
    let items = world.items().await;
    let has = |pk: String, sk: String| items.contains_key(&(pk, sk));
    for Acknowledged { talk, seq, sender, name } in town.messages.lock().unwrap().iter() {
        let key = (format!("C#{}", id(talk)), format!("M#{seq:010}"));
        let message = items.get(&key).unwrap_or_else(|| panic!("a message is lost: {key:?}"));
        let is = |attribute: &str, value: &String| message[attribute].as_s() == Ok(value);
        assert!(is("client_message_id", name) && is("sender_id", sender), "{key:?} is another: {message:?}");
    }
    let mut joined = 0;
    for citizen in &people {
        let partition = format!("U#{}", citizen.person.id);
        assert!(has(partition.clone(), "PROFILE".to_owned()), "an account is lost: {partition}");
        for (event, part) in &citizen.parts {
            let there = has(format!("E#{}", id(event)), format!("PARTICIPANT#{}", citizen.person.id));
            assert!(part.is_none_or(|part| part == there), "{partition} in {event}: {part:?}, but {there}");
            joined += usize::from(there);
        }
        for session in &citizen.ended {
            assert!(!has(partition.clone(), format!("SESSION#{session}")), "{partition}: {session} goes on");
        }
    }
    let gone = town.gone.lock().unwrap();
    let erased = gone.iter().filter(|citizen| citizen.life == Life::Leaving { acknowledged: true });
    let mut number = 0;
    for citizen in erased {
        nothing_of(&items, &citizen.person.id);
        number += 1;
    }
    let messages = town.messages.lock().unwrap().len();
    super::tell(&format!("{messages} messages and {joined} seats or places there, {number} people erased"));
    world.audit().await;
    super::tell(&format!("all is as it should be in {} rows", items.len()));
}

/// Whoever is erased has left nothing under their name.
fn nothing_of(items: &Items, person: &str) {
    let own = [format!("U#{person}"), format!("CREDENTIAL#{person}")];
    let left: Vec<_> = items.keys().filter(|(pk, _)| own.contains(pk)).collect();
    assert!(left.is_empty(), "of somebody who is erased there is {left:?}");
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}
