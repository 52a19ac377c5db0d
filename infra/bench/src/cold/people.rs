//! Who calls, and what about: the samples name nobody, and so nothing would be read.

use serde_json::{Value, json};
use tunelink::auth::Access;
use tunelink_local::{
    backend::Backend,
    lambda::{sample, with_tokens},
};
use uuid::Uuid;

use crate::Result;

/// What the samples name that there is not.
const NOBODY: &str = "01900000-0000-7000-8000-000000000000";
/// The password in the samples.
const PASSWORD: &str = "nuages-1940-minor-swing";

/// The sample of a function, by somebody who may call it, about an event of theirs or about themselves.
pub(crate) async fn request(backend: &Backend, name: &str) -> Result<Value> {
    let function = functions::ALL.iter().find(|function| function.name == name);
    let access = function.map_or(Access::Member, |function| function.access);
    let (id, tokens) = somebody(backend, access).await?;
    let mut request = with_tokens(&sample(name), &tokens);
    let parameters = request["pathParameters"].clone();
    if parameters["event_id"] == NOBODY {
        let event = sample("create_event");
        let event = event["body"].as_str().unwrap_or_default().to_owned();
        let token = tokens["access_token"].as_str().unwrap_or_default();
        let created = post(backend, "events", event, Some(token)).await?;
        replace(&mut request, "event_id", "/events/", text(&created["data"]["event_id"])?);
    }
    if name == "search_events" {
        // Without a place it looks through every month, for nothing is announced here.
        let place = json!({ "lat": "48.8821", "lng": "2.3374", "radius_km": "10" });
        request["rawQueryString"] = "lat=48.8821&lng=2.3374&radius_km=10".into();
        request["queryStringParameters"] = place;
    }
    if parameters["user_id"] == NOBODY && !parameters["event_id"].is_string() {
        replace(&mut request, "user_id", "/users/", &id);
    }
    Ok(request)
}

/// Registers somebody, and gives the id and the tokens of a session.
async fn somebody(backend: &Backend, access: Access) -> Result<(String, Value)> {
    let name = format!("p{}", &Uuid::now_v7().simple().to_string()[16..]);
    let account = json!({ "username": name, "email": format!("{name}@example.org"), "password": PASSWORD });
    let registered = post(backend, "auth/register", account.to_string(), None).await?;
    let id = text(&registered["data"]["account"]["user_id"])?.to_owned();
    if access != Access::Admin {
        return Ok((id, registered["data"]["tokens"].clone()));
    }
    functions::admin::make_admin(backend.app(), &name).await.map_err(|error| format!("{error:?}"))?;
    let log_in = json!({ "identifier": name, "password": PASSWORD });
    Ok((id, post(backend, "auth/login", log_in.to_string(), None).await?["data"].clone()))
}

async fn post(backend: &Backend, path: &str, body: String, token: Option<&str>) -> Result<Value> {
    let mut call = reqwest::Client::new().post(format!("{}/v1/{path}", backend.url())).body(body);
    if let Some(token) = token {
        call = call.bearer_auth(token);
    }
    let reply = call.header("content-type", "application/json").send().await?;
    Ok(reply.error_for_status()?.json().await?)
}

fn replace(request: &mut Value, parameter: &str, before: &str, id: &str) {
    request["pathParameters"][parameter] = id.into();
    for path in ["/rawPath", "/requestContext/http/path"] {
        if let Some(path) = request.pointer_mut(path) {
            let there = path.as_str().unwrap_or_default();
            *path = there.replace(&format!("{before}{NOBODY}"), &format!("{before}{id}")).into();
        }
    }
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().ok_or_else(|| "an id is missing".into())
}
