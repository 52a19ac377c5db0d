use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{EventDetails, EventId, EventStatus, Reason},
    input::{Body, Path},
    operation::{Operation, Route},
    output::Answer,
    store::events,
    text::Text,
};

pub struct CancelEvent;

/// Why it is off.
#[derive(Default, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "reason": "The singer has a cold." }))]
pub struct WhyCancelled {
    #[garde(dive)]
    reason: Option<Reason>,
}

impl Operation for CancelEvent {
    const ROUTE: Route =
        Route::post("/v1/events/{event_id}/cancellation", "Cancel an event that you organise");
    const DONE: Text = Text::new("Event cancelled", "Événement annulé");
    const ERRORS: &'static [Code] = &[Code::Forbidden, Code::EventEnded];
    type Caller = Member;
    type Input = (Path<EventId>, Option<Body<WhyCancelled>>);
    type Output = Answer<EventDetails>;

    async fn run(app: &App, member: Member, (Path(id), body): Self::Input) -> Result<Self::Output> {
        let now = app.now();
        let reason = body.and_then(|Body(why)| why.reason);
        let standing = events::edit(app.store(), id, member.user_id, now, |standing| {
            let event = &mut standing.event;
            match event.status_at(now) {
                // Once is enough, and the first reason stands.
                EventStatus::Cancelled => {}
                EventStatus::Ended => return Err(Code::EventEnded.into()),
                EventStatus::Draft | EventStatus::Published => {
                    event.cancel(reason.clone(), now);
                }
            }
            Ok(())
        })
        .await?;
        Ok(Answer(standing.details(now)))
    }
}
