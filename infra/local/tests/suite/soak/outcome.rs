//! What is there when nothing fails any more.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Mutex,
};

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
    const PATIENCE: usize = 20;
    // Their sockets tell of what comes until they are closed.
    town.gone.lock().unwrap().iter_mut().for_each(|citizen| citizen.socket = None);
    let mut letters = 0;
    for _ in 0..PATIENCE {
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
    panic!("there are new dead letters again and again");
}

/// Panics unless all that was acknowledged is there, and all that always holds does.
pub(super) async fn check(world: &World, town: &Town, people: Vec<Citizen>) {
    let items = world.items().await;
    made(&items, town);
    let joined: usize = people.iter().map(|citizen| kept(&items, citizen)).sum();
    let number = erased(&items, town);
    let count = |of: &Mutex<Vec<String>>| of.lock().unwrap().len();
    let (messages, events, talks) =
        (town.messages.lock().unwrap().len(), count(&town.events), count(&town.talks));
    super::tell(&format!(
        "{messages} messages, {events} events, {talks} conversations and {joined} seats or places are there, \
         {number} people are erased"
    ));
    world.audit().await;
    super::tell(&format!("all is as it should be in {} rows", items.len()));
}

/// Messages, events and conversations that somebody was told of are there.
fn made(items: &Items, town: &Town) {
    let gone: Vec<String> =
        town.gone.lock().unwrap().iter().map(|citizen| citizen.person.id.clone()).collect();
    let drafts = town.drafts.lock().unwrap();
    // A draft goes with its organiser, and what they wrote there to themselves goes with it.
    let went = |talk: &str| {
        drafts.get(id(talk)).is_some_and(|organiser| gone.contains(organiser))
            && !has(items, format!("E#{}", id(talk)), "EVENT")
    };
    let messages = town.messages.lock().unwrap();
    for Acknowledged { talk, seq, sender, name } in messages.iter().filter(|sent| !went(&sent.talk)) {
        let key = (format!("C#{}", id(talk)), format!("M#{seq:010}"));
        let message = items.get(&key).unwrap_or_else(|| panic!("a message is lost: {key:?}"));
        let is = |attribute: &str, value: &String| message[attribute].as_s() == Ok(value);
        assert!(is("client_message_id", name) && is("sender_id", sender), "{key:?} is another: {message:?}");
    }
    for event in town.events.lock().unwrap().iter() {
        assert!(has(items, format!("E#{}", id(event)), "EVENT"), "an event is lost: {event}");
    }
    for talk in town.talks.lock().unwrap().iter() {
        assert!(has(items, format!("C#{}", id(talk)), "CONVERSATION"), "a conversation is lost: {talk}");
    }
}

/// Somebody's account, parts in events and ends of sessions are as they were told; how many parts there are.
fn kept(items: &Items, citizen: &Citizen) -> usize {
    let partition = format!("U#{}", citizen.person.id);
    assert!(has(items, partition.clone(), "PROFILE"), "an account is lost: {partition}");
    for session in &citizen.ended {
        let goes_on = has(items, partition.clone(), &format!("SESSION#{session}"));
        assert!(!goes_on, "{partition}: {session} goes on");
    }
    let mut joined = 0;
    for (event, part) in &citizen.parts {
        let there = has(items, format!("E#{}", id(event)), &format!("PARTICIPANT#{}", citizen.person.id));
        assert!(part.is_none_or(|part| part == there), "{partition} in {event}: {part:?}, but {there}");
        joined += usize::from(there);
    }
    joined
}

fn has(items: &Items, pk: String, sk: &str) -> bool {
    items.contains_key(&(pk, sk.to_owned()))
}

/// Of whom it was acknowledged that they are erased there is nothing; how many they are.
fn erased(items: &Items, town: &Town) -> usize {
    let gone = town.gone.lock().unwrap();
    let erased = gone.iter().filter(|citizen| citizen.life == Life::Leaving { acknowledged: true });
    erased.map(|citizen| nothing_of(items, &citizen.person.id)).count()
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
