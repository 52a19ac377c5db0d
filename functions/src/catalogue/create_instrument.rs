use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Result,
    app::App,
    auth::Admin,
    domain::{CatalogueKind, Category, Icon, Instrument, Names, Slug},
    idempotency::Idempotent,
    input::Body,
    operation::{Operation, Route},
    output::Created,
    store::catalogue,
    text::Text,
};

pub struct CreateInstrument;

/// A new instrument of the catalogue.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = {
    "id": "theorbo", "category": "strings", "icon": "🎵", "name": { "en": "Theorbo", "fr": "Théorbe" }
}))]
pub struct NewInstrument {
    #[garde(dive)]
    id: Slug,
    #[garde(dive)]
    category: Category,
    #[garde(dive)]
    icon: Icon,
    #[garde(dive)]
    name: Names,
}

impl Operation for CreateInstrument {
    const ROUTE: Route = Route::post("/v1/instruments", "Add an instrument to the catalogue");
    const DONE: Text = Text::new("Instrument added", "Instrument ajouté");
    const ERRORS: &'static [Code] = &[Code::AlreadyExists];
    type Caller = Admin;
    type Input = (Idempotent, Body<NewInstrument>);
    type Output = Created<Instrument>;

    async fn run(app: &App, Admin(admin): Admin, (once, Body(new)): Self::Input) -> Result<Self::Output> {
        let NewInstrument { id, category, icon, name } = new;
        let location = format!("/v1/instruments/{id}");
        let data = Instrument { id, category, icon, name };
        let add = catalogue::add(CatalogueKind::Instrument, &data.id, &data, app.now())?;
        let created = Created { location, data };
        let record = once.record(app.now(), admin.user_id, &created)?;
        app.store().commit([add].into_iter().chain(record)).await?;
        Ok(created)
    }
}
