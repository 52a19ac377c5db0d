use serde_json::{Value, json};

use crate::{
    conversations::{direct, say},
    harness::World,
};

#[tokio::test]
async fn a_session_that_ends_takes_its_sockets_along_and_no_others() {
    let Some(world) = World::local().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    let phone = world.log_in(&bob.name).await;
    let (mut gone, mut stays) = (world.socket(&phone).await, world.socket(&bob).await);
    phone.post("/v1/auth/logout", json!({})).await.ok();
    say(&ann, &path, "Hello").await;
    assert_eq!(stays.next_of("message").await["seq"], 1);
    let mut frames = Vec::new();
    while let Some(frame) = gone.next().await {
        frames.push(frame);
    }
    assert_eq!(frames, [] as [Value; 0], "nothing after the log-out");
    assert_eq!(world.own_items().await.iter().filter(|(pk, _)| pk.starts_with("CONNECTION#")).count(), 1);
}

/// Whoever logs out while messages come hears nothing that is sent after the answer.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_comes_after_the_answer_to_a_log_out() {
    let Some(world) = World::local().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    for round in 1..=20 {
        let phone = world.log_in(&bob.name).await;
        let mut socket = world.socket(&phone).await;
        say(&ann, &path, "Before").await;
        phone.post("/v1/auth/logout", json!({ "scope": "this" })).await.ok();
        let after = say(&ann, &path, "After").await["seq"].as_u64().unwrap();
        assert_eq!(after, 2 * round);
        while let Some(frame) = socket.next().await {
            assert!(frame["data"]["seq"].as_u64().is_none_or(|seq| seq < after), "{frame}");
        }
    }
}

#[tokio::test]
async fn a_socket_that_is_gone_is_forgotten_and_delays_nobody() {
    let Some(world) = World::local().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    let mut here = world.socket(&bob).await;
    // One that the gateway has never heard of, as after a crash.
    let rows = world.items().await;
    let known = rows.iter().find(|((pk, _), _)| pk.starts_with("CONNECTION#")).expect("a socket").1;
    for (pk, sk) in
        [("CONNECTION#gone=".to_owned(), "CONNECTION#gone="), (format!("U#{}", bob.id), "CONNECTION#gone=")]
    {
        let mut item = known.clone();
        let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
        item.extend([
            ("pk".into(), text(&pk)),
            ("sk".into(), text(sk)),
            ("connection_id".into(), text("gone=")),
        ]);
        let put = world.backend().client().put_item().table_name(world.backend().table());
        put.set_item(Some(item)).send().await.expect("it is put");
    }
    say(&ann, &path, "Young").await;
    assert_eq!(here.next_of("message").await["seq"], 1);
    world.settled().await;
    let count = async || world.own_items().await.iter().filter(|(pk, _)| pk == "CONNECTION#gone=").count();
    assert_eq!(count().await, 1, "it may be one that is still opening");
    world.pass(std::time::Duration::from_secs(11)).await;
    say(&ann, &path, "Old").await;
    assert_eq!(here.next_of("message").await["seq"], 2);
    world.settled().await;
    assert_eq!(count().await, 0);
    drop(here);
}

#[tokio::test]
async fn closing_a_socket_forgets_it() {
    let Some(world) = World::local().await else { return };
    let ann = world.person().await;
    let socket = world.socket(&ann).await;
    socket.vanish();
    forgets_every_socket(&world).await;
}

/// The reaction to the end of a session may be late.
#[tokio::test]
async fn what_comes_over_a_socket_whose_session_has_ended_is_not_done_and_the_socket_is_forgotten() {
    let Some(world) = World::still().await else { return };
    let (ann, bob) = (world.person().await, world.person().await);
    let path = direct(&ann, &bob).await;
    let phone = world.log_in(&bob.name).await;
    let mut socket = world.socket(&phone).await;
    phone.post("/v1/auth/logout", json!({})).await.ok();
    let id = path.rsplit('/').next().expect("an id");
    let message = json!({ "conversation_id": id, "text": "Too late", "client_message_id": "a" });
    socket.send("send_message", message).await;
    forgets_every_socket(&world).await;
    assert_eq!(ann.get(&format!("{path}/messages")).await.ok(), json!([]));
}

#[tokio::test]
async fn a_socket_that_was_forgotten_is_closed_as_soon_as_it_speaks() {
    let Some(world) = World::still().await else { return };
    let ann = world.person().await;
    let mut socket = world.socket(&ann).await;
    let backend = world.backend();
    for (pk, sk) in world.own_items().await.into_iter().filter(|(_, sk)| sk.starts_with("CONNECTION#")) {
        let text = aws_sdk_dynamodb::types::AttributeValue::S;
        let delete = backend.client().delete_item().table_name(backend.table());
        delete.key("pk", text(pk)).key("sk", text(sk)).send().await.expect("it is deleted");
    }
    socket.send("ping", json!({})).await;
    assert_eq!(socket.next().await, None, "it is closed, and not answered");
}

/// Fails unless the table has no sockets any more, within a few seconds.
async fn forgets_every_socket(world: &World) {
    for _ in 0..100 {
        if !world.own_items().await.iter().any(|(_, sk)| sk.starts_with("CONNECTION#")) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it is still there");
}
