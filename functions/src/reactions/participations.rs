//! What follows when people sign up, are let in, and leave.

use jiff::Timestamp;
use tunelink::{
    Result,
    app::App,
    domain::{Event, EventId, EventStatus, Notice, Outcome, Participation, ParticipationStatus},
    store::{events, notifications, participations::Departure},
};

/// Tells the organiser.
pub(super) async fn joined(app: &App, part: &Participation) -> Result<()> {
    let Some(event) = events::find_event(app.store(), part.event_id).await? else { return Ok(()) };
    let notice = Notice::ParticipantJoined {
        event_id: part.event_id,
        event: event.title,
        user_id: part.user_id,
        status: part.status,
    };
    let fact = format!("joined/{}/{}", part.event_id, part.user_id);
    notifications::post(app.store(), event.organiser.user_id, &notice, &fact, part.joined_at).await
}

/// Tells whoever waited.
pub(super) async fn promoted(app: &App, part: &Participation) -> Result<()> {
    let Some((event, at)) = settled(app, part).await? else { return Ok(()) };
    let notice = Notice::WaitingPromoted { event_id: part.event_id, event: event.title };
    tell(app, part, &notice, "promoted", at).await
}

/// Tells whom the organiser decided about.
pub(super) async fn decided(app: &App, part: &Participation) -> Result<()> {
    let outcome = match part.status {
        ParticipationStatus::Going => Outcome::Going,
        ParticipationStatus::Waiting => Outcome::Waiting,
        ParticipationStatus::Declined => Outcome::Declined,
        ParticipationStatus::Pending => return Ok(()),
    };
    let Some((event, at)) = settled(app, part).await? else { return Ok(()) };
    let notice = Notice::Approval { event_id: part.event_id, event: event.title, outcome };
    tell(app, part, &notice, "decided", at).await
}

async fn settled(app: &App, part: &Participation) -> Result<Option<(Event, Timestamp)>> {
    Ok(events::find_event(app.store(), part.event_id).await?.zip(part.settled_at))
}

async fn tell(app: &App, part: &Participation, notice: &Notice, what: &str, at: Timestamp) -> Result<()> {
    let fact = fact(what, part.event_id, at);
    notifications::post(app.store(), part.user_id, notice, &fact, at).await
}

fn fact(what: &str, event: EventId, at: Timestamp) -> String {
    format!("{what}/{event}/{at}")
}

/// Tells the organiser, or whom the organiser took off the list. Who was declined knows, and where nothing takes place
/// any more nobody needs to.
pub(super) async fn departed(app: &App, departure: &Departure) -> Result<()> {
    let Departure { event_id, user_id, left_at: at, .. } = *departure;
    let store = app.store();
    let event = events::find_event(store, event_id).await?;
    let event = event.filter(|event| event.status_at(at) == EventStatus::Published);
    if let Some(event) = event.filter(|_| departure.status != ParticipationStatus::Declined) {
        if departure.by_organiser {
            let notice = Notice::Approval { event_id, event: event.title, outcome: Outcome::Removed };
            notifications::post(store, user_id, &notice, &fact("removed", event_id, at), at).await?;
        } else {
            let notice = Notice::ParticipantLeft { event_id, event: event.title, user_id };
            let fact = format!("left/{event_id}/{user_id}");
            notifications::post(store, event.organiser.user_id, &notice, &fact, at).await?;
        }
    }
    store.commit([departure.forget()]).await
}
