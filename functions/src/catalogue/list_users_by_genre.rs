use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{Genre, Slug, UserOfEntry},
    input::{Path, Query},
    operation::{Operation, Route},
    output::Page,
    paging::Paging,
    text::Text,
};

use super::entry;

pub struct ListUsersByGenre;

impl Operation for ListUsersByGenre {
    const ROUTE: Route = Route::get("/v1/genres/{genre_id}/users", "Who likes a genre");
    const DONE: Text = Text::new("People who like the genre", "Personnes qui aiment le genre");
    const ERRORS: &'static [Code] = &[Code::InvalidCursor];
    type Caller = Member;
    type Input = (Path<Slug>, Query<Paging>);
    type Output = Page<UserOfEntry>;

    async fn run(app: &App, _: Member, (Path(id), Query(paging)): Self::Input) -> Result<Self::Output> {
        let cursors = app.cursors("list_users_by_genre", &id)?;
        entry::users::<Genre>(app, &id, None, &cursors, &paging).await
    }
}
