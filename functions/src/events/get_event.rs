use tokio::try_join;
use tunelink::{
    Code, Result,
    app::App,
    auth::Visitor,
    domain::{EventDetails, EventId},
    input::Path,
    operation::{Operation, Route},
    output::Resource,
    store::{events, participations},
    text::Text,
};

pub struct GetEvent;

impl Operation for GetEvent {
    const ROUTE: Route = Route::get("/v1/events/{event_id}", "Everything about an event");
    const DONE: Text = Text::new("Event", "Événement");
    type Caller = Visitor;
    type Input = Path<EventId>;
    type Output = Resource<EventDetails>;

    async fn run(app: &App, Visitor(visitor): Visitor, Path(id): Self::Input) -> Result<Self::Output> {
        let (store, viewer) = (app.store(), visitor.map(|member| member.user_id));
        let own = async {
            match viewer {
                Some(viewer) => participations::find(store, id, viewer).await,
                None => Ok(None),
            }
        };
        let (standing, own) = try_join!(events::find(store, id), own)?;
        let standing = standing.ok_or(Code::NotFound)?.seen_by(viewer)?;
        let version = standing.event.version;
        let details = standing.details(app.now());
        Ok(Resource::revised(EventDetails { participation: own.map(Into::into), ..details }, version))
    }
}
