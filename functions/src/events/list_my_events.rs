use std::{cmp::Reverse, collections::HashMap};

use garde::Validate;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{City, Event, EventId, EventStatus, EventType, ParticipationStatus, Slug, Title, ZoneName},
    input::Query,
    operation::{Operation, Route},
    output::Page,
    paging::{CursorText, Limit, Paging},
    store::{
        events,
        participations::{self, Card},
    },
    text::Text,
};

pub struct ListMyEvents;

/// Which of your events.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct MyEventFilter {
    /// Those to come and those in progress, the next one first; or those that are over, the latest first
    #[garde(skip)]
    when: Option<When>,
    /// Only those in which you have this part
    #[garde(skip)]
    part: Option<Part>,
    /// How many entries the page has at most
    #[garde(dive)]
    limit: Option<Limit>,
    /// Where the page begins: `page.next` of the one before
    #[garde(dive)]
    cursor: Option<CursorText>,
}

/// Before or after now.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum When {
    #[default]
    Upcoming,
    Past,
}

/// What you have to do with an event.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Part {
    Organiser,
    Going,
    Waiting,
    Pending,
    Declined,
}

/// An event that you have to do with.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct MyEvent {
    event_id: EventId,
    title: Title,
    r#type: EventType,
    status: EventStatus,
    #[schemars(with = "String", extend("format" = "date-time"))]
    starts_at: Timestamp,
    #[schemars(with = "String", extend("format" = "date-time"))]
    ends_at: Timestamp,
    time_zone: ZoneName,
    city: City,
    part: Part,
    /// What you signed up with; null for the organiser
    instrument_id: Option<Slug>,
}

/// The most events of a person that one call looks through.
const MOST: usize = 500;

impl Operation for ListMyEvents {
    const ROUTE: Route = Route::get(
        "/v1/users/me/events",
        "The events that you organise or signed up for: among your 500 latest",
    );
    const DONE: Text = Text::new("Your events", "Vos événements");
    const ERRORS: &'static [Code] = &[Code::InvalidCursor];
    type Caller = Member;
    type Input = Query<MyEventFilter>;
    type Output = Page<MyEvent>;

    async fn run(app: &App, member: Member, Query(filter): Self::Input) -> Result<Self::Output> {
        let (store, now, when) = (app.store(), app.now(), filter.when.unwrap_or_default());
        let paging = Paging { limit: filter.limit, cursor: filter.cursor };
        let cursors = app.cursors("list_my_events", &(member.user_id, when, filter.part))?;
        let after: Option<(Timestamp, EventId)> = cursors.open(paging.cursor())?;
        let entries = participations::of(store, member.user_id, MOST).await?;
        let mut parts: HashMap<EventId, (Part, Option<Slug>)> = entries.rows.into_iter().map(part).collect();
        parts.retain(|_, (part, _)| filter.part.is_none_or(|wanted| wanted == *part));
        let mut found = events::find_all(store, parts.keys().copied()).await?;
        let key = |event: &Event| (event.schedule.starts_at, event.event_id);
        found.retain(|event| (event.schedule.ends_at > now) == (when == When::Upcoming));
        match when {
            When::Upcoming => {
                found.sort_by_key(key);
                found.retain(|event| after.is_none_or(|after| key(event) > after));
            }
            When::Past => {
                found.sort_by_key(|event| Reverse(key(event)));
                found.retain(|event| after.is_none_or(|after| key(event) < after));
            }
        }
        let more = found.len() > paging.limit();
        found.truncate(paging.limit());
        let next = found.last().filter(|_| more).map(|last| cursors.mint(&key(last))).transpose()?;
        let items =
            found.into_iter().filter_map(|event| Some(show(parts.remove(&event.event_id)?, event, now)));
        Ok(Page::new(items.collect(), next).partial(entries.more))
    }
}

fn part(card: Card) -> (EventId, (Part, Option<Slug>)) {
    match card {
        Card::Organiser { event_id } => (event_id, (Part::Organiser, None)),
        Card::Participant { event_id, status, instrument_id } => {
            let part = match status {
                ParticipationStatus::Going => Part::Going,
                ParticipationStatus::Waiting => Part::Waiting,
                ParticipationStatus::Pending => Part::Pending,
                ParticipationStatus::Declined => Part::Declined,
            };
            (event_id, (part, Some(instrument_id)))
        }
    }
}

fn show((part, instrument_id): (Part, Option<Slug>), event: Event, now: Timestamp) -> MyEvent {
    MyEvent {
        event_id: event.event_id,
        status: event.status_at(now),
        title: event.title,
        r#type: event.r#type,
        starts_at: event.schedule.starts_at,
        ends_at: event.schedule.ends_at,
        time_zone: event.schedule.time_zone,
        city: event.place.city,
        part,
        instrument_id,
    }
}
