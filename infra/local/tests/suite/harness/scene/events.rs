use serde_json::json;

use super::{Body, Cast, Stage};
use crate::events::{announce, jam_with, join, part};

pub(super) async fn stage(cast: &Cast, name: &str) -> Option<Stage> {
    let owner = || cast.owner.clone();
    let wants = json!({ "instruments": [{ "instrument_id": "cello", "wanted": 2 }], "capacity": 5 });
    match name {
        "create_event" => return Some((owner(), "/v1/events".to_owned(), Body::Json(jam_with(wants)))),
        "search_events" => {
            return Some((owner(), "/v1/events?lat=45.76&lng=4.84&radius_km=10".to_owned(), Body::None));
        }
        "list_my_events" => return Some((owner(), "/v1/users/me/events".to_owned(), Body::None)),
        _ => {}
    }
    let asks = matches!(name, "update_participation");
    let known = [
        "update_event",
        "cancel_event",
        "get_event",
        "get_event_calendar",
        "list_event_instruments",
        "set_event_instrument",
        "remove_event_instrument",
        "join_event",
        "list_participants",
        "get_participation",
        "update_participation",
        "leave_event",
    ];
    if !known.contains(&name) {
        return None;
    }
    let mut wants = wants;
    wants["needs_approval"] = asks.into();
    if name == "remove_event_instrument" {
        wants["instruments"] =
            json!([{ "instrument_id": "cello", "wanted": 2 }, { "instrument_id": "oud", "wanted": 1 }]);
    }
    let event = announce(&cast.owner, jam_with(wants)).await;
    let joins = !matches!(name, "join_event" | "set_event_instrument");
    if joins {
        join(&cast.participant, &event, "cello").await;
        join(&cast.left, &event, "cello").await;
        cast.left.delete(&part(&cast.left, &event)).await.ok();
    }
    let with = json!({ "instrument_id": "cello" });
    Some(match name {
        "update_event" => {
            let body =
                json!({ "title": "Jam under the bridge", "lat": 45.8, "description": "Bring a light." });
            (owner(), event, Body::Json(body))
        }
        "cancel_event" => {
            (owner(), format!("{event}/cancellation"), Body::Json(json!({ "reason": "It rains." })))
        }
        "get_event" => (owner(), event, Body::None),
        "get_event_calendar" => (owner(), format!("{event}/calendar"), Body::None),
        "list_event_instruments" => (owner(), format!("{event}/instruments"), Body::None),
        "set_event_instrument" => {
            (owner(), format!("{event}/instruments/oud"), Body::Json(json!({ "wanted": 2 })))
        }
        "remove_event_instrument" => (owner(), format!("{event}/instruments/oud"), Body::None),
        "join_event" => (cast.participant.clone(), format!("{event}/participations"), Body::Json(with)),
        "list_participants" => (owner(), format!("{event}/participants"), Body::None),
        "get_participation" | "leave_event" => {
            (cast.participant.clone(), part(&cast.participant, &event), Body::None)
        }
        "update_participation" => {
            (owner(), part(&cast.participant, &event), Body::Json(json!({ "decision": "approved" })))
        }
        _ => return None,
    })
}
