use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Result,
    app::App,
    auth::Admin,
    domain::{CatalogueKind, Genre, Names, Slug},
    idempotency::Idempotent,
    input::Body,
    operation::{Operation, Route},
    output::Created,
    store::catalogue,
    text::Text,
};

pub struct CreateGenre;

/// A new genre of the catalogue.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "id": "gypsy-jazz", "name": { "en": "Gypsy jazz", "fr": "Jazz manouche" } }))]
pub struct NewGenre {
    #[garde(dive)]
    id: Slug,
    #[garde(dive)]
    name: Names,
}

impl Operation for CreateGenre {
    const ROUTE: Route = Route::post("/v1/genres", "Add a genre to the catalogue");
    const DONE: Text = Text::new("Genre added", "Genre ajouté");
    const ERRORS: &'static [Code] = &[Code::AlreadyExists];
    type Caller = Admin;
    type Input = (Idempotent, Body<NewGenre>);
    type Output = Created<Genre>;

    async fn run(app: &App, Admin(admin): Admin, (once, Body(new)): Self::Input) -> Result<Self::Output> {
        let NewGenre { id, name } = new;
        let location = format!("/v1/genres/{id}");
        let data = Genre { id, name };
        let add = catalogue::add(CatalogueKind::Genre, &data.id, &data, app.now())?;
        let created = Created { location, data };
        let record = once.record(app.now(), admin.user_id, &created)?;
        app.store().commit([add].into_iter().chain(record)).await?;
        Ok(created)
    }
}
