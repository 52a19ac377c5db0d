mod blocks;
mod deletion;
mod erasure;
mod guessing;
mod logging_in;
mod nearby;
mod oauth;
pub(crate) mod passwords;
mod profiles;
mod registration;
mod sessions;
mod tastes;

use reqwest::Method;
use serde_json::json;

use crate::harness::{PASSWORD, Reply, World};

/// The operations by which somebody logs in.
#[derive(Clone, Copy, Debug)]
enum Door {
    LogIn,
    Token,
}

impl Door {
    const ALL: [Self; 2] = [Self::LogIn, Self::Token];

    async fn knock(self, world: &World, identifier: &str, password: &str) -> Reply {
        match self {
            Self::LogIn => {
                world.post("/v1/auth/login", json!({ "identifier": identifier, "password": password })).await
            }
            Self::Token => {
                let form = [("grant_type", "password"), ("username", identifier), ("password", password)];
                world.call(Method::POST, "/v1/auth/token").form(&form).await
            }
        }
    }

    /// Logs in, and gives an access token.
    async fn enter(self, world: &World, identifier: &str) -> String {
        let reply = self.knock(world, identifier, PASSWORD).await;
        assert_eq!(reply.status, 200, "{self:?}: {}", reply.text);
        let tokens = if matches!(self, Self::LogIn) { &reply.body["data"] } else { &reply.body };
        tokens["access_token"].as_str().expect("a token").to_owned()
    }

    /// Fails unless it takes this password for a wrong one.
    async fn stays_shut(self, world: &World, identifier: &str, password: &str) {
        let reply = self.knock(world, identifier, password).await;
        match self {
            Self::LogIn => reply.refused(401, "wrong_credentials"),
            Self::Token => {
                assert_eq!((reply.status, &reply.body["error"]), (400, &json!("invalid_grant")));
            }
        }
    }
}
