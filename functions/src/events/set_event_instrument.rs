use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{EventId, SlotsView, Slug, Wanted},
    input::{Body, Path},
    operation::{Operation, Route},
    output::Answer,
    store::{events, participations},
    text::Text,
};

pub struct SetEventInstrument;

/// How many are wanted.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "wanted": 2 }))]
pub struct NumberWanted {
    /// Never below those who take part with it already
    #[garde(dive)]
    wanted: Wanted,
}

impl Operation for SetEventInstrument {
    const ROUTE: Route = Route::put(
        "/v1/events/{event_id}/instruments/{instrument_id}",
        "Say how many of an instrument your event wants",
    );
    const DONE: Text = Text::new("Instrument saved", "Instrument enregistré");
    const ERRORS: &'static [Code] = &[
        Code::Forbidden,
        Code::EventCancelled,
        Code::EventEnded,
        Code::SlotsTaken,
        Code::LimitReached,
        Code::UnknownInstrument,
    ];
    type Caller = Member;
    type Input = (Path<(EventId, Slug)>, Body<NumberWanted>);
    type Output = Answer<SlotsView>;

    async fn run(
        app: &App,
        member: Member,
        (Path((id, instrument)), Body(body)): Self::Input,
    ) -> Result<Self::Output> {
        let now = app.now();
        let standing = events::edit(app.store(), id, member.user_id, now, |standing| {
            standing.must_be_to_come(now)?;
            standing.seats.want(&instrument, body.wanted.0).map_err(participations::refused)
        })
        .await?;
        Ok(Answer(SlotsView::new(&instrument, standing.seats.slots(&instrument))))
    }
}
