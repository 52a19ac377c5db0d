use garde::Validate;
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::Password,
    input::Body,
    operation::{Operation, Route},
    output::Done,
    store::{
        accounts::{self, Credential},
        erasure,
    },
    text::Text,
};

use super::password;

pub struct DeleteMyAccount;

#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "mode": "deactivate", "password": "nuages-1940-minor-swing" }))]
pub struct Deletion {
    /// `deactivate` hides the account; logging in within 30 days brings it back, otherwise it is erased.
    /// `erase` erases it now, for good
    #[garde(skip)]
    mode: Mode,
    #[garde(length(chars, min = 1, max = 128))]
    #[schemars(extend("format" = "password"))]
    password: String,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Mode {
    Deactivate,
    Erase,
}

impl Operation for DeleteMyAccount {
    const ROUTE: Route = Route::post("/v1/users/me/deletion", "Leave for a while, or erase the account");
    const DONE: Text = Text::new("Account deleted", "Compte supprimé");
    const ERRORS: &'static [Code] = &[Code::WrongPassword, Code::Conflict, Code::TooManyRequests];
    type Caller = Member;
    type Input = Body<Deletion>;
    type Output = Done;

    async fn run(app: &App, member: Member, Body(deletion): Self::Input) -> Result<Done> {
        let password = Password::unchecked(&deletion.password);
        let leave = |credential| leave(app, credential, deletion.mode);
        password::confirm(app, member.user_id, password, leave).await.map(|()| Done)
    }
}

async fn leave(app: &App, credential: Credential, mode: Mode) -> Result<()> {
    let (store, now) = (app.store(), app.now());
    match mode {
        Mode::Deactivate => {
            let due = now + SignedDuration::from_hours(24 * erasure::DAYS_TO_COME_BACK);
            accounts::deactivate(store, &credential, now, due).await
        }
        Mode::Erase => {
            accounts::begin_erasure(store, &credential, now).await?;
            // The account is gone for everybody by now; whatever interrupts the rest, it is taken up again.
            if let Err(error) = erasure::finish(store, credential.user_id, now).await {
                tracing::error!(%error, "an erasure is finished later");
            }
            Ok(())
        }
    }
}
