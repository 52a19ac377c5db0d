use serde_json::json;

use super::{Body, Cast, Stage};
use crate::{
    conversations::{group, member, say},
    harness::unique,
};

pub(super) async fn stage(cast: &Cast, name: &str) -> Option<Stage> {
    let owner = || cast.owner.clone();
    match name {
        "create_conversation" => {
            let body = json!({ "kind": "group", "participant_ids": [cast.passerby.id], "title": "Duo" });
            return Some((owner(), "/v1/conversations".to_owned(), Body::Json(body)));
        }
        "list_conversations" => return Some((owner(), "/v1/conversations".to_owned(), Body::None)),
        "create_live_ticket" => return Some((owner(), "/v1/live/tickets".to_owned(), Body::None)),
        "update_conversation"
        | "get_conversation"
        | "list_conversation_participants"
        | "add_conversation_participant"
        | "remove_conversation_participant"
        | "send_message"
        | "list_messages"
        | "get_message"
        | "edit_message"
        | "delete_message"
        | "mark_read"
        | "sync" => {}
        _ => return None,
    }
    let conversation = group(&cast.owner, &[&cast.participant, &cast.left]).await;
    cast.left.delete(&member(&conversation, &cast.left)).await.ok();
    say(&cast.owner, &conversation, "Shall we start with Nuages?").await;
    let message = format!("{conversation}/messages/1");
    let id = conversation.rsplit('/').next().expect("a path has parts").to_owned();
    Some(match name {
        "update_conversation" => (owner(), conversation, Body::Json(json!({ "title": "Duo" }))),
        "get_conversation" => (owner(), conversation, Body::None),
        "list_conversation_participants" => (owner(), format!("{conversation}/participants"), Body::None),
        "add_conversation_participant" => {
            (owner(), member(&conversation, &cast.stranger), Body::Json(json!({})))
        }
        "remove_conversation_participant" => (owner(), member(&conversation, &cast.participant), Body::None),
        "send_message" => {
            let body = json!({ "text": "In D minor.", "client_message_id": unique("m") });
            (owner(), format!("{conversation}/messages"), Body::Json(body))
        }
        "list_messages" => (owner(), format!("{conversation}/messages"), Body::None),
        "get_message" | "delete_message" => (owner(), message, Body::None),
        "edit_message" => (owner(), message, Body::Json(json!({ "text": "With Minor Swing?" }))),
        "mark_read" => {
            (cast.participant.clone(), format!("{conversation}/read"), Body::Json(json!({ "seq": 1 })))
        }
        "sync" => {
            let known = json!({ "conversations": [{ "conversation_id": id, "seq": 0, "change": 0 }] });
            (owner(), "/v1/sync".to_owned(), Body::Json(known))
        }
        _ => return None,
    })
}
