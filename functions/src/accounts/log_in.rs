use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Result,
    app::App,
    auth::{Anyone, Origin},
    domain::{DeviceName, Identifier, Password, Tokens},
    input::Body,
    operation::{Operation, Route},
    output::Answer,
    text::Text,
};

use super::{
    password::{self, Attempt},
    session,
};

pub struct LogIn;

/// Who wants to log in, and where.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = {
    "identifier": "django.reinhardt", "password": "nuages-1940-minor-swing", "device_name": "Django's phone"
}))]
pub struct Credentials {
    /// Username or e-mail address
    #[garde(dive)]
    identifier: Identifier,
    #[garde(length(chars, min = 1, max = 128))]
    #[schemars(extend("format" = "password"))]
    password: String,
    #[garde(dive)]
    device_name: Option<DeviceName>,
    /// What an earlier log-in on this device returned
    #[garde(length(chars, max = 200))]
    device_proof: Option<String>,
}

impl Operation for LogIn {
    const ROUTE: Route = Route::post("/v1/auth/login", "Log in with username or e-mail address");
    const DONE: Text = Text::new("Logged in", "Connexion réussie");
    const ERRORS: &'static [Code] = &[Code::WrongCredentials];
    type Caller = Anyone;
    type Input = (Origin, Body<Credentials>);
    type Output = Answer<Tokens>;

    async fn run(app: &App, _: Anyone, (origin, Body(given)): Self::Input) -> Result<Self::Output> {
        let attempt = Attempt {
            identifier: given.identifier,
            password: Password::unchecked(&given.password),
            device_name: given.device_name,
            device_proof: given.device_proof,
        };
        let session = password::log_in(app, &origin, attempt).await?;
        session::tokens(app, &session).map(Answer)
    }
}
