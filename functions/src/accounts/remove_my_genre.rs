use tunelink::{
    Result,
    app::App,
    auth::Member,
    domain::{CatalogueKind, Slug},
    input::Path,
    operation::{Operation, Route},
    output::Done,
    store::tastes,
    text::Text,
};

pub struct RemoveMyGenre;

impl Operation for RemoveMyGenre {
    const ROUTE: Route = Route::delete("/v1/users/me/genres/{genre_id}", "You do not like a genre any more");
    const DONE: Text = Text::new("Genre removed", "Genre retiré");
    type Caller = Member;
    type Input = Path<Slug>;
    type Output = Done;

    async fn run(app: &App, member: Member, Path(id): Self::Input) -> Result<Done> {
        tastes::remove(app.store(), member.user_id, CatalogueKind::Genre, &id).await.map(|()| Done)
    }
}
