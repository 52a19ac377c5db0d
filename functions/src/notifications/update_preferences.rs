use tunelink::{
    Result,
    app::App,
    auth::Member,
    domain::{Preferences, PreferencesChanges},
    http::IfMatch,
    input::Body,
    operation::{Operation, Route},
    output::Resource,
    store::preferences,
    text::Text,
};

pub struct UpdatePreferences;

impl Operation for UpdatePreferences {
    const ROUTE: Route = Route::patch("/v1/users/me/preferences", "Change how you want to be told of what");
    const DONE: Text = Text::new("Preferences updated", "Préférences mises à jour");
    type Caller = Member;
    type Input = (IfMatch, Body<PreferencesChanges>);
    type Output = Resource<Preferences>;

    async fn run(app: &App, member: Member, (seen, Body(changes)): Self::Input) -> Result<Self::Output> {
        let change = |preferences: &mut Preferences| changes.clone().apply(preferences);
        let (preferences, version) = preferences::update(app.store(), member.user_id, &seen, change).await?;
        Ok(Resource::versioned(preferences, version))
    }
}
