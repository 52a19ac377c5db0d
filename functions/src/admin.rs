//! What ops do to a table by hand.

use tunelink::{
    Code, Result,
    app::App,
    domain::{Identifier, Role, UserId},
    store::{accounts, erasure},
};

/// Makes somebody an admin; all their sessions end, for a session carries the role.
pub async fn make_admin(app: &App, username_or_email: &str) -> Result<UserId> {
    let owner = accounts::find_owner(app.store(), &Identifier::from(username_or_email)).await?;
    let user_id = owner.ok_or(Code::NotFound)?;
    accounts::set_role(app.store(), user_id, Role::Admin, app.now()).await.map(|()| user_id)
}

/// Erases the accounts whose time has come, and finishes what was interrupted. Gives their number. One that
/// fails stays on the list and keeps no other waiting; the first failure is the outcome.
pub async fn erase_due(app: &App) -> Result<usize> {
    let (mut erased, mut failure) = (0, None);
    for user_id in erasure::due(app.store(), app.now()).await? {
        match erasure::run(app.store(), user_id, app.now()).await {
            Ok(done) => erased += usize::from(done),
            Err(error) => {
                tracing::error!(user = app.alias(user_id), %error, "an account could not be erased");
                failure.get_or_insert(error);
            }
        }
    }
    failure.map_or(Ok(erased), Err)
}
