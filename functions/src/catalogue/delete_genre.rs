use tunelink::{
    Code, Result,
    app::App,
    auth::Admin,
    domain::{CatalogueKind, Slug},
    input::Path,
    operation::{Operation, Route},
    output::Done,
    store::catalogue,
    text::Text,
};

pub struct DeleteGenre;

impl Operation for DeleteGenre {
    const ROUTE: Route =
        Route::delete("/v1/genres/{genre_id}", "Delete a genre that nobody uses from the catalogue");
    const DONE: Text = Text::new("Genre deleted", "Genre supprimé");
    const ERRORS: &'static [Code] = &[Code::InUse, Code::Conflict];
    type Caller = Admin;
    type Input = Path<Slug>;
    type Output = Done;

    async fn run(app: &App, _: Admin, Path(id): Self::Input) -> Result<Self::Output> {
        catalogue::delete(app.store(), CatalogueKind::Genre, &id).await.map(|()| Done)
    }
}
