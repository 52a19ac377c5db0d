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
        let ending = match which.map_or(Scope::This, |Body(which)| which.scope) {
            Scope::This => vec![sessions::end(member.user_id, member.session_id)],
            scope => {
                let all = sessions::list(app.store(), member.user_id, app.now()).await?;
                let all = all.into_iter().map(|session| session.session_id);
                let ending = all.filter(|id| scope == Scope::All || *id != member.session_id);
                ending.map(|id| sessions::end(member.user_id, id)).collect()
            }
        };
        app.store().commit(ending).await?;
        Ok(Done)
    }
}
