use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::join;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{EventId, Participation, ParticipationStatus, ParticipationView, Slug},
    idempotency::Idempotent,
    input::{Body, Path},
    operation::{Operation, Route},
    output::Created,
    store::{
        events::{self, Standing},
        participations,
    },
    text::Text,
};

use super::instrument::{self, Played};

pub struct JoinEvent;

/// What you will play.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "instrument_id": "double-bass" }))]
pub struct SignUp {
    /// One that you play
    #[garde(dive)]
    instrument_id: Slug,
}

impl Operation for JoinEvent {
    const ROUTE: Route = Route::post(
        "/v1/events/{event_id}/participations",
        "Sign up for an event with an instrument that you play; where it is full you wait in line",
    );
    const DONE: Text = Text::new("Signed up", "Inscription enregistrée");
    const ERRORS: &'static [Code] = &[
        Code::Forbidden,
        Code::OwnEvent,
        Code::AlreadyJoined,
        Code::EventCancelled,
        Code::EventEnded,
        Code::UnknownInstrument,
        Code::InstrumentNotPlayed,
        Code::InstrumentNotWanted,
    ];
    type Caller = Member;
    type Input = (Path<EventId>, Idempotent, Body<SignUp>);
    type Output = Created<ParticipationView>;

    async fn run(
        app: &App,
        member: Member,
        (Path(id), once, Body(body)): Self::Input,
    ) -> Result<Self::Output> {
        let (store, user, now) = (app.store(), member.user_id, app.now());
        let read = async || {
            let played = instrument::played(store, user, &body.instrument_id);
            let (existing, played) = join!(participations::find(store, id, user), played);
            Ok((existing?, played))
        };
        let sign_up = |standing: &mut Standing,
                       (existing, played): (Option<Participation>, Result<Played>)| {
            standing.must_be_seen_by(Some(user))?;
            if standing.event.organiser.user_id == user {
                return Err(Code::OwnEvent.into());
            }
            standing.must_be_to_come(now)?;
            if existing.is_some() {
                return Err(Code::AlreadyJoined.into());
            }
            let Played { level, check } = played?;
            let mut part = Participation {
                event_id: id,
                user_id: user,
                instrument_id: body.instrument_id.clone(),
                level,
                status: ParticipationStatus::Pending,
                joined_at: now,
                waiting_since: None,
                attended: None,
                settled_at: None,
            };
            let mut seats = standing.seats.clone();
            let place = seats.join(&part.instrument_id).map_err(participations::refused)?;
            if !standing.event.needs_approval {
                standing.seats = seats;
                part.take(place, now);
            }
            let mut writes = participations::replace(None, Some(&part))?;
            let location = format!("/v1/events/{id}/participations/{user}");
            let created = Created { location, data: ParticipationView::from(part) };
            writes.push(check);
            writes.extend(participations::must_be_welcome(&standing.event, user));
            writes.extend(once.record(now, user, &created)?);
            Ok((writes, created))
        };
        events::change(store, id, now, read, sign_up).await.map(|(_, created)| created)
    }
}
