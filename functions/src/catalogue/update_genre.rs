use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Result,
    app::App,
    auth::Admin,
    domain::{Genre, Names, Slug},
    http::IfMatch,
    input::{Body, Path, Replace},
    operation::{Operation, Route},
    output::Resource,
    text::Text,
};

use super::entry;

pub struct UpdateGenre;

/// A merge patch (RFC 7396): what is absent stays. Nothing can be cleared, and a name comes in both languages.
#[derive(Default, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("example" = { "name": { "en": "Gypsy jazz", "fr": "Jazz manouche" } }))]
pub struct GenreChanges {
    #[garde(dive)]
    name: Replace<Names>,
}

impl Operation for UpdateGenre {
    const ROUTE: Route = Route::patch("/v1/genres/{genre_id}", "Change a genre");
    const DONE: Text = Text::new("Genre updated", "Genre mis à jour");
    type Caller = Admin;
    type Input = (Path<Slug>, IfMatch, Body<GenreChanges>);
    type Output = Resource<Genre>;

    async fn run(app: &App, _: Admin, (Path(id), seen, Body(changes)): Self::Input) -> Result<Self::Output> {
        entry::update(app, &id, &seen, |write| write.patch("name", &changes.name.0)).await
    }
}
