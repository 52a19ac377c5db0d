use serde_json::json;
use uuid::Uuid;

use super::{Body, Cast, Stage};
use crate::notifications::announce_to;

pub(super) async fn stage(cast: &Cast, name: &str) -> Option<Stage> {
    let owner = || cast.owner.clone();
    let list = "/v1/notifications".to_owned();
    let told = async || announce_to(&cast.admin, &cast.owner, "Another entrance").await;
    let device = || format!("/v1/users/me/devices/{}", Uuid::now_v7());
    let token = || {
        let token = format!("{}{}", Uuid::now_v7().simple(), Uuid::now_v7().simple());
        json!({ "platform": "ios", "token": token })
    };
    Some(match name {
        "create_notification" => {
            let words = json!({ "title": "Another entrance", "body": "Come through the yard." });
            let body = json!({ "user_id": cast.owner.id, "text": { "en": words, "fr": words } });
            (cast.admin.clone(), list, Body::Json(body))
        }
        "list_notifications" => (owner(), list, Body::None),
        "get_notification" | "delete_notification" => (owner(), told().await, Body::None),
        "mark_notification_read" => (owner(), format!("{}/read", told().await), Body::None),
        "mark_all_notifications_read" => {
            cast.owner.put(&format!("{list}/read"), json!(null)).await.ok();
            told().await;
            (owner(), format!("{list}/read"), Body::None)
        }
        "get_preferences" => (owner(), "/v1/users/me/preferences".to_owned(), Body::None),
        "update_preferences" => {
            let body = json!({ "message": { "push": false } });
            let path = "/v1/users/me/preferences".to_owned();
            cast.owner.patch(&path, json!({ "message": { "push": true } })).await.ok();
            (owner(), path, Body::Json(body))
        }
        "register_device" => {
            // A second one finds the list of devices that the first has made.
            let first = device();
            cast.owner.put(&first, token()).await.ok();
            cast.owner.delete(&first).await.ok();
            (owner(), device(), Body::Json(token()))
        }
        "remove_device" => {
            let device = device();
            cast.owner.put(&device, token()).await.ok();
            (owner(), device, Body::None)
        }
        _ => return None,
    })
}
