use futures_util::{StreamExt, stream};
use jiff::SignedDuration;

use super::{Delivery, Frame};
use crate::{
    app::App,
    domain::UserId,
    error::{Error, Result},
    store::connections::{self, Connection},
};

/// How many people are looked up, and how many sockets written to, at a time.
const AT_ONCE: usize = 32;
/// So long after it was opened, a socket that cannot be found is no longer one that is still being opened.
const OPENING: SignedDuration = SignedDuration::from_secs(10);

/// Sends a frame to every socket of these people whose session stands. A socket that is gone is forgotten, one that
/// does not keep up is closed: its client comes back and asks for what it missed. An error when the gateway failed
/// for any of them; then some may have got the frame.
pub async fn send(app: &App, people: impl IntoIterator<Item = UserId>, frame: &Frame) -> Result<()> {
    let bytes = serde_json::to_vec(frame).map_err(Error::internal)?;
    let bytes = bytes.as_slice();
    let sent = stream::iter(people).map(|person| to_person(app, person, bytes)).buffer_unordered(AT_ONCE);
    first_error(sent.collect().await)
}

/// Sends a frame to one person.
pub async fn send_to(app: &App, person: UserId, frame: &Frame) -> Result<()> {
    send(app, [person], frame).await
}

async fn to_person(app: &App, person: UserId, frame: &[u8]) -> Result<()> {
    let sockets = connections::of(app.store(), person, app.now()).await?;
    let sent = stream::iter(sockets).map(|socket| to_socket(app, socket, frame)).buffer_unordered(AT_ONCE);
    first_error(sent.collect().await)
}

async fn to_socket(app: &App, socket: Connection, frame: &[u8]) -> Result<()> {
    match app.sockets().post(&socket.connection_id, frame).await? {
        Delivery::Delivered => Ok(()),
        Delivery::Gone if app.now().duration_since(socket.connected_at) < OPENING => Ok(()),
        // The reaction to its removal closes it.
        Delivery::Gone | Delivery::Congested => connections::remove(app.store(), &socket).await,
    }
}

fn first_error(outcomes: Vec<Result<()>>) -> Result<()> {
    outcomes.into_iter().collect()
}
