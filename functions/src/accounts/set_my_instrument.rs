use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{CatalogueKind, Level, LevelOfPlay, Slug},
    input::{Body, Path},
    operation::{Operation, Route},
    output::Answer,
    store::tastes,
    text::Text,
};

pub struct SetMyInstrument;

/// How well you play it.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "level": "advanced" }))]
pub struct MyLevel {
    #[garde(skip)]
    level: Level,
}

impl Operation for SetMyInstrument {
    const ROUTE: Route = Route::put(
        "/v1/users/me/instruments/{instrument_id}",
        "Say that you play an instrument, and how well",
    );
    const DONE: Text = Text::new("Instrument saved", "Instrument enregistré");
    const ERRORS: &'static [Code] = &[Code::UnknownInstrument, Code::LimitReached, Code::Conflict];
    type Caller = Member;
    type Input = (Path<Slug>, Body<MyLevel>);
    type Output = Answer<LevelOfPlay>;

    async fn run(app: &App, member: Member, (Path(id), Body(my)): Self::Input) -> Result<Self::Output> {
        let kind = CatalogueKind::Instrument;
        tastes::set(app.store(), member.user_id, kind, &id, Some(my.level), app.now()).await?;
        Ok(Answer(LevelOfPlay { instrument_id: id, level: my.level }))
    }
}
