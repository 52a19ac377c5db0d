use tokio::try_join;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{EventId, ParticipationView, UserId},
    input::Path,
    operation::{Operation, Route},
    output::Resource,
    store::{events, participations},
    text::Text,
};

pub struct GetParticipation;

impl Operation for GetParticipation {
    const ROUTE: Route = Route::get(
        "/v1/events/{event_id}/participations/{user_id}",
        "Your part in an event, or somebody's in your own",
    );
    const DONE: Text = Text::new("Participation", "Participation");
    const ERRORS: &'static [Code] = &[Code::Forbidden];
    type Caller = Member;
    type Input = Path<(EventId, UserId)>;
    type Output = Resource<ParticipationView>;

    async fn run(app: &App, member: Member, Path((id, user)): Self::Input) -> Result<Self::Output> {
        let store = app.store();
        let (standing, part) = try_join!(events::find(store, id), participations::find(store, id, user))?;
        let event = standing.ok_or(Code::NotFound)?.seen_by(Some(member.user_id))?.event;
        if user != member.user_id && event.organiser.user_id != member.user_id {
            return Err(Code::Forbidden.into());
        }
        Ok(Resource::of(part.ok_or(Code::NotFound)?.into()))
    }
}
