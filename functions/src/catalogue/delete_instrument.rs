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

pub struct DeleteInstrument;

impl Operation for DeleteInstrument {
    const ROUTE: Route = Route::delete(
        "/v1/instruments/{instrument_id}",
        "Delete an instrument that nobody uses from the catalogue",
    );
    const DONE: Text = Text::new("Instrument deleted", "Instrument supprimé");
    const ERRORS: &'static [Code] = &[Code::InUse, Code::Conflict];
    type Caller = Admin;
    type Input = Path<Slug>;
    type Output = Done;

    async fn run(app: &App, _: Admin, Path(id): Self::Input) -> Result<Self::Output> {
        catalogue::delete(app.store(), CatalogueKind::Instrument, &id).await.map(|()| Done)
    }
}
