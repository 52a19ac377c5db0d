use tunelink::{
    Result,
    app::App,
    auth::Member,
    domain::SessionId,
    input::Path,
    operation::{Operation, Route},
    output::Done,
    store::sessions,
    text::Text,
};

pub struct RevokeSession;

impl Operation for RevokeSession {
    const ROUTE: Route = Route::delete("/v1/auth/sessions/{session_id}", "End one of your sessions");
    const DONE: Text = Text::new("Session ended", "Session terminée");
    type Caller = Member;
    type Input = Path<SessionId>;
    type Output = Done;

    async fn run(app: &App, member: Member, Path(id): Self::Input) -> Result<Done> {
        sessions::end_one(app.store(), member.user_id, id).await.map(|()| Done)
    }
}
