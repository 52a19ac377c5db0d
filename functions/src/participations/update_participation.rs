use garde::Validate;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::join;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{
        EventId, EventStatus, Participation, ParticipationStatus, ParticipationView, Slug, UserId,
        seats::Place,
    },
    input::{Body, Path},
    operation::{Operation, Route},
    output::Answer,
    store::{
        events::{self, Standing},
        participations,
    },
    text::Text,
};

use super::instrument::{self, Played};

pub struct UpdateParticipation;

/// What changes.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "instrument_id": "acoustic-guitar" }))]
pub struct ParticipationChanges {
    /// Another instrument that the participant plays; a seat is kept, and who waits begins anew in its line
    #[garde(dive)]
    instrument_id: Option<Slug>,
    /// By the organiser alone
    #[garde(skip)]
    decision: Option<Decision>,
    /// Whether they were there; by the organiser alone, once the event has begun
    #[garde(skip)]
    attended: Option<bool>,
}

/// Whether somebody may take part.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Decision {
    Approved,
    Declined,
}

impl Operation for UpdateParticipation {
    const ROUTE: Route = Route::patch(
        "/v1/events/{event_id}/participations/{user_id}",
        "Change the instrument; as organiser approve, decline or say who was there",
    );
    const DONE: Text = Text::new("Participation updated", "Participation mise à jour");
    const ERRORS: &'static [Code] = &[
        Code::Forbidden,
        Code::EventCancelled,
        Code::EventEnded,
        Code::EventNotBegun,
        Code::NotGoing,
        Code::NoSlot,
        Code::UnknownInstrument,
        Code::InstrumentNotPlayed,
        Code::InstrumentNotWanted,
    ];
    type Caller = Member;
    type Input = (Path<(EventId, UserId)>, Body<ParticipationChanges>);
    type Output = Answer<ParticipationView>;

    async fn run(
        app: &App,
        member: Member,
        (Path((id, user)), Body(changes)): Self::Input,
    ) -> Result<Self::Output> {
        let (store, now) = (app.store(), app.now());
        let read = async || {
            let played = async {
                match &changes.instrument_id {
                    Some(to) => instrument::played(store, user, to).await.map(Some),
                    None => Ok(None),
                }
            };
            let (part, played) = join!(participations::find(store, id, user), played);
            Ok((part?, played))
        };
        let update =
            |standing: &mut Standing, (before, played): (Option<Participation>, Result<Option<Played>>)| {
                let by_organiser = standing.event.organiser.user_id == member.user_id;
                let organisers_alone = changes.decision.is_some() || changes.attended.is_some();
                standing.must_be_seen_by(Some(member.user_id))?;
                if !by_organiser && (user != member.user_id || organisers_alone) {
                    return Err(Code::Forbidden.into());
                }
                let before = before.ok_or(Code::NotFound)?;
                let mut part = before.clone();
                let mut writes = Vec::new();
                if let Some(to) = changes.instrument_id.as_ref().filter(|to| **to != before.instrument_id) {
                    standing.must_be_to_come(now)?;
                    if let Some(Played { level, check }) = played? {
                        part.level = level;
                        writes.push(check);
                    }
                    change_instrument(standing, &mut part, to, now)?;
                }
                if let Some(decision) = changes.decision {
                    standing.must_be_to_come(now)?;
                    decide(standing, &mut part, decision, now)?;
                    if part.status != before.status {
                        part.settled_at = Some(now);
                    }
                }
                if let Some(attended) = changes.attended {
                    mark(standing, &mut part, attended, now)?;
                }
                if part != before {
                    writes.extend(participations::replace(Some(&before), Some(&part))?);
                }
                Ok((writes, Answer(part.into())))
            };
        events::change(store, id, now, read, update).await.map(|(_, answer)| answer)
    }
}

fn change_instrument(
    standing: &mut Standing,
    part: &mut Participation,
    to: &Slug,
    now: Timestamp,
) -> Result<()> {
    let seats = &mut standing.seats;
    match part.status {
        ParticipationStatus::Going => {
            seats.swap(&part.instrument_id, to).map_err(participations::refused)?;
        }
        ParticipationStatus::Waiting => {
            seats.leave(&part.instrument_id, Place::WaitingList);
            let place = seats.join(to).map_err(participations::refused)?;
            part.take(place, now);
        }
        ParticipationStatus::Pending => {
            seats.clone().join(to).map_err(participations::refused)?;
        }
        ParticipationStatus::Declined => return Err(Code::Forbidden.into()),
    }
    part.instrument_id = to.clone();
    Ok(())
}

fn decide(
    standing: &mut Standing,
    part: &mut Participation,
    decision: Decision,
    now: Timestamp,
) -> Result<()> {
    match (decision, part.place()) {
        (Decision::Approved, Some(_)) => {}
        (Decision::Approved, None) => {
            let place = standing.seats.join(&part.instrument_id).map_err(participations::refused)?;
            part.take(place, now);
        }
        (Decision::Declined, place) => {
            if let Some(place) = place {
                standing.seats.leave(&part.instrument_id, place);
            }
            part.lose(ParticipationStatus::Declined);
        }
    }
    Ok(())
}

fn mark(standing: &Standing, part: &mut Participation, attended: bool, now: Timestamp) -> Result<()> {
    if standing.event.status == EventStatus::Cancelled {
        return Err(Code::EventCancelled.into());
    }
    if standing.event.schedule.starts_at > now {
        return Err(Code::EventNotBegun.into());
    }
    if part.status != ParticipationStatus::Going {
        return Err(Code::NotGoing.into());
    }
    part.attended = Some(attended);
    Ok(())
}
