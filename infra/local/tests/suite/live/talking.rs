use serde_json::{Value, json};

use crate::{
    conversations::{direct, group, member, say},
    harness::{Person, Socket, World},
};

fn id(path: &str) -> &str {
    path.rsplit('/').next().expect("an id")
}

async fn send(socket: &mut Socket, path: &str, text: &str, client_id: &str) -> Value {
    let data = json!({ "conversation_id": id(path), "text": text, "client_message_id": client_id });
    socket.send("send_message", data).await;
    socket.next_of("sent").await
}

/// Blocks somebody.
async fn block(person: &Person, other: &Person) {
    person.put(&format!("/v1/users/me/blocks/{}", other.id), json!({})).await.ok();
}

#[tokio::test]
async fn two_people_talk_over_sockets() {
    let Some(world) = World::local().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    let (mut anns, mut bobs) = (world.socket(&ann).await, world.socket(&bob).await);
    let mut anns_phone = world.socket(&world.log_in(&ann.name).await).await;
    let sent = send(&mut anns, &path, "Hello", "a").await;
    assert_eq!((&sent["request_id"], &sent["message"]["seq"]), (&json!("1"), &json!(1)));
    let heard = bobs.next_of("message").await;
    assert_eq!(heard, sent["message"]);
    assert_eq!(anns_phone.next_of("message").await, heard);
    assert_eq!(send(&mut anns, &path, "Again", "a").await["message"], sent["message"]);

    bobs.send("typing", json!({ "conversation_id": id(&path) })).await;
    assert_eq!(anns.next_of("typing").await["user_id"], bob.id.as_str());
    bobs.send("mark_read", json!({ "conversation_id": id(&path), "seq": 1 })).await;
    assert_eq!(bobs.next_of("marked_read").await["read_seq"], 1);
    let mark = anns.next_of("read").await;
    assert_eq!((&mark["user_id"], &mark["read_seq"]), (&json!(bob.id), &json!(1)));

    ann.patch(&format!("{path}/messages/1"), json!({ "text": "Hello!" })).await.ok();
    let change = bobs.next_of("change").await;
    assert_eq!((&change["change"], &change["message"]["text"]), (&json!(1), &json!("Hello!")));
    ann.delete(&format!("{path}/messages/1")).await.ok();
    assert!(bobs.next_of("change").await["message"]["text"].is_null());
    world.settled().await;
    assert!(world.dead_letters().await.is_empty());
}

#[tokio::test]
async fn members_learn_who_comes_and_goes_and_who_is_taken_out_hears_no_more() {
    let Some(world) = World::local().await else { return };
    let (ann, bob, carol) = (world.person().await, world.person().await, world.person().await);
    let path = group(&ann, &[&bob]).await;
    let (mut bobs, mut carols) = (world.socket(&bob).await, world.socket(&carol).await);
    say(&ann, &path, "Before").await;
    world.settled().await;
    assert_eq!(carols.rest().await, [] as [Value; 0]);
    ann.put(&member(&path, &carol), json!({})).await.ok();
    assert_eq!(carols.next_of("change").await["what"]["kind"], "member_added");
    say(&ann, &path, "While").await;
    assert_eq!(carols.next_of("message").await["seq"], 2);
    ann.patch(&format!("{path}/messages/1"), json!({ "text": "Changed" })).await.ok();
    assert!(carols.next_of("change").await["message"].is_null(), "from before she came");
    ann.delete(&member(&path, &carol)).await.ok();
    world.settled().await;
    say(&ann, &path, "After").await;
    ann.patch(&path, json!({ "title": "Duo" })).await.ok();
    world.settled().await;
    let rest = carols.rest().await;
    let kinds: Vec<&Value> =
        rest.iter().map(|frame| &frame["type"]).filter(|kind| *kind != "notification").collect();
    assert_eq!(kinds, ["left"], "{rest:#?}");
    let seen: Vec<Value> = bobs
        .rest()
        .await
        .iter()
        .filter(|f| f["type"] == "message")
        .map(|f| f["data"]["seq"].clone())
        .collect();
    assert_eq!(seen, [1, 2, 3]);
}

#[tokio::test]
async fn who_is_blocked_hears_nothing_of_the_other_from_then_on() {
    let Some(world) = World::local().await else { return };
    let (ann, bob, carol) = (world.person().await, world.person().await, world.person().await);
    let (path, talk) = (group(&ann, &[&bob, &carol]).await, direct(&ann, &bob).await);
    say(&bob, &talk, "Hello").await;
    world.settled().await;
    block(&ann, &bob).await;
    let (mut anns, mut bobs) = (world.socket(&ann).await, world.socket(&bob).await);
    let mut carols = world.socket(&carol).await;
    say(&ann, &path, "Kept from Bob").await;
    say(&bob, &path, "Kept from Ann").await;
    anns.send("typing", json!({ "conversation_id": id(&path) })).await;
    anns.send("typing", json!({ "conversation_id": id(&talk) })).await;
    ann.put(&format!("{talk}/read"), json!({ "seq": 1 })).await.ok();
    ann.put(&format!("{path}/read"), json!({ "seq": 2 })).await.ok();
    let mut heard = Vec::new();
    while heard.len() < 3 {
        let frame = carols.next().await.expect("the socket is open");
        if frame["type"] == "message" || frame["type"] == "typing" {
            heard.push(frame);
        }
    }
    assert!(
        heard.iter().all(|frame| frame["type"] == "typing" || frame["data"]["hidden"] == false),
        "{heard:#?}"
    );
    world.settled().await;
    for (socket, other) in [(&mut anns, &bob), (&mut bobs, &ann)] {
        let rest = socket.rest().await;
        let of_other: Vec<&Value> = rest
            .iter()
            .filter(|f| {
                f["data"]["sender_id"] == other.id.as_str() || f["data"]["user_id"] == other.id.as_str()
            })
            .collect();
        assert!(
            of_other.iter().all(|f| f["type"] == "message" && f["data"]["hidden"] == true),
            "{of_other:#?}"
        );
        assert_eq!(of_other.len(), 1);
    }
}
