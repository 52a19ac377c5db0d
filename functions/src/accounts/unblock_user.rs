use tunelink::{
    Result,
    app::App,
    auth::Member,
    domain::UserId,
    input::Path,
    operation::{Operation, Route},
    output::Done,
    store::blocks,
    text::Text,
};

pub struct UnblockUser;

impl Operation for UnblockUser {
    const ROUTE: Route = Route::delete("/v1/users/me/blocks/{user_id}", "Unblock somebody");
    const DONE: Text = Text::new("Unblocked", "Personne débloquée");
    type Caller = Member;
    type Input = Path<UserId>;
    type Output = Done;

    async fn run(app: &App, member: Member, Path(id): Self::Input) -> Result<Done> {
        blocks::remove(app.store(), member.user_id, id).await.map(|()| Done)
    }
}
