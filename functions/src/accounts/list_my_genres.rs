use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{CatalogueKind, LikedGenre, Slug},
    input::Query,
    operation::{Operation, Route},
    output::Page,
    paging::{self, Paging},
    store::tastes,
    text::Text,
};

pub struct ListMyGenres;

impl Operation for ListMyGenres {
    const ROUTE: Route = Route::get("/v1/users/me/genres", "The genres you like");
    const DONE: Text = Text::new("Your genres", "Vos genres");
    const ERRORS: &'static [Code] = &[Code::InvalidCursor];
    type Caller = Member;
    type Input = Query<Paging>;
    type Output = Page<LikedGenre>;

    async fn run(app: &App, member: Member, Query(paging): Self::Input) -> Result<Self::Output> {
        let cursors = app.cursors("list_my_genres", &member.user_id)?;
        let after: Option<Slug> = cursors.open(paging.cursor())?;
        let kind = CatalogueKind::Genre;
        let found = tastes::list(app.store(), member.user_id, kind, after.as_ref(), paging.limit()).await?;
        paging::page(found, &cursors, |taste| taste.id.clone(), |taste| LikedGenre { genre_id: taste.id })
    }
}
