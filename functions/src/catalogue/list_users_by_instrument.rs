use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{Instrument, Level, Slug, UserOfEntry},
    input::{Path, Query},
    operation::{Operation, Route},
    output::Page,
    paging::{CursorText, Limit, Paging},
    text::Text,
};

use super::entry;

pub struct ListUsersByInstrument;

/// Which players.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PlayerFilter {
    /// Only those of this level
    #[garde(dive)]
    level: Option<Level>,
    /// How many entries the page has at most; it may have fewer and still not be the last
    #[garde(dive)]
    limit: Option<Limit>,
    /// Where the page begins: `page.next` of the one before
    #[garde(dive)]
    cursor: Option<CursorText>,
}

impl Operation for ListUsersByInstrument {
    const ROUTE: Route = Route::get(
        "/v1/instruments/{instrument_id}/users",
        "Who plays an instrument, the most advanced first",
    );
    const DONE: Text = Text::new("Players of the instrument", "Musiciens qui jouent de l'instrument");
    const ERRORS: &'static [Code] = &[Code::InvalidCursor];
    type Caller = Member;
    type Input = (Path<Slug>, Query<PlayerFilter>);
    type Output = Page<UserOfEntry>;

    async fn run(app: &App, _: Member, (Path(id), Query(filter)): Self::Input) -> Result<Self::Output> {
        let PlayerFilter { level, limit, cursor } = filter;
        let cursors = app.cursors("list_users_by_instrument", &(&id, level))?;
        entry::users::<Instrument>(app, &id, level, &cursors, &Paging { limit, cursor }).await
    }
}
