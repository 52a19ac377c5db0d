use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::UserId,
    input::Path,
    operation::{Operation, Route},
    output::Done,
    store::blocks,
    text::Text,
};

pub struct BlockUser;

impl Operation for BlockUser {
    const ROUTE: Route = Route::put(
        "/v1/users/me/blocks/{user_id}",
        "Block somebody: they cannot write to you nor find you nearby",
    );
    const DONE: Text = Text::new("Blocked", "Personne bloquée");
    const ERRORS: &'static [Code] = &[Code::Invalid, Code::Oneself];
    type Caller = Member;
    type Input = Path<UserId>;
    type Output = Done;

    async fn run(app: &App, member: Member, Path(id): Self::Input) -> Result<Done> {
        if id == member.user_id {
            return Err(Code::Oneself.at("user_id").into());
        }
        blocks::add(app.store(), member.user_id, id, app.now()).await.map(|()| Done)
    }
}
