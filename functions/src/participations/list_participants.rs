use std::collections::HashMap;

use garde::Validate;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::try_join;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{DisplayName, EventId, Level, ParticipationStatus, PhotoUrl, Profile, Slug, UserId},
    input::{Path, Query},
    operation::{Operation, Route},
    output::Page,
    paging::{CursorText, Limit, Paging},
    store::{events, participations, profiles},
    text::Text,
};

pub struct ListParticipants;

/// Which participants.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ParticipantFilter {
    /// Only those of this status; none but `going` are shown to others than the organiser
    #[garde(skip)]
    status: Option<ParticipationStatus>,
    /// How many entries the page has at most; it may have fewer and still not be the last
    #[garde(dive)]
    limit: Option<Limit>,
    /// Where the page begins: `page.next` of the one before
    #[garde(dive)]
    cursor: Option<CursorText>,
}

/// Somebody who signed up.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Participant {
    user_id: UserId,
    /// Null while they are away
    username: Option<String>,
    display_name: Option<DisplayName>,
    photo_url: Option<PhotoUrl>,
    instrument_id: Slug,
    level: Level,
    status: ParticipationStatus,
    #[schemars(with = "String", extend("format" = "date-time"))]
    joined_at: Timestamp,
    /// Since when they wait for this instrument, which is their place in line; null for who does not wait
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    waiting_since: Option<Timestamp>,
    /// Whether they were there; null until the organiser has said so, and to others
    attended: Option<bool>,
}

impl Operation for ListParticipants {
    const ROUTE: Route =
        Route::get("/v1/events/{event_id}/participants", "Who takes part in an event, and with what");
    const DONE: Text = Text::new("Participants", "Participants");
    const ERRORS: &'static [Code] = &[Code::InvalidCursor];
    type Caller = Member;
    type Input = (Path<EventId>, Query<ParticipantFilter>);
    type Output = Page<Participant>;

    async fn run(app: &App, member: Member, (Path(id), Query(filter)): Self::Input) -> Result<Self::Output> {
        let (store, paging) = (app.store(), Paging { limit: filter.limit, cursor: filter.cursor });
        let cursors = app.cursors("list_participants", &(id, filter.status))?;
        let after = cursors.open(paging.cursor())?;
        let (standing, mut found) =
            try_join!(events::find(store, id), participations::list(store, id, after, paging.limit()))?;
        let event = standing.ok_or(Code::NotFound)?.seen_by(Some(member.user_id))?.event;
        let by_organiser = event.organiser.user_id == member.user_id;
        let last = found.rows.last().map(|part| part.user_id);
        found.rows.retain(|part| {
            let shown = by_organiser || part.status == ParticipationStatus::Going;
            shown && filter.status.is_none_or(|status| part.status == status)
        });
        let people = profiles::find_all(store, found.rows.iter().map(|part| part.user_id)).await?;
        let mut people: HashMap<UserId, Profile> = people.into_iter().map(|p| (p.user_id, p)).collect();
        let items = found.rows.into_iter().map(|part| {
            let (username, display_name, photo_url) =
                people.remove(&part.user_id).map_or((None, None, None), |person| {
                    (Some(person.username), person.display_name, person.photo_url)
                });
            Participant {
                user_id: part.user_id,
                username,
                display_name,
                photo_url,
                instrument_id: part.instrument_id,
                level: part.level,
                status: part.status,
                joined_at: part.joined_at,
                waiting_since: part.waiting_since,
                attended: part.attended.filter(|_| by_organiser),
            }
        });
        let next = last.filter(|_| found.more).map(|last| cursors.mint(&last)).transpose()?;
        Ok(Page::new(items.collect(), next))
    }
}
