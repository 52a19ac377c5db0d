use tokio::try_join;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{CatalogueKind, PublicProfile, UserId},
    input::Path,
    operation::{Operation, Route},
    output::Resource,
    store::{profiles, tastes},
    text::Text,
};

pub struct GetUser;

impl Operation for GetUser {
    const ROUTE: Route = Route::get("/v1/users/{user_id}", "Somebody's public profile");
    const DONE: Text = Text::new("Profile", "Profil");
    type Caller = Member;
    type Input = Path<UserId>;
    type Output = Resource<PublicProfile>;

    async fn run(app: &App, _: Member, Path(id): Self::Input) -> Result<Self::Output> {
        let (profile, tastes) = try_join!(profiles::glance(app.store(), id), tastes::all(app.store(), id))?;
        let profile = profile.ok_or(Code::NotFound)?;
        let is_instrument = |taste: &tastes::Taste| taste.kind == CatalogueKind::Instrument;
        let (instruments, genres): (Vec<_>, Vec<_>) = tastes.into_iter().partition(is_instrument);
        let instruments = instruments.into_iter().map(Into::into).collect();
        Ok(Resource::of(profile.public(instruments, genres.into_iter().map(|taste| taste.id).collect())))
    }
}
