//! How a socket ends, and what either side is told of it.

use std::time::Duration;

use futures_util::StreamExt;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

pub(super) type Stream = WebSocketStream<TokioIo<Upgraded>>;

/// Why a socket ended.
pub(super) enum End {
    /// The client said goodbye.
    Client(Option<CloseFrame>),
    /// The gateway closes the socket, for the reason it states.
    Gateway(CloseCode, &'static str),
    /// The connection broke.
    Lost,
}

impl End {
    /// Nothing passed for too long, the socket was open for too long, or the gateway stops.
    pub(super) const AWAY: Self = Self::Gateway(CloseCode::Away, "Going away");
    /// As `DELETE` on the connections API does it: <https://github.com/boto/boto3/issues/3789>.
    pub(super) const DELETED: Self = Self::Gateway(CloseCode::Normal, "Connection Closed Normally");
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-binary-media-types.html>.
    pub(super) const BINARY: Self = Self::Gateway(CloseCode::Unsupported, "Binary frames are not supported");

    pub(super) fn of(error: &Error) -> Self {
        match error {
            Error::Capacity(_) => Self::Gateway(CloseCode::Size, "Message too long"),
            Error::Utf8(_) => Self::Gateway(CloseCode::Invalid, "Text is not UTF-8"),
            Error::Protocol(
                tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
            ) => Self::Lost,
            Error::Protocol(_) => Self::Gateway(CloseCode::Protocol, "Protocol error"),
            _ => Self::Lost,
        }
    }

    /// The code and the reason that `$disconnect` gets. A code that no frame carries is the client's that sent
    /// none, or 1006 for a connection that broke (RFC 6455, section 7.4.1).
    pub(super) fn told(&self) -> (u16, String) {
        match self {
            Self::Client(Some(frame)) => (frame.code.into(), frame.reason.as_str().to_owned()),
            Self::Client(None) => (1005, "Client-side close frame status not set".to_owned()),
            Self::Gateway(code, reason) => ((*code).into(), (*reason).to_owned()),
            Self::Lost => (1006, "Connection closed abnormally".to_owned()),
        }
    }
}

/// Says goodbye to the client, as far as it listens within `patience`.
pub(super) async fn close(mut stream: Stream, end: &End, patience: Duration) {
    let goodbye = async {
        match end {
            End::Lost => {}
            // Reading on sends the answer to the client's close frame.
            End::Client(_) => while let Some(Ok(_)) = stream.next().await {},
            End::Gateway(code, reason) => {
                let frame = CloseFrame { code: *code, reason: (*reason).into() };
                if stream.close(Some(frame)).await.is_ok() {
                    drain(stream.get_mut()).await;
                }
            }
        }
    };
    // A client that does not listen is left without a goodbye.
    let _ = tokio::time::timeout(patience, goodbye).await;
}

/// Takes what the client still sends: a connection that is dropped with bytes unread is reset, and the client may
/// never see the close frame.
async fn drain(raw: &mut TokioIo<Upgraded>) {
    let mut scratch = [0; 1024];
    if raw.shutdown().await.is_ok() {
        while raw.read(&mut scratch).await.is_ok_and(|read| read > 0) {}
    }
}
