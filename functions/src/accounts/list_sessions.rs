use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{DeviceName, SessionId},
    input::Query,
    operation::{Operation, Route},
    output::Page,
    paging::{self, Paging},
    store::sessions,
    text::Text,
};

pub struct ListSessions;

/// A device on which you are logged in.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SessionSummary {
    session_id: SessionId,
    device_name: Option<DeviceName>,
    /// Whether this call is made in it
    current: bool,
    #[schemars(with = "String", extend("format" = "date-time"))]
    created_at: Timestamp,
    /// When it was last refreshed
    #[schemars(with = "String", extend("format" = "date-time"))]
    last_used_at: Timestamp,
}

impl Operation for ListSessions {
    const ROUTE: Route = Route::get("/v1/auth/sessions", "Where you are logged in");
    const DONE: Text = Text::new("Your sessions", "Vos sessions");
    const ERRORS: &'static [Code] = &[Code::InvalidCursor];
    type Caller = Member;
    type Input = Query<Paging>;
    type Output = Page<SessionSummary>;

    async fn run(app: &App, member: Member, Query(paging): Self::Input) -> Result<Self::Output> {
        let sessions = sessions::list(app.store(), member.user_id, app.now()).await?;
        let summaries = sessions.into_iter().map(|session| SessionSummary {
            session_id: session.session_id,
            device_name: session.device_name,
            current: session.session_id == member.session_id,
            created_at: session.created_at,
            last_used_at: session.last_used_at,
        });
        let cursors = app.cursors("list_sessions", &member.user_id)?;
        paging::cut(summaries.collect(), &cursors, paging.cursor(), paging.limit(), |session| {
            session.session_id
        })
    }
}
