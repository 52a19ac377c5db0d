//! What follows when accounts are left and sessions end.

use tunelink::{
    Result,
    app::App,
    domain::Session,
    store::{
        connections, devices,
        erasure::{self, Erasure},
    },
};

/// Erases an account whose time has come, or goes on where that was interrupted. One that may come back waits for
/// [`erase_due`](crate::admin::erase_due).
pub(super) async fn erase(app: &App, listed: &Erasure) -> Result<()> {
    if listed.due <= app.now() {
        erasure::run(app.store(), listed.user_id, app.now()).await?;
    }
    Ok(())
}

/// Forgets the sockets that the session opened and the devices that it registered; whoever reacts to that closes the
/// sockets and deletes the endpoints.
pub(super) async fn session_ended(app: &App, session: &Session) -> Result<()> {
    let (store, user_id, session_id) = (app.store(), session.user_id, session.session_id);
    tokio::try_join!(
        connections::remove_of_session(store, user_id, session_id),
        devices::remove_of_session(store, user_id, session_id),
    )?;
    Ok(())
}
