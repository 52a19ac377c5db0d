//! The rows of what goes over sockets.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tunelink_local::matrix::Column;

use super::{Company, cells, operation, rows, state};
use crate::harness::{Socket, World, stage::Scene, unique};

pub(super) const HEADING: &str = "sockets";

#[test]
fn every_action_has_its_row() {
    let frames: Vec<&str> = rows(HEADING)
        .iter()
        .map(|row| {
            assert_eq!(row.setting.is_none(), row.operation == functions::CONNECT.name, "{}", row.operation);
            row.operation
        })
        .collect();
    let actions = functions::live::ACTIONS.iter().map(|action| action.name);
    let expected: BTreeSet<&str> = actions.chain([functions::CONNECT.name]).collect();
    assert_eq!(frames.len(), expected.len());
    assert_eq!(frames.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[tokio::test]
async fn over_sockets_everybody_does_what_they_may() {
    let Some(world) = World::local().await else { return };
    let mut company = Company::new(&world).await;
    let mut wrong = Vec::new();
    for row in rows(HEADING) {
        if company.cast.is_old(&world) {
            company = Company::new(&world).await;
        }
        for (column, cell) in cells(&row) {
            let given = if row.setting.is_none() {
                open(&world, &company, column)
                    .await
                    .map_or_else(|status| status.to_string(), |_| "ok".to_owned())
            } else {
                ask(&world, &company, column, row.operation).await
            };
            if given != cell {
                wrong.push(format!("{} is {cell} for {}: {given}", row.operation, column.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Opens a socket, or gives the status with which it is refused.
async fn open(world: &World, company: &Company, column: Column) -> Result<Socket, u16> {
    match column {
        Column::Nobody => Socket::open_with_ticket(world.url(), "").await,
        column => Socket::open(world.url(), &company.person(column).access_token).await,
    }
}

/// Asks for something over a socket, and gives what the cell would be. What is refused changes nothing.
async fn ask(world: &World, company: &Company, column: Column, action: &str) -> String {
    let group = Scene::set(world, &company.cast, operation("get_conversation")).await;
    let mut socket = match open(world, company, column).await {
        Ok(socket) => socket,
        Err(status) => return status.to_string(),
    };
    let other = if column == Column::Organiser { Column::Participant } else { Column::Organiser };
    let mut listener = open(world, company, other).await.expect("they are logged in");
    let before = state(world).await;
    socket.send(action, data(action, &group.things["conversation_id"])).await;
    let refusal = tokio::select! {
        refusal = refusal(&mut socket, action) => refusal,
        // There is no answer to it: the other one hears of it.
        _ = listener.next_of("typing"), if action == "typing" => None,
    };
    let Some(refusal) = refusal else { return "ok".to_owned() };
    assert_eq!(state(world).await, before, "{action} has changed something although it was refused");
    if refusal == "not_found" { "404".to_owned() } else { refusal }
}

/// Waits for what comes of a request: the code with which it is refused, nothing when it is answered.
async fn refusal(socket: &mut Socket, action: &str) -> Option<String> {
    loop {
        let frame = socket.next().await.expect("the socket is open");
        if frame["type"] == "error" {
            return Some(frame["data"]["code"].as_str().expect("an error has a code").to_owned());
        }
        if frame["type"] == answer(action) {
            return None;
        }
    }
}

fn data(action: &str, conversation: &str) -> Value {
    match action {
        "send_message" => {
            json!({ "conversation_id": conversation, "text": "At eight.", "client_message_id": unique("m") })
        }
        "mark_read" => json!({ "conversation_id": conversation, "seq": 2 }),
        "typing" => json!({ "conversation_id": conversation }),
        "ping" => json!({}),
        other => panic!("there is no frame for {other}; add one here"),
    }
}

/// The frame that answers an action; that of `typing` never comes to who sent it.
fn answer(action: &str) -> &str {
    match action {
        "send_message" => "sent",
        "mark_read" => "marked_read",
        "ping" => "pong",
        other => other,
    }
}
