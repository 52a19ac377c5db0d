use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Result,
    app::App,
    auth::Anyone,
    domain::{Category, Instrument, SearchText},
    input::Query,
    operation::{Operation, Route},
    output::Page,
    paging::{CursorText, Limit, Paging},
    text::Text,
};

use super::entry;

pub struct ListInstruments;

/// Which instruments.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct InstrumentFilter {
    #[garde(dive)]
    category: Option<Category>,
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

impl Operation for ListInstruments {
    const ROUTE: Route = Route::get("/v1/instruments", "The instruments of the catalogue");
    const DONE: Text = Text::new("Instruments", "Instruments de musique");
    const ERRORS: &'static [Code] = &[Code::InvalidCursor];
    type Caller = Anyone;
    type Input = Query<InstrumentFilter>;
    type Output = Page<Instrument>;

    async fn run(app: &App, _: Anyone, Query(filter): Self::Input) -> Result<Self::Output> {
        let InstrumentFilter { category, q, limit, cursor } = filter;
        let cursors = app.cursors("list_instruments", &(category, &q))?;
        entry::list(app, &cursors, &Paging { limit, cursor }, q, |instrument: &Instrument| {
            category.is_none_or(|category| instrument.category == category)
        })
        .await
    }
}
