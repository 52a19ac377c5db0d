use tunelink::{
    Result,
    app::App,
    auth::Anyone,
    domain::{Genre, Slug},
    input::Path,
    operation::{Operation, Route},
    output::Resource,
    text::Text,
};

use super::entry;

pub struct GetGenre;

impl Operation for GetGenre {
    const ROUTE: Route = Route::get("/v1/genres/{genre_id}", "A genre of the catalogue");
    const DONE: Text = Text::new("Genre", "Genre musical");
    type Caller = Anyone;
    type Input = Path<Slug>;
    type Output = Resource<Genre>;

    async fn run(app: &App, _: Anyone, Path(id): Self::Input) -> Result<Self::Output> {
        entry::get(app, &id).await
    }
}
