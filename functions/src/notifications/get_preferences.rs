use tunelink::{
    Result,
    app::App,
    auth::Member,
    domain::Preferences,
    operation::{Operation, Route},
    output::Resource,
    store::preferences,
    text::Text,
};

pub struct GetPreferences;

impl Operation for GetPreferences {
    const ROUTE: Route = Route::get("/v1/users/me/preferences", "How you want to be told of what");
    const DONE: Text = Text::new("Your preferences", "Vos préférences");
    type Caller = Member;
    type Input = ();
    type Output = Resource<Preferences>;

    async fn run(app: &App, member: Member, (): ()) -> Result<Self::Output> {
        let (preferences, version) = preferences::find(app.store(), member.user_id).await?;
        Ok(Resource::versioned(preferences, version))
    }
}
