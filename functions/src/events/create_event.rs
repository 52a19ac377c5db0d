use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::try_join;
use tunelink::{
    Code, Error, Result,
    app::App,
    auth::Member,
    domain::{
        Address, Capacity, City, Event, EventDetails, EventId, EventText, EventTime, EventType, Organiser,
        PhotoUrl, Place, Schedule, Seats, Slug, Title, Visibility, Wanted, ZoneName,
    },
    idempotency::Idempotent,
    input::Body,
    operation::{Operation, Route},
    output::Created,
    store::{events, profiles},
    text::Text,
};

use super::rules::{self, Publication};

pub struct CreateEvent;

/// A new event.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = {
    "title": "Manouche jam at the Pigalle", "type": "jam", "time_zone": "Europe/Paris",
    "starts_at": "2027-06-21T20:00:00", "ends_at": "2027-06-21T23:30:00",
    "lat": 48.8821, "lng": 2.3374, "city": "Paris", "address": "12 rue Lepic", "capacity": 12,
    "genres": ["gypsy-jazz"],
    "instruments": [{ "instrument_id": "double-bass", "wanted": 1 }, { "instrument_id": "acoustic-guitar", "wanted": 4 }]
}))]
pub struct NewEvent {
    #[garde(dive)]
    title: Title,
    #[garde(dive)]
    description: Option<EventText>,
    #[garde(dive)]
    r#type: EventType,
    /// In the future, within two years
    #[garde(dive)]
    starts_at: EventTime,
    /// After the start, within seven days
    #[garde(dive)]
    ends_at: EventTime,
    #[garde(dive)]
    time_zone: ZoneName,
    /// Degrees north (WGS 84)
    #[garde(range(min = -90.0, max = 90.0))]
    lat: f64,
    /// Degrees east (WGS 84)
    #[garde(range(min = -180.0, max = 180.0))]
    lng: f64,
    #[garde(dive)]
    address: Option<Address>,
    #[garde(dive)]
    city: City,
    /// None is 10,000
    #[garde(dive)]
    capacity: Option<Capacity>,
    #[garde(dive)]
    image_url: Option<PhotoUrl>,
    /// Ids of the catalogue's genres
    #[serde(default)]
    #[garde(length(max = 5), dive)]
    genres: Vec<Slug>,
    /// Which instruments are wanted; if none, everyone is welcome with theirs
    #[serde(default)]
    #[garde(length(max = 20), dive)]
    instruments: Vec<WantedInstrument>,
    #[serde(default)]
    #[garde(dive)]
    visibility: Visibility,
    #[serde(default)]
    #[garde(dive)]
    status: Publication,
    /// Whether you decide who takes part
    #[serde(default)]
    #[garde(skip)]
    needs_approval: bool,
}

/// An instrument, and how many are wanted of it.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "instrument_id": "double-bass", "wanted": 1 }))]
pub struct WantedInstrument {
    #[garde(dive)]
    instrument_id: Slug,
    #[garde(dive)]
    wanted: Wanted,
}

impl Operation for CreateEvent {
    const ROUTE: Route = Route::post("/v1/events", "Announce a music event");
    const DONE: Text = Text::new("Event created", "Événement créé");
    const ERRORS: &'static [Code] = &[
        Code::StartsInThePast,
        Code::TooFarAhead,
        Code::EndsBeforeStart,
        Code::LastsTooLong,
        Code::UnknownGenre,
        Code::UnknownInstrument,
    ];
    type Caller = Member;
    type Input = (Idempotent, Body<NewEvent>);
    type Output = Created<EventDetails>;

    async fn run(app: &App, host: Member, (once, Body(new)): Self::Input) -> Result<Self::Output> {
        let now = app.now();
        let schedule = check(&new, now)?;
        let (profile, ()) = try_join!(
            profiles::find(app.store(), host.user_id),
            rules::genres_are_known(app.store(), &new.genres)
        )?;
        let profile = profile.ok_or(Code::SessionEnded)?;
        let organiser = Organiser { user_id: host.user_id, username: Some(profile.username) };
        let wanted = new.instruments.iter().map(|part| (part.instrument_id.clone(), part.wanted.0));
        let seats = Seats::new(new.capacity.map(|capacity| capacity.0), wanted);
        let event = Event {
            event_id: EventId(app.new_id()),
            organiser,
            title: new.title,
            r#type: new.r#type,
            status: new.status.into(),
            visibility: new.visibility,
            needs_approval: new.needs_approval,
            schedule,
            place: Place::new(new.lat, new.lng, new.address, new.city),
            image_url: new.image_url,
            genres: new.genres,
            cancellation: None,
            published_at: (new.status == Publication::Published).then_some(now),
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let standing = events::new(event, new.description.map(EventText::with_line_feeds), seats);
        let created = Created {
            location: format!("/v1/events/{}", standing.event.event_id),
            data: standing.details(now),
        };
        let record = once.record(now, host.user_id, &created)?;
        events::create(app.store(), &standing, record).await?;
        Ok(created)
    }
}

/// What the fields have to do with each other and with the time.
fn check(new: &NewEvent, now: jiff::Timestamp) -> Result<Schedule> {
    let schedule = Schedule::new(&new.starts_at, &new.ends_at, new.time_zone.clone());
    let mut faults = match &schedule {
        Ok(schedule) => schedule.announceable(now).err().into_iter().collect(),
        Err(faults) => faults.clone(),
    };
    faults.extend(rules::duplicates(new.genres.iter(), |at| format!("genres[{at}]")));
    let instruments = new.instruments.iter().map(|part| &part.instrument_id);
    faults.extend(rules::duplicates(instruments, |at| format!("instruments[{at}].instrument_id")));
    match schedule {
        Ok(schedule) if faults.is_empty() => Ok(schedule),
        _ => Err(Error::invalid(faults)),
    }
}
