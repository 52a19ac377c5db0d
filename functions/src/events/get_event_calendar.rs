use icalendar::{Component, EventLike, Property};
use jiff::Timestamp;
use tunelink::{
    Code, Result,
    app::App,
    auth::Visitor,
    domain::{Event, EventId, EventStatus},
    input::Path,
    operation::{Operation, Route},
    output::Calendar,
    store::events::{self, Standing},
    text::Text,
};

pub struct GetEventCalendar;

impl Operation for GetEventCalendar {
    const ROUTE: Route =
        Route::get("/v1/events/{event_id}/calendar", "An event for the calendar (iCalendar, RFC 5545)");
    const DONE: Text = Text::new("An iCalendar object", "Un objet iCalendar");
    type Caller = Visitor;
    type Input = Path<EventId>;
    type Output = Calendar;

    async fn run(app: &App, Visitor(visitor): Visitor, Path(id): Self::Input) -> Result<Calendar> {
        let standing = events::find(app.store(), id).await?.ok_or(Code::NotFound)?;
        let standing = standing.seen_by(visitor.map(|member| member.user_id))?;
        Ok(Calendar { text: calendar(&standing), file_name: format!("{id}.ics") })
    }
}

/// Times are in UTC, which every calendar shows in the local time of whoever looks at it. The same event has the
/// same `UID` for ever, and a `SEQUENCE` that counts its changes, so that a calendar replaces what it has.
fn calendar(Standing { event, text, .. }: &Standing) -> String {
    let status = match event.status {
        EventStatus::Draft => "TENTATIVE",
        EventStatus::Published | EventStatus::Ended => "CONFIRMED",
        EventStatus::Cancelled => "CANCELLED",
    };
    let mut entry = icalendar::Event::new();
    entry
        .uid(&format!("{}@tunelink", event.event_id))
        .append_property(Property::new("DTSTAMP", utc(event.updated_at)))
        .append_property(Property::new("CREATED", utc(event.created_at)))
        .append_property(Property::new("LAST-MODIFIED", utc(event.updated_at)))
        .append_property(Property::new("DTSTART", utc(event.schedule.starts_at)))
        .append_property(Property::new("DTEND", utc(event.schedule.ends_at)))
        .append_property(Property::new("STATUS", status))
        .append_property(Property::new("SEQUENCE", event.version.to_string()))
        .append_property(Property::new("GEO", format!("{:.6};{:.6}", event.place.lat, event.place.lng)))
        .summary(event.title.as_str())
        .location(&location(event));
    if let Some(text) = text {
        entry.description(text.as_str());
    }
    let mut calendar = icalendar::Calendar::empty();
    let head = [("VERSION", "2.0"), ("PRODID", "-//TuneLink//TuneLink//EN"), ("METHOD", "PUBLISH")];
    for property in head {
        calendar.append_property(property);
    }
    calendar.push(entry.done()).to_string()
}

/// A date with UTC time (RFC 5545 §3.3.5, form 2).
fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn location(event: &Event) -> String {
    let city = event.place.city.as_str();
    event
        .place
        .address
        .as_ref()
        .map_or_else(|| city.to_owned(), |address| format!("{}, {city}", address.as_str()))
}
