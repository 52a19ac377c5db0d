use serde_json::json;

use super::{Body, Cast, Stage};
use crate::{catalogue, harness::unique};

/// The catalogue and the service itself.
pub(super) async fn stage(cast: &Cast, name: &str) -> Option<Stage> {
    let admin = || cast.admin.clone();
    let owner = |path: &str| (cast.owner.clone(), path.to_owned(), Body::None);
    let base = if name.contains("genre") { "/v1/genres" } else { "/v1/instruments" };
    let made = async || {
        let id = unique("e");
        cast.admin.post(base, catalogue::entry(base, &id)).await.created();
        format!("{base}/{id}")
    };
    Some(match name {
        "create_instrument" | "create_genre" => {
            (admin(), base.to_owned(), Body::Json(catalogue::entry(base, &unique("e"))))
        }
        "update_instrument" | "update_genre" => {
            let body = json!({ "name": { "en": "Theorbo", "fr": "Théorbe" } });
            (admin(), made().await, Body::Json(body))
        }
        "delete_instrument" | "delete_genre" => (admin(), made().await, Body::None),
        "list_instruments" | "list_genres" => owner(base),
        "get_instrument" => owner("/v1/instruments/cello"),
        "get_genre" => owner("/v1/genres/gypsy-jazz"),
        "list_users_by_instrument" => owner("/v1/instruments/cello/users"),
        "list_users_by_genre" => owner("/v1/genres/gypsy-jazz/users"),
        "get_health" => owner("/v1/health"),
        "get_openapi" => owner("/openapi.json"),
        "get_docs" => owner("/docs"),
        _ => return None,
    })
}
