use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Result,
    app::App,
    auth::{Anyone, RefreshToken},
    domain::{Session, Tokens},
    input::Body,
    operation::{Operation, Route},
    output::Answer,
    store::sessions,
    text::Text,
};

use super::session;

pub struct RefreshSession;

/// The refresh token that came last.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "refresh_token": "AZCmwn0bf26aDE0_KxoMnm…" }))]
pub struct Refresh {
    #[garde(length(chars, min = 1, max = 200))]
    refresh_token: String,
}

impl Operation for RefreshSession {
    const ROUTE: Route =
        Route::post("/v1/auth/refresh", "Get new tokens for a refresh token, which is good once");
    const DONE: Text = Text::new("Session refreshed", "Session prolongée");
    const ERRORS: &'static [Code] = &[Code::InvalidRefreshToken];
    type Caller = Anyone;
    type Input = Body<Refresh>;
    type Output = Answer<Tokens>;

    async fn run(app: &App, _: Anyone, Body(given): Self::Input) -> Result<Self::Output> {
        let session = refresh(app, &given.refresh_token).await?;
        session::tokens(app, &session).map(Answer)
    }
}

pub(super) async fn refresh(app: &App, token: &str) -> Result<Session> {
    let token = RefreshToken::open(&app.config().issuing()?.refresh_secret, token)
        .ok_or(Code::InvalidRefreshToken)?;
    sessions::rotate(app.store(), token.user_id, token.session_id, token.generation, app.now()).await
}
