use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Result,
    app::App,
    auth::Admin,
    domain::{Category, Icon, Instrument, Names, Slug},
    http::IfMatch,
    input::{Body, Path, Replace},
    operation::{Operation, Route},
    output::Resource,
    text::Text,
};

use super::entry;

pub struct UpdateInstrument;

/// A merge patch (RFC 7396): what is absent stays. Nothing can be cleared, and a name comes in both languages.
#[derive(Default, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("example" = { "icon": "🎸" }))]
pub struct InstrumentChanges {
    #[garde(dive)]
    category: Replace<Category>,
    #[garde(dive)]
    icon: Replace<Icon>,
    #[garde(dive)]
    name: Replace<Names>,
}

impl Operation for UpdateInstrument {
    const ROUTE: Route = Route::patch("/v1/instruments/{instrument_id}", "Change an instrument");
    const DONE: Text = Text::new("Instrument updated", "Instrument mis à jour");
    type Caller = Admin;
    type Input = (Path<Slug>, IfMatch, Body<InstrumentChanges>);
    type Output = Resource<Instrument>;

    async fn run(app: &App, _: Admin, (Path(id), seen, Body(changes)): Self::Input) -> Result<Self::Output> {
        let InstrumentChanges { category, icon, name } = changes;
        entry::update(app, &id, &seen, |write| {
            write.patch("category", &category.0)?.patch("icon", &icon.0)?.patch("name", &name.0)
        })
        .await
    }
}
