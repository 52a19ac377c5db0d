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
    store::{accounts, notifications, profiles},
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
        let (credential, profile) = try_join!(
            password::confirm(app, member.user_id, old),
            profiles::find(app.store(), member.user_id)
        )?;
        let profile = profile.ok_or(Code::SessionEnded)?;
        if change.new_password.is_identity(&profile.username, &profile.email) {
            return Err(Code::PasswordIsIdentity.at("new_password").into());
        }
        let hash = app.hasher().hash(change.new_password).await?;
        let (keep, now) = (member.session_id, app.now());
        let notice = Notice::Account { change: AccountChange::Password };
        let fact = format!("password/{}", credential.version);
        let told = notifications::along(app.store(), member.user_id, notice, fact, now).await?;
        accounts::change_password(app.store(), &credential, &hash, keep, now, &told).await.map(|()| Done)
    }
}
