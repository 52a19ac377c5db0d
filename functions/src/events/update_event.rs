use garde::Validate;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Error, Result,
    app::App,
    auth::Member,
    domain::{
        Address, Capacity, City, EventDetails, EventId, EventStatus, EventText, EventTime, EventType,
        PhotoUrl, Schedule, Slug, Title, Visibility, ZoneName, degrees, degrees_east, seats,
    },
    http::IfMatch,
    input::{Body, Patch, Path, Replace},
    operation::{Operation, Route},
    output::Resource,
    store::events::{self, Standing},
    text::Text,
};

use super::rules::{self, Publication};

pub struct UpdateEvent;

/// A merge patch (RFC 7396): what is absent stays, what is null is cleared.
#[derive(Clone, Default, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("example" = { "capacity": 20, "description": "Now with a piano.", "image_url": null }))]
pub struct EventChanges {
    #[garde(dive)]
    title: Replace<Title>,
    #[garde(dive)]
    description: Patch<EventText>,
    #[garde(dive)]
    r#type: Replace<EventType>,
    /// In the future, within two years
    #[garde(dive)]
    starts_at: Replace<EventTime>,
    /// After the start, within seven days
    #[garde(dive)]
    ends_at: Replace<EventTime>,
    /// Alone it changes the zone in which the same times are shown
    #[garde(dive)]
    time_zone: Replace<ZoneName>,
    #[garde(dive)]
    lat: Replace<Latitude>,
    #[garde(dive)]
    lng: Replace<Longitude>,
    #[garde(dive)]
    address: Patch<Address>,
    #[garde(dive)]
    city: Replace<City>,
    /// Never below the seats taken; null is 10,000
    #[garde(dive)]
    capacity: Patch<Capacity>,
    #[garde(dive)]
    image_url: Patch<PhotoUrl>,
    #[garde(dive)]
    genres: Replace<Genres>,
    #[garde(dive)]
    visibility: Replace<Visibility>,
    /// `published` announces a draft; there is no way back
    #[garde(dive)]
    status: Replace<Publication>,
    #[garde(skip)]
    needs_approval: Replace<bool>,
}

/// Degrees north (WGS 84).
#[derive(Clone, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline)]
pub struct Latitude(#[garde(range(min = -90.0, max = 90.0))] f64);

/// Degrees east (WGS 84).
#[derive(Clone, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline)]
pub struct Longitude(#[garde(range(min = -180.0, max = 180.0))] f64);

/// Ids of the catalogue's genres.
#[derive(Clone, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline)]
pub struct Genres(#[garde(length(max = 5), dive)] Vec<Slug>);

impl Operation for UpdateEvent {
    const ROUTE: Route =
        Route::patch("/v1/events/{event_id}", "Change an event that you organise, or publish it");
    const DONE: Text = Text::new("Event updated", "Événement mis à jour");
    const ERRORS: &'static [Code] = &[
        Code::Forbidden,
        Code::EventCancelled,
        Code::EventEnded,
        Code::AlreadyPublished,
        Code::CapacityTaken,
        Code::StartsInThePast,
        Code::UnknownGenre,
    ];
    type Caller = Member;
    type Input = (Path<EventId>, IfMatch, Body<EventChanges>);
    type Output = Resource<EventDetails>;

    async fn run(
        app: &App,
        member: Member,
        (Path(id), seen, Body(changes)): Self::Input,
    ) -> Result<Self::Output> {
        let (store, now) = (app.store(), app.now());
        if let Patch::Set(Genres(genres)) = &changes.genres.0 {
            let twice = rules::duplicates(genres.iter(), |at| format!("genres[{at}]"));
            if !twice.is_empty() {
                return Err(Error::invalid(twice));
            }
            rules::genres_are_known(store, genres).await?;
        }
        let standing = events::edit(store, id, member.user_id, now, |standing| {
            seen.check(standing.event.version)?;
            standing.must_be_to_come(now)?;
            changes.clone().apply(standing, now)
        })
        .await?;
        let version = standing.event.version;
        Ok(Resource::revised(standing.details(now), version))
    }
}

impl EventChanges {
    fn apply(self, standing: &mut Standing, now: Timestamp) -> Result<()> {
        let before = standing.clone();
        let event = &mut standing.event;
        let reschedules = [&self.starts_at, &self.ends_at].iter().any(|time| time.0 != Patch::Keep);
        let publishes = self.publishes(event.status)?;
        if reschedules {
            event.schedule = self.reschedule(&event.schedule)?;
        } else {
            self.time_zone.apply(&mut event.schedule.time_zone);
        }
        if publishes || event.schedule.starts_at != before.event.schedule.starts_at {
            event.schedule.announceable(now).map_err(|fault| Error::invalid(vec![fault]))?;
        }
        if publishes {
            event.status = EventStatus::Published;
            event.published_at = Some(now);
        }
        self.title.apply(&mut event.title);
        self.r#type.apply(&mut event.r#type);
        self.lat.map(|Latitude(lat)| degrees(lat)).apply(&mut event.place.lat);
        self.lng.map(|Longitude(lng)| degrees_east(lng)).apply(&mut event.place.lng);
        self.address.apply(&mut event.place.address);
        self.city.apply(&mut event.place.city);
        self.image_url.apply(&mut event.image_url);
        self.genres.map(|Genres(genres)| genres).apply(&mut event.genres);
        self.visibility.apply(&mut event.visibility);
        self.needs_approval.apply(&mut event.needs_approval);
        self.description.map(EventText::with_line_feeds).apply(&mut standing.text);
        let mut capacity = standing.seats.capacity.map(Capacity);
        self.capacity.apply(&mut capacity);
        standing.seats.set_capacity(capacity.map(|capacity| capacity.0)).map_err(below)?;
        Ok(())
    }

    fn publishes(&self, status: EventStatus) -> Result<bool> {
        match (&self.status.0, status) {
            (Patch::Set(Publication::Published), EventStatus::Draft) => Ok(true),
            (Patch::Set(Publication::Draft), EventStatus::Published) => Err(Code::AlreadyPublished.into()),
            _ => Ok(false),
        }
    }

    fn reschedule(&self, before: &Schedule) -> Result<Schedule> {
        let mut zone = before.time_zone.clone();
        let (mut starts, mut ends) = (before.starts_at.into(), before.ends_at.into());
        self.time_zone.clone().apply(&mut zone);
        self.starts_at.clone().apply(&mut starts);
        self.ends_at.clone().apply(&mut ends);
        Schedule::new(&starts, &ends, zone).map_err(Error::invalid)
    }
}

fn below(refusal: seats::Refusal) -> Error {
    match refusal {
        seats::Refusal::Taken(taken) => Code::CapacityTaken.at("capacity").limit(taken).into(),
        _ => Code::Conflict.into(),
    }
}
