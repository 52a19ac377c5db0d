use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{CatalogueKind, LevelOfPlay, Slug},
    input::Query,
    operation::{Operation, Route},
    output::Page,
    paging::{self, Paging},
    store::tastes,
    text::Text,
};

pub struct ListMyInstruments;

impl Operation for ListMyInstruments {
    const ROUTE: Route = Route::get("/v1/users/me/instruments", "The instruments you play");
    const DONE: Text = Text::new("Your instruments", "Vos instruments");
    const ERRORS: &'static [Code] = &[Code::InvalidCursor];
    type Caller = Member;
    type Input = Query<Paging>;
    type Output = Page<LevelOfPlay>;

    async fn run(app: &App, member: Member, Query(paging): Self::Input) -> Result<Self::Output> {
        let cursors = app.cursors("list_my_instruments", &member.user_id)?;
        let after: Option<Slug> = cursors.open(paging.cursor())?;
        let kind = CatalogueKind::Instrument;
        let found = tastes::list(app.store(), member.user_id, kind, after.as_ref(), paging.limit()).await?;
        paging::page(found, &cursors, |taste| taste.id.clone(), Into::into)
    }
}
