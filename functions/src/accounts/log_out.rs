use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Result,
    app::App,
    auth::Member,
    input::Body,
    operation::{Operation, Route},
    output::Done,
    store::sessions,
    text::Text,
};

pub struct LogOut;

/// Which sessions end.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "scope": "this" }))]
pub struct WhichSessions {
    #[garde(skip)]
    #[serde(default)]
    scope: Scope,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Scope {
    #[default]
    This,
    Others,
    All,
}

impl Operation for LogOut {
    const ROUTE: Route =
        Route::post("/v1/auth/logout", "End this session, the others or all of them, at once");
    const DONE: Text = Text::new("Logged out", "Déconnexion réussie");
    type Caller = Member;
    type Input = Option<Body<WhichSessions>>;
    type Output = Done;

    async fn run(app: &App, member: Member, which: Self::Input) -> Result<Done> {
        let scope = which.map_or(Scope::This, |Body(which)| which.scope);
        let mut sessions = sessions::list(app.store(), member.user_id, app.now()).await?;
        sessions.retain(|session| match scope {
            Scope::This => session.session_id == member.session_id,
            Scope::Others => session.session_id != member.session_id,
            Scope::All => true,
        });
        app.store().commit(sessions::end(&sessions)).await?;
        Ok(Done)
    }
}
