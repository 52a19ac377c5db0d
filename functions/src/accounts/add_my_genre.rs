use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{CatalogueKind, LikedGenre, Slug},
    input::Path,
    operation::{Operation, Route},
    output::Answer,
    store::tastes,
    text::Text,
};

pub struct AddMyGenre;

impl Operation for AddMyGenre {
    const ROUTE: Route = Route::put("/v1/users/me/genres/{genre_id}", "Say that you like a genre");
    const DONE: Text = Text::new("Genre saved", "Genre enregistré");
    const ERRORS: &'static [Code] = &[Code::Invalid, Code::UnknownGenre, Code::LimitReached, Code::Conflict];
    type Caller = Member;
    type Input = Path<Slug>;
    type Output = Answer<LikedGenre>;

    async fn run(app: &App, member: Member, Path(id): Self::Input) -> Result<Self::Output> {
        tastes::set(app.store(), member.user_id, CatalogueKind::Genre, &id, None, app.now()).await?;
        Ok(Answer(LikedGenre { genre_id: id }))
    }
}
