//! Who calls: people of the local backend, on whose table the binaries work.

use serde_json::{Value, json};
use tunelink::auth::Access;
use tunelink_local::backend::Backend;
use uuid::Uuid;

/// The password in the samples.
const PASSWORD: &str = "nuages-1940-minor-swing";

/// Registers somebody who may call operations of this access, and gives the tokens of a session.
pub(crate) async fn somebody(backend: &Backend, access: Access) -> Value {
    let name = format!("p{}", &Uuid::now_v7().simple().to_string()[16..]);
    let account = json!({ "username": name, "email": format!("{name}@example.org"), "password": PASSWORD });
    let registered = post(backend, "register", &account).await;
    if access != Access::Admin {
        return registered["data"]["tokens"].clone();
    }
    functions::admin::make_admin(backend.app(), &name).await.expect("the person exists");
    let log_in = json!({ "identifier": name, "password": PASSWORD });
    post(backend, "login", &log_in).await["data"].clone()
}

async fn post(backend: &Backend, path: &str, body: &Value) -> Value {
    let url = format!("{}/v1/auth/{path}", backend.url());
    let reply = reqwest::Client::new().post(url).json(body).send().await.expect("the backend answers");
    reply.error_for_status().expect("it succeeds").json().await.expect("it is JSON")
}
