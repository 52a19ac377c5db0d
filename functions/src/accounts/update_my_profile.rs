use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Result,
    app::App,
    auth::Member,
    domain::{Bio, DisplayName, Home, MyProfile, PhotoUrl},
    http::IfMatch,
    input::{Body, Patch},
    operation::{Operation, Route},
    output::Resource,
    store::profiles::{self, Changes},
    text::{Language, Text},
};

pub struct UpdateMyProfile;

/// A merge patch (RFC 7396): what is absent stays, what is null is cleared.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
#[schemars(extend("example" = { "bio": "Gypsy jazz, mostly at night.", "photo_url": null }))]
pub struct ProfileChanges {
    #[garde(dive)]
    display_name: Patch<DisplayName>,
    #[garde(dive)]
    bio: Patch<Bio>,
    #[garde(dive)]
    photo_url: Patch<PhotoUrl>,
    #[garde(dive)]
    home: Patch<Home>,
    /// Whether searches nearby find you; null is the default, yes
    #[garde(skip)]
    visible_nearby: Patch<bool>,
    /// The language of notifications; null is the default, English
    #[garde(skip)]
    language: Patch<Language>,
}

impl Operation for UpdateMyProfile {
    const ROUTE: Route = Route::patch("/v1/users/me", "Change your profile");
    const DONE: Text = Text::new("Profile updated", "Profil mis à jour");
    type Caller = Member;
    type Input = (IfMatch, Body<ProfileChanges>);
    type Output = Resource<MyProfile>;

    async fn run(app: &App, member: Member, (seen, Body(changes)): Self::Input) -> Result<Self::Output> {
        let changes = Changes {
            display_name: changes.display_name,
            bio: changes.bio,
            photo_url: changes.photo_url,
            home: changes.home.map(|home| home.kept()),
            visible_nearby: changes.visible_nearby,
            language: changes.language,
        };
        let profile = profiles::update(app.store(), member.user_id, &changes, &seen).await?;
        let version = profile.version;
        Ok(Resource::versioned(profile.into(), version))
    }
}
