use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::MyProfile,
    operation::{Operation, Route},
    output::Resource,
    store::profiles,
    text::Text,
};

pub struct GetMyProfile;

impl Operation for GetMyProfile {
    const ROUTE: Route = Route::get("/v1/users/me", "Your own profile");
    const DONE: Text = Text::new("Your profile", "Votre profil");
    type Caller = Member;
    type Input = ();
    type Output = Resource<MyProfile>;

    async fn run(app: &App, member: Member, (): ()) -> Result<Self::Output> {
        let profile = profiles::find(app.store(), member.user_id).await?.ok_or(Code::SessionEnded)?;
        let version = profile.version;
        Ok(Resource::versioned(profile.into(), version))
    }
}
