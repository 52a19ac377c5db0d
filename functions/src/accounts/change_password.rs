use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::try_join;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{AccountChange, Notice, Password},
    input::Body,
    operation::{Operation, Route},
    output::Done,
    store::{
        accounts::{self, Credential},
        notifications, profiles,
    },
    text::Text,
};

use super::password;

pub struct ChangePassword;

#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = {
    "old_password": "nuages-1940-minor-swing", "new_password": "manoir-de-mes-reves-1942"
}))]
pub struct PasswordChange {
    #[garde(length(chars, min = 1, max = 128))]
    #[schemars(extend("format" = "password"))]
    old_password: String,
    #[garde(dive)]
    new_password: Password,
}

impl Operation for ChangePassword {
    const ROUTE: Route =
        Route::put("/v1/users/me/password", "Change the password; all your other sessions end");
    const DONE: Text = Text::new("Password changed", "Mot de passe modifié");
    const ERRORS: &'static [Code] = &[Code::WrongPassword, Code::Conflict, Code::TooManyRequests];
    type Caller = Member;
    type Input = Body<PasswordChange>;
    type Output = Done;

    async fn run(app: &App, member: Member, Body(change): Self::Input) -> Result<Done> {
        let old = Password::unchecked(&change.old_password);
        let change = |credential| set(app, member, credential, change.new_password);
        password::confirm(app, member.user_id, old, change).await.map(|()| Done)
    }
}

async fn set(app: &App, member: Member, credential: Credential, new: Password) -> Result<()> {
    let (store, user, now) = (app.store(), member.user_id, app.now());
    let notice = Notice::Account { change: AccountChange::Password };
    let fact = format!("password/{}", credential.version);
    let told = notifications::along(store, user, notice, fact, now);
    let (profile, told) = try_join!(profiles::find(store, user), told)?;
    let profile = profile.ok_or(Code::SessionEnded)?;
    if new.is_identity(&profile.username, &profile.email) {
        return Err(Code::PasswordIsIdentity.at("new_password").into());
    }
    let hash = app.hasher().hash(new).await?;
    accounts::change_password(store, &credential, &hash, member.session_id, now, &told).await
}
