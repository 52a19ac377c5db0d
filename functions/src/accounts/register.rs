use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tunelink::{
    Code, Result,
    app::App,
    auth::{Anyone, Origin},
    domain::{
        AccountStatus, DeviceName, DisplayName, Email, Home, MyProfile, Password, Profile, Role, Tokens,
        UserId, Username,
    },
    input::Body,
    operation::{Operation, Route},
    output::Created,
    rules::broken,
    store::accounts::{self, Credential},
    text::{Language, Text},
};

use super::{password, session};

pub struct Register;

/// A new account.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = {
    "username": "django.reinhardt", "email": "django@example.org", "password": "nuages-1940-minor-swing",
    "display_name": "Django Reinhardt", "home": { "lat": 48.8867, "lng": 2.3431, "city": "Paris" }
}))]
pub struct NewAccount {
    #[garde(dive)]
    username: Username,
    #[garde(dive)]
    email: Email,
    #[garde(dive, custom(not_the_identity(&self.username, &self.email)))]
    password: Password,
    #[garde(dive)]
    display_name: Option<DisplayName>,
    #[garde(dive)]
    home: Option<Home>,
    /// The language of notifications
    #[garde(skip)]
    language: Option<Language>,
    #[garde(dive)]
    device_name: Option<DeviceName>,
}

/// An account, and the tokens of its first session.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Registration {
    account: MyProfile,
    tokens: Tokens,
}

impl Operation for Register {
    const ROUTE: Route = Route::post("/v1/auth/register", "Create an account");
    const DONE: Text = Text::new("Account created", "Compte créé");
    const ERRORS: &'static [Code] = &[Code::UsernameTaken, Code::EmailTaken];
    type Caller = Anyone;
    type Input = (Origin, Body<NewAccount>);
    type Output = Created<Registration>;

    async fn run(app: &App, _: Anyone, (origin, Body(new)): Self::Input) -> Result<Self::Output> {
        password::address_bucket(app, &origin).take(app.store(), app.now()).await?;
        let hash = app.hasher().hash(new.password).await?;
        let user_id = UserId(app.new_id());
        let profile = Profile {
            user_id,
            username: new.username.text(),
            email: new.email.as_str().to_owned(),
            display_name: new.display_name,
            bio: None,
            photo_url: None,
            home: new.home.map(|home| home.kept()),
            visible_nearby: None,
            language: new.language,
            role: Role::Member,
            status: AccountStatus::Active,
            created_at: app.now(),
            version: 1,
        };
        let credential =
            Credential { user_id, hash, role: Role::Member, deactivated_at: None, version: 1, logins: 1 };
        let session = session::begin(app, user_id, Role::Member, None, new.device_name);
        let tokens = session::tokens(app, &session)?;
        accounts::create(app.store(), &profile, &credential, &session).await?;
        Ok(Created {
            location: format!("/v1/users/{user_id}"),
            data: Registration { account: profile.into(), tokens },
        })
    }
}

fn not_the_identity(username: &Username, email: &Email) -> impl FnOnce(&Password, &()) -> garde::Result {
    let is_identity = |password: &Password| password.is_identity(&username.text(), email.as_str());
    move |password, ()| if is_identity(password) { Err(broken(Code::PasswordIsIdentity)) } else { Ok(()) }
}
