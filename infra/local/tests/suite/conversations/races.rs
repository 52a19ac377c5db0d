use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{direct, group};
use crate::{
    events::Dice,
    harness::{Person, World},
};

/// Sends until it is acknowledged, as a client does that is told to try again.
async fn insist(person: &Person, path: &str, id: String) -> u64 {
    loop {
        let body = json!({ "text": id, "client_message_id": id });
        let reply = person.post(&format!("{path}/messages"), body).await;
        match reply.status {
            201 => return reply.created()["seq"].as_u64().unwrap(),
            503 => {}
            _ => panic!("{}", reply.text),
        }
    }
}

/// All messages of a conversation: number and text.
async fn all(person: &Person, path: &str) -> BTreeMap<u64, String> {
    let (mut messages, mut cursor) = (BTreeMap::new(), String::new());
    loop {
        let reply = person.get(&format!("{path}/messages?limit=100{cursor}")).await;
        let next = reply.body["page"]["next"].as_str().map(|next| format!("&cursor={next}"));
        for message in reply.ok().as_array().unwrap() {
            let text = message["text"].as_str().unwrap().to_owned();
            messages.insert(message["seq"].as_u64().unwrap(), text);
        }
        let Some(next) = next else { return messages };
        cursor = next;
    }
}

/// 200 senders at once, while a third of the transactions meet others: the numbers have neither gap nor duplicate, and
/// every socket gets every message. One member's sockets break off at random; what `sync` gives after each break is
/// precisely what was missed.
#[tokio::test(flavor = "multi_thread")]
async fn of_200_messages_at_once_each_gets_its_number_and_reaches_everybody() {
    let Some(world) = World::local().await else { return };
    let ann = world.person().await;
    let others = join_all((0..4).map(|_| world.person())).await;
    let path = group(&ann, &others.iter().collect::<Vec<_>>()).await;
    let sockets = join_all(others[1..].iter().map(|other| world.socket(other))).await;
    let mut dice = Dice(42);
    world.faults.conflict_when(move |operation, body| {
        operation == "TransactWriteItems" && body.contains("CLIENT#") && dice.roll(3) == 0
    });
    let members: Vec<&Person> = [&ann].into_iter().chain(&others).collect();
    let sending = (0..200).map(|number| insist(members[number % members.len()], &path, format!("n{number}")));
    let away = restless(&world, &others[0], &path);
    let listening = sockets.into_iter().map(|mut socket| async move {
        let mut seen = BTreeMap::new();
        while seen.len() < 200 {
            let message = socket.next_of("message").await;
            seen.insert(message["seq"].as_u64().unwrap(), message["text"].as_str().unwrap().to_owned());
        }
        seen
    });
    let (numbers, by_socket, by_sync) = tokio::join!(join_all(sending), join_all(listening), away);
    world.faults.stop();

    let messages = all(&ann, &path).await;
    assert_eq!(messages.keys().copied().collect::<Vec<_>>(), (1..=200).collect::<Vec<_>>());
    for (at, number) in numbers.iter().enumerate() {
        assert_eq!(messages[number], format!("n{at}"));
    }
    for seen in by_socket {
        assert_eq!(seen, messages);
    }
    assert_eq!(by_sync, messages);
    world.audit().await;
}

/// Reads over sockets that break off, and catches up after each: from the list where it missed more than `sync` gives.
/// Panics when it is told of what it had.
async fn restless(world: &World, person: &Person, path: &str) -> BTreeMap<u64, String> {
    let mut dice = Dice(7);
    let (mut seen, mut up_to, mut breaks) = (BTreeMap::<u64, String>::new(), 0, 0);
    let keep = |seen: &mut BTreeMap<u64, String>, message: &Value| {
        seen.insert(message["seq"].as_u64().unwrap(), message["text"].as_str().unwrap().to_owned());
    };
    while seen.len() < 200 || breaks < 3 {
        let mut socket = world.socket(person).await;
        let id = path.rsplit('/').next().unwrap();
        let known = json!({ "conversations": [{ "conversation_id": id, "seq": up_to, "change": 0 }] });
        let missed = person.post("/v1/sync", known).await.ok();
        for missed in missed["conversations"].as_array().unwrap() {
            if missed["gap"] == true {
                seen = all(person, path).await;
                continue;
            }
            for message in missed["messages"].as_array().unwrap() {
                assert!(message["seq"].as_u64().unwrap() > up_to, "{message} was known");
                keep(&mut seen, message);
            }
        }
        // What came in between is new, or comes again; without a gap it counts as known.
        for _ in 0..dice.roll(30) {
            if seen.len() == 200 {
                break;
            }
            keep(&mut seen, &socket.next_of("message").await);
        }
        while seen.contains_key(&(up_to + 1)) {
            up_to += 1;
        }
        socket.vanish();
        breaks += 1;
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_transaction_goes_through_a_sender_is_told_so_in_time() {
    let Some(world) = World::local().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    world
        .faults
        .conflict_when(|operation, body| operation == "TransactWriteItems" && body.contains("CLIENT#"));
    let body = json!({ "text": "One", "client_message_id": "a" });
    let reply = ann.post(&format!("{path}/messages"), body.clone()).await;
    reply.refused(503, "unavailable");
    assert!(!reply.header("retry-after").is_empty());
    world.faults.stop();
    assert_eq!(ann.post(&format!("{path}/messages"), body).await.created()["seq"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_reply_got_lost_is_not_there_twice() {
    let Some(world) = World::local().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    let mut lost = 0;
    world.faults.lose_reply_when(move |operation, body| {
        lost += usize::from(operation == "TransactWriteItems" && body.contains("CLIENT#"));
        operation == "TransactWriteItems" && body.contains("CLIENT#") && lost <= 5
    });
    for id in ["a", "b", "c"] {
        insist(&ann, &path, id.to_owned()).await;
    }
    world.faults.stop();
    assert_eq!(all(&bob, &path).await.into_values().collect::<Vec<_>>(), ["a", "b", "c"]);
    world.audit().await;
}

/// Members come and go while others talk: nobody has a message from before they came or from after they went.
#[tokio::test(flavor = "multi_thread")]
async fn who_comes_while_others_talk_sees_nothing_from_before() {
    let world = World::new().await;
    let (ann, bob) = (world.person().await, world.person().await);
    for _ in 0..10 {
        let (path, carol) = (group(&ann, &[&bob]).await, world.person().await);
        let talking = join_all((0..20).map(|number| insist(&bob, &path, format!("n{number}"))));
        let coming = async {
            let part = ann.put(&super::member(&path, &carol), json!({})).await.ok();
            part["from_seq"].as_u64().unwrap()
        };
        let (_, first) = tokio::join!(talking, coming);
        let seen = all(&carol, &path).await;
        assert_eq!(seen.keys().copied().collect::<Vec<_>>(), (first..=20).collect::<Vec<_>>());
    }
    world.audit().await;
}
