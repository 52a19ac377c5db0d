use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{EventId, EventStatus, Participation, ParticipationStatus, UserId},
    input::Path,
    operation::{Operation, Route},
    output::Done,
    store::{
        events::{self, Standing},
        participations::{self, Departure},
    },
    text::Text,
};

pub struct LeaveEvent;

impl Operation for LeaveEvent {
    const ROUTE: Route = Route::delete(
        "/v1/events/{event_id}/participations/{user_id}",
        "Leave an event, or take somebody off your own; the seat goes to the first in line who can have it",
    );
    const DONE: Text = Text::new("Left the event", "Participation annulée");
    const ERRORS: &'static [Code] = &[Code::Forbidden, Code::EventEnded];
    type Caller = Member;
    type Input = Path<(EventId, UserId)>;
    type Output = Done;

    async fn run(app: &App, member: Member, Path((id, user)): Self::Input) -> Result<Done> {
        let (store, now) = (app.store(), app.now());
        let leave = |standing: &mut Standing, part: Option<Participation>| {
            let by_organiser = standing.event.organiser.user_id == member.user_id;
            standing.must_be_seen_by(Some(member.user_id))?;
            if user != member.user_id && !by_organiser {
                return Err(Code::Forbidden.into());
            }
            let part = part.ok_or(Code::NotFound)?;
            if standing.event.status_at(now) == EventStatus::Ended {
                return Err(Code::EventEnded.into());
            }
            // Who was declined could otherwise ask again and again.
            if part.status == ParticipationStatus::Declined && !by_organiser {
                return Err(Code::Forbidden.into());
            }
            if let Some(place) = part.place() {
                standing.seats.leave(&part.instrument_id, place);
            }
            let mut writes = participations::replace(Some(&part), None)?;
            let removed = user != member.user_id;
            writes.push(Departure::of(&part, removed, now).note()?);
            Ok((writes, Done))
        };
        let read = || participations::find(store, id, user);
        events::change(store, id, now, read, leave).await.map(|(_, done)| done)
    }
}
