use garde::Validate;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::try_join;
use tunelink::{
    Code, Result,
    app::App,
    auth::Admin,
    domain::{Bilingual, EventId, Notice, NotificationId, UserId},
    idempotency::Idempotent,
    input::Body,
    operation::{Operation, Route},
    output::Created,
    store::{
        Store, Write, events,
        jobs::{Job, Task},
        notifications, profiles,
    },
    text::Text,
};

pub struct CreateNotification;

/// What is announced, and to whom: to one person or to those who take part in an event.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = {
    "event_id": "01900000-0000-7000-8000-000000000000",
    "text": {
        "en": { "title": "Another entrance", "body": "Please come in through the yard." },
        "fr": { "title": "Autre entrée", "body": "Merci de passer par la cour." }
    }
}))]
pub struct NewNotification {
    /// Either this person
    #[garde(skip)]
    user_id: Option<UserId>,
    /// Or all who take part in this event or would like to
    #[garde(skip)]
    event_id: Option<EventId>,
    #[garde(dive)]
    text: Bilingual,
}

/// What became of an announcement.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Announcement {
    /// In the list of the one person who gets it; null where many do, and where the person wants no announcements there
    notification_id: Option<NotificationId>,
}

impl Operation for CreateNotification {
    const ROUTE: Route =
        Route::post("/v1/notifications", "Announce something to somebody or to those of an event");
    const DONE: Text = Text::new("Announced", "Annonce envoyée");
    const ERRORS: &'static [Code] = &[Code::NotFound];
    type Caller = Admin;
    type Input = (Idempotent, Body<NewNotification>);
    type Output = Created<Announcement>;

    async fn run(app: &App, Admin(admin): Admin, (once, Body(new)): Self::Input) -> Result<Self::Output> {
        let (store, now) = (app.store(), app.now());
        let fact = format!("announcement/{}", app.new_id());
        let (created, mut writes) = match (new.user_id, new.event_id) {
            (Some(user), None) => to_one(store, user, new.text, fact, now).await?,
            (None, Some(event)) => to_all(store, event, new.text, fact, now).await?,
            (None, None) => return Err(Code::Missing.at("user_id").into()),
            (Some(_), Some(_)) => return Err(Code::UnknownField.at("event_id").into()),
        };
        writes.extend(once.record(now, admin.user_id, &created)?);
        store.commit(writes).await.map(|()| created)
    }
}

async fn to_one(
    store: &Store,
    user: UserId,
    text: Bilingual,
    fact: String,
    now: Timestamp,
) -> Result<(Created<Announcement>, Vec<Write>)> {
    let notice = Notice::Announcement { event_id: None, text };
    let told = notifications::along(store, user, notice, fact, now);
    let (person, told) = try_join!(profiles::find(store, user), told)?;
    person.ok_or(Code::NotFound)?;
    let notification_id = told.id();
    let location =
        notification_id.map_or_else(|| format!("/v1/users/{user}"), |id| format!("/v1/notifications/{id}"));
    Ok((Created { location, data: Announcement { notification_id } }, told.writes()?))
}

async fn to_all(
    store: &Store,
    event: EventId,
    text: Bilingual,
    fact: String,
    now: Timestamp,
) -> Result<(Created<Announcement>, Vec<Write>)> {
    events::find_event(store, event).await?.ok_or(Code::NotFound)?;
    let notice = Notice::Announcement { event_id: Some(event), text };
    let job = Job::new(fact, Task::Notice { event_id: event, notice, at: now });
    let created =
        Created { location: format!("/v1/events/{event}"), data: Announcement { notification_id: None } };
    Ok((created, vec![job.write(now)?]))
}
