use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Result,
    app::App,
    auth::Anyone,
    domain::{Genre, SearchText},
    input::Query,
    operation::{Operation, Route},
    output::Page,
    paging::{CursorText, Limit, Paging},
    text::Text,
};

use super::entry;

pub struct ListGenres;

/// Which genres.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct GenreFilter {
    /// Text in the id or in either name; neither case nor accents matter
    #[garde(dive)]
    q: Option<SearchText>,
    /// How many entries the page has at most
    #[garde(dive)]
    limit: Option<Limit>,
    /// Where the page begins: `page.next` of the one before
    #[garde(dive)]
    cursor: Option<CursorText>,
}

impl Operation for ListGenres {
    const ROUTE: Route = Route::get("/v1/genres", "The genres of the catalogue");
    const DONE: Text = Text::new("Genres", "Genres musicaux");
    const ERRORS: &'static [Code] = &[Code::InvalidCursor];
    type Caller = Anyone;
    type Input = Query<GenreFilter>;
    type Output = Page<Genre>;

    async fn run(app: &App, _: Anyone, Query(filter): Self::Input) -> Result<Self::Output> {
        let GenreFilter { q, limit, cursor } = filter;
        let cursors = app.cursors("list_genres", &q)?;
        entry::list(app, &cursors, &Paging { limit, cursor }, q, |_| true).await
    }
}
