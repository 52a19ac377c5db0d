//! Where somebody gives a name and a password.

use reqwest::{Client, RequestBuilder};
use serde_json::json;

const WRONG: &str = "wrong-password";

#[derive(Clone, Copy, Debug)]
pub(crate) enum Door {
    LogIn,
    Token,
}

impl Door {
    pub(crate) const ALL: [Self; 2] = [Self::LogIn, Self::Token];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::LogIn => "log_in",
            Self::Token => "token",
        }
    }

    /// What it says to a wrong password.
    pub(crate) const fn refusal(self) -> u16 {
        match self {
            Self::LogIn => 401,
            Self::Token => 400,
        }
    }

    /// A wrong password for this name.
    pub(crate) fn knock(self, http: &Client, url: &str, name: &str) -> RequestBuilder {
        match self {
            Self::LogIn => {
                let body = json!({ "identifier": name, "password": WRONG });
                http.post(format!("{url}/v1/auth/login")).json(&body)
            }
            Self::Token => {
                let form = [("grant_type", "password"), ("username", name), ("password", WRONG)];
                http.post(format!("{url}/v1/auth/token")).form(&form)
            }
        }
    }
}
