use tunelink::{
    Result,
    app::App,
    auth::Member,
    domain::{CatalogueKind, Slug},
    input::Path,
    operation::{Operation, Route},
    output::Done,
    store::tastes,
    text::Text,
};

pub struct RemoveMyInstrument;

impl Operation for RemoveMyInstrument {
    const ROUTE: Route =
        Route::delete("/v1/users/me/instruments/{instrument_id}", "You do not play an instrument any more");
    const DONE: Text = Text::new("Instrument removed", "Instrument retiré");
    type Caller = Member;
    type Input = Path<Slug>;
    type Output = Done;

    async fn run(app: &App, member: Member, Path(id): Self::Input) -> Result<Done> {
        tastes::remove(app.store(), member.user_id, CatalogueKind::Instrument, &id).await.map(|()| Done)
    }
}
