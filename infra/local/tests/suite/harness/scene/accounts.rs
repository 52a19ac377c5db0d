use serde_json::{Value, json};

use super::{Body, Cast, Stage};
use crate::harness::{PASSWORD, World, account, unique};

const ME: &str = "/v1/users/me";

pub(super) async fn stage(world: &World, cast: &Cast, name: &str) -> Option<Stage> {
    let owner = || cast.owner.clone();
    let mine = |path: &str, body: Body| (owner(), format!("{ME}{path}"), body);
    let credentials = |by: &str| json!({ "identifier": by, "password": PASSWORD });
    Some(match name {
        "register" => (owner(), "/v1/auth/register".to_owned(), Body::Json(account(&unique("p")))),
        // Attempts that come to nothing are counted: each is by somebody else.
        "log_in" => {
            let by = world.person().await;
            let body = credentials(&by.name);
            (by, "/v1/auth/login".to_owned(), Body::Json(body))
        }
        "issue_token" => {
            let fields =
                [("grant_type", "password"), ("username", &cast.passerby.name), ("password", PASSWORD)];
            let fields = fields.map(|(name, value)| (name, value.to_owned()));
            (owner(), "/v1/auth/token".to_owned(), Body::Form(fields.to_vec()))
        }
        "refresh_session" => {
            let by = world.log_in(&cast.passerby.name).await;
            let body = json!({ "refresh_token": by.refresh_token });
            (by, "/v1/auth/refresh".to_owned(), Body::Json(body))
        }
        "log_out" => {
            let by = world.log_in(&cast.passerby.name).await;
            (by, "/v1/auth/logout".to_owned(), Body::Json(json!({ "scope": "this" })))
        }
        "list_sessions" => (owner(), "/v1/auth/sessions".to_owned(), Body::None),
        "revoke_session" => {
            let other = world.log_in(&cast.owner.name).await;
            (owner(), format!("/v1/auth/sessions/{}", other.session_id), Body::None)
        }
        "change_password" => {
            let body = json!({ "old_password": PASSWORD, "new_password": "manoir-de-mes-reves-1942" });
            (world.person().await, format!("{ME}/password"), Body::Json(body))
        }
        "delete_my_account" => {
            let body = json!({ "mode": "erase", "password": PASSWORD });
            (world.person().await, format!("{ME}/deletion"), Body::Json(body))
        }
        "get_my_profile" => mine("", Body::None),
        "update_my_profile" => mine("", Body::Json(json!({ "bio": unique("Gypsy jazz ") }))),
        "get_user" => (owner(), format!("/v1/users/{}", cast.participant.id), Body::None),
        "search_users" => {
            (owner(), "/v1/users?lat=45.76&lng=4.84&radius_km=10&instrument=cello".to_owned(), Body::None)
        }
        "list_my_instruments" => mine("/instruments", Body::None),
        "set_my_instrument" => {
            forget(cast, "/instruments/theorbo").await;
            mine("/instruments/theorbo", Body::Json(json!({ "level": "advanced" })))
        }
        "remove_my_instrument" => {
            take_up(cast, "/instruments/lute", Some(json!({ "level": "beginner" }))).await;
            mine("/instruments/lute", Body::None)
        }
        "list_my_genres" => mine("/genres", Body::None),
        "add_my_genre" => {
            forget(cast, "/genres/swing").await;
            mine("/genres/swing", Body::None)
        }
        "remove_my_genre" => {
            take_up(cast, "/genres/bebop", None).await;
            mine("/genres/bebop", Body::None)
        }
        "block_user" => {
            forget(cast, &format!("/blocks/{}", cast.passerby.id)).await;
            mine(&format!("/blocks/{}", cast.passerby.id), Body::None)
        }
        "unblock_user" => {
            take_up(cast, &format!("/blocks/{}", cast.passerby.id), None).await;
            mine(&format!("/blocks/{}", cast.passerby.id), Body::None)
        }
        "list_blocked_users" => mine("/blocks", Body::None),
        _ => return None,
    })
}

/// Gives up what a scene before has left.
async fn forget(cast: &Cast, path: &str) {
    let reply = cast.owner.delete(&format!("{ME}{path}")).await;
    assert!(matches!(reply.status, 200 | 404), "{}", reply.text);
}

async fn take_up(cast: &Cast, path: &str, body: Option<Value>) {
    let call = cast.owner.call(reqwest::Method::PUT, &format!("{ME}{path}"));
    match body {
        Some(body) => call.json(body).await.ok(),
        None => call.await.ok(),
    };
}
