use tunelink::{
    Code, Result,
    app::App,
    auth::Visitor,
    domain::{EventId, SlotsView},
    input::{Path, Query},
    operation::{Operation, Route},
    output::Page,
    paging::{self, Paging},
    store::events,
    text::Text,
};

pub struct ListEventInstruments;

impl Operation for ListEventInstruments {
    const ROUTE: Route = Route::get(
        "/v1/events/{event_id}/instruments",
        "Which instruments an event wants, and how many are there",
    );
    const DONE: Text = Text::new("Instruments wanted", "Instruments recherchés");
    const ERRORS: &'static [Code] = &[Code::InvalidCursor];
    type Caller = Visitor;
    type Input = (Path<EventId>, Query<Paging>);
    type Output = Page<SlotsView>;

    async fn run(
        app: &App,
        Visitor(visitor): Visitor,
        (Path(id), Query(paging)): Self::Input,
    ) -> Result<Self::Output> {
        let cursors = app.cursors("list_event_instruments", &id)?;
        let standing = events::find(app.store(), id).await?.ok_or(Code::NotFound)?;
        let seats = standing.seen_by(visitor.map(|member| member.user_id))?.seats;
        let slots = seats.wanted().map(|(instrument, slots)| SlotsView::new(instrument, *slots)).collect();
        paging::cut(slots, &cursors, paging.cursor(), paging.limit(), |slots| slots.instrument_id.clone())
    }
}
