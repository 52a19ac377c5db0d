//! What follows when an event is cancelled or changed, and when a place in it comes free.

use std::future::ready;

use tunelink::{
    Code, Result,
    app::App,
    domain::{Event, EventId, Notice},
    store::{
        events,
        jobs::{Job, Task},
    },
};

pub(super) async fn cancelled(app: &App, event: Event) -> Result<()> {
    let Some(cancellation) = event.cancellation else { return Ok(()) };
    let (event_id, at) = (event.event_id, cancellation.cancelled_at);
    let notice = Notice::EventCancelled { event_id, event: event.title, reason: cancellation.reason };
    let job = Job::new(format!("cancelled/{event_id}"), Task::Notice { event_id, notice, at });
    app.store().commit([job.write(app.now())?]).await
}

pub(super) async fn moved(app: &App, event: Event, time: bool, place: bool) -> Result<()> {
    let (event_id, at) = (event.event_id, event.updated_at);
    let notice = Notice::EventChanged { event_id, event: event.title, time, place };
    let fact = format!("changed/{event_id}/{}", event.version);
    let job = Job::new(fact, Task::Notice { event_id, notice, at });
    app.store().commit([job.write(app.now())?]).await
}

/// Lets in who waits, where whoever made room was interrupted or had too many to let in.
pub(super) async fn give_seats(app: &App, event: EventId) -> Result<()> {
    let nothing = |_: &mut events::Standing, ()| Ok((Vec::new(), ()));
    match events::change(app.store(), event, app.now(), || ready(Ok(())), nothing).await {
        Err(error) if error.code == Code::NotFound => Ok(()),
        given => given.map(|_| ()),
    }
}
