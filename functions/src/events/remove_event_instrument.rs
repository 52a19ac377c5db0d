use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{EventId, Slug},
    input::Path,
    operation::{Operation, Route},
    output::Done,
    store::{events, participations},
    text::Text,
};

pub struct RemoveEventInstrument;

impl Operation for RemoveEventInstrument {
    const ROUTE: Route = Route::delete(
        "/v1/events/{event_id}/instruments/{instrument_id}",
        "Your event no longer wants an instrument that nobody has a seat or waits with",
    );
    const DONE: Text = Text::new("Instrument removed", "Instrument retiré");
    const ERRORS: &'static [Code] =
        &[Code::Forbidden, Code::EventCancelled, Code::EventEnded, Code::SlotsTaken];
    type Caller = Member;
    type Input = Path<(EventId, Slug)>;
    type Output = Done;

    async fn run(app: &App, member: Member, Path((id, instrument)): Self::Input) -> Result<Done> {
        let now = app.now();
        events::edit(app.store(), id, member.user_id, now, |standing| {
            standing.must_be_to_come(now)?;
            let was_wanted = standing.seats.unwant(&instrument).map_err(participations::refused)?;
            if was_wanted { Ok(()) } else { Err(Code::NotFound.into()) }
        })
        .await
        .map(|_| Done)
    }
}
