use std::fmt::Debug;

use aws_sdk_apigatewaymanagement::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    primitives::Blob,
};

use crate::{
    domain::ConnectionId,
    error::{Error, Result},
};

/// The way to open sockets: API Gateway's `@connections`.
#[derive(Clone, Debug)]
pub struct Sockets(Option<Client>);

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    Delivered,
    /// There is no such socket (410), or none yet: while it is being opened nothing can be sent to it either.
    Gone,
    /// The socket does not keep up with what is sent to it (429).
    Congested,
}

impl Sockets {
    pub(crate) const fn new(client: Option<Client>) -> Self {
        Self(client)
    }

    fn client(&self) -> Result<&Client> {
        self.0.as_ref().ok_or_else(|| Error::internal("TUNELINK_LIVE_ENDPOINT is not set"))
    }

    /// Sends a frame. An error is one of the gateway's, after the SDK's own attempts.
    pub async fn post(&self, to: &ConnectionId, frame: &[u8]) -> Result<Delivery> {
        let call = self.client()?.post_to_connection().connection_id(to.as_str()).data(Blob::new(frame));
        delivery(call.send().await)
    }

    /// Closes a socket; one that is gone is closed already.
    pub async fn close(&self, socket: &ConnectionId) -> Result<()> {
        let call = self.client()?.delete_connection().connection_id(socket.as_str());
        delivery(call.send().await).map(|_| ())
    }
}

fn delivery<T, E, R>(sent: std::result::Result<T, SdkError<E, R>>) -> Result<Delivery>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: Debug + Send + Sync + 'static,
{
    let Err(error) = sent else { return Ok(Delivery::Delivered) };
    match error.as_service_error().and_then(ProvideErrorMetadata::code) {
        Some("GoneException") => Ok(Delivery::Gone),
        Some("LimitExceededException") => Ok(Delivery::Congested),
        _ => {
            Err(Error::unavailable(aws_smithy_types::error::display::DisplayErrorContext(&error).to_string()))
        }
    }
}
