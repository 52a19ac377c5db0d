use tunelink::{
    Result,
    app::App,
    auth::Anyone,
    domain::{Instrument, Slug},
    input::Path,
    operation::{Operation, Route},
    output::Resource,
    text::Text,
};

use super::entry;

pub struct GetInstrument;

impl Operation for GetInstrument {
    const ROUTE: Route = Route::get("/v1/instruments/{instrument_id}", "An instrument of the catalogue");
    const DONE: Text = Text::new("Instrument", "Instrument");
    type Caller = Anyone;
    type Input = Path<Slug>;
    type Output = Resource<Instrument>;

    async fn run(app: &App, _: Anyone, Path(id): Self::Input) -> Result<Self::Output> {
        entry::get(app, &id).await
    }
}
