use reqwest::Method;
use serde_json::{Value, json};
use tunelink::operation::Function;
use tunelink_local::examples;
use uuid::Uuid;

use super::{Scene, Setting};
use crate::{
    catalogue,
    events::jam_with,
    harness::{Call, PASSWORD, Person, World, account, unique},
};

/// What somebody asks of an operation.
#[derive(Clone)]
pub struct Request {
    pub method: Method,
    /// With the query that it cannot do without.
    pub path: String,
    pub body: Option<Value>,
    is_form: bool,
}

impl Request {
    pub(super) fn new(scene: &Scene, caller: &Person) -> Self {
        let function = scene.function;
        let method = function.route.method.parse().expect("routes have HTTP methods");
        let content_type = examples::body(function).map(|(content_type, _)| content_type);
        let is_form = content_type.is_some_and(|content_type| content_type != "application/json");
        Self { method, path: path(scene), body: body(scene, caller), is_form }
    }

    /// The call, by whoever has this token.
    pub fn call(&self, world: &World, token: Option<&str>) -> Call {
        let call = world.call(self.method.clone(), &self.path);
        let call = match token {
            Some(token) => call.bearer(token),
            None => call,
        };
        match &self.body {
            Some(body) if self.is_form => call.form(&fields(body)),
            Some(body) => call.json(body.clone()),
            None => call,
        }
    }
}

fn fields(form: &Value) -> Vec<(&str, &str)> {
    let fields = form.as_object().expect("a form has fields").iter();
    fields.map(|(name, value)| (name.as_str(), value.as_str().expect("a form is text"))).collect()
}

fn path(scene: &Scene) -> String {
    let fill = |path: String, (name, thing): (&&str, &String)| path.replace(&format!("{{{name}}}"), thing);
    let path = scene.things.iter().fold(scene.function.route.path.to_owned(), fill);
    match examples::path(scene.function).split_once('?') {
        Some((_, query)) => format!("{path}?{query}"),
        None => path,
    }
}

/// The body, if the operation takes one: the example of the document where it will do.
fn body(scene: &Scene, caller: &Person) -> Option<Value> {
    let Scene { function, things, guest, .. } = scene;
    let thing = |name: &str| things[name].as_str();
    Some(match function.name {
        "register" | "log_in" | "issue_token" | "refresh_session" | "change_password"
        | "delete_my_account" => identity(function, caller),
        "create_event" => jam_with(json!({})),
        "join_event" => json!({ "instrument_id": "cello" }),
        "update_participation" if scene.setting == Setting::Pending => json!({ "decision": "approved" }),
        "update_participation" => json!({ "instrument_id": "violin" }),
        "create_conversation" => json!({ "kind": "group", "participant_ids": [guest], "title": "Trio" }),
        "send_message" => json!({ "text": "At eight, then.", "client_message_id": unique("m") }),
        "mark_read" => json!({ "seq": 2 }),
        "sync" => json!({
            "conversations": [{ "conversation_id": thing("conversation_id"), "seq": 0, "change": 0 }],
        }),
        "create_notification" => {
            let words = json!({ "title": "Doors at eight", "body": "Come in." });
            json!({ "user_id": guest, "text": { "en": words, "fr": words } })
        }
        "create_instrument" => catalogue::entry("/v1/instruments", &unique("i")),
        "create_genre" => catalogue::entry("/v1/genres", &unique("g")),
        "register_device" => json!({ "platform": "ios", "token": push_token() }),
        _ => examples::body(function)?.1,
    })
}

/// The bodies that say who somebody is.
fn identity(function: &Function, caller: &Person) -> Value {
    match function.name {
        "register" => account(&unique("r")),
        "log_in" => json!({ "identifier": caller.name, "password": PASSWORD }),
        "issue_token" => {
            json!({ "grant_type": "password", "username": caller.name, "password": PASSWORD })
        }
        "refresh_session" => json!({ "refresh_token": caller.refresh_token }),
        "change_password" => json!({ "old_password": PASSWORD, "new_password": NEXT_PASSWORD }),
        _ => json!({ "mode": "deactivate", "password": PASSWORD }),
    }
}

/// The password after a change.
pub const NEXT_PASSWORD: &str = "manoir-de-mes-reves-1942";

/// What Apple gave an app, as no other has it.
pub(super) fn push_token() -> String {
    format!("{}{}", Uuid::now_v7().simple(), Uuid::now_v7().simple())
}
