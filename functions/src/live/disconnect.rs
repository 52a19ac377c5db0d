use tunelink::{
    Result,
    app::App,
    domain::ConnectionId,
    live::{LiveOperation, LiveRequest},
    store::connections,
};

/// Forgets a socket that was closed. The WebSocket API does not promise to tell; who is not there when something is
/// sent is forgotten then.
pub struct Disconnect;

impl LiveOperation for Disconnect {
    const ROUTE: &'static str = "$disconnect";

    async fn run(app: &App, connection: ConnectionId, _: &LiveRequest) -> Result<()> {
        match connections::find(app.store(), &connection).await? {
            Some(connection) => {
                app.called_by(connection.user_id);
                connections::remove(app.store(), &connection).await
            }
            None => Ok(()),
        }
    }
}
