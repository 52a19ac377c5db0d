//! A client at a socket. Every frame that comes over it is held against `asyncapi.json`'s schemas.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest},
};

use super::{frames, secrets};

/// An open socket.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// How long a frame may take that has to come.
const PATIENCE: Duration = Duration::from_mins(2);

impl Socket {
    /// Opens a socket with an access token; the status of the refusal if it is refused.
    pub async fn open(url: &str, token: &str) -> Result<Self, u16> {
        let mut request = address(url).into_client_request().expect("the address is one");
        let value = format!("Bearer {token}").parse().expect("a token is ASCII");
        request.headers_mut().insert("authorization", value);
        Self::connect(connect_async(request).await)
    }

    /// The same with a ticket.
    pub async fn open_with_ticket(url: &str, ticket: &str) -> Result<Self, u16> {
        secrets::keep(ticket);
        Self::connect(connect_async(format!("{}?ticket={ticket}", address(url))).await)
    }

    fn connect<R>(
        opened: Result<(WebSocketStream<MaybeTlsStream<TcpStream>>, R), tungstenite::Error>,
    ) -> Result<Self, u16> {
        match opened {
            Ok((stream, _)) => Ok(Self(stream)),
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("the socket cannot be opened: {error}"),
        }
    }

    pub async fn send(&mut self, action: &str, data: Value) {
        secrets::keep_all(&data);
        self.send_raw(&json!({ "action": action, "request_id": "1", "data": data }).to_string()).await;
    }

    pub async fn send_raw(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.expect("the socket takes it");
    }

    /// The next frame; `None` when the socket is closed.
    pub async fn next(&mut self) -> Option<Value> {
        let frame = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("a frame comes in time");
        match frame {
            Some(Ok(Message::Text(text))) => {
                let frame = serde_json::from_str(&text).expect("a frame is JSON");
                frames::check(&frame);
                Some(frame)
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Box::pin(self.next()).await,
            _ => None,
        }
    }

    /// The data of the next frame of this type; others are skipped.
    pub async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await.expect("the socket is open");
            if frame["type"] == kind {
                return frame["data"].clone();
            }
        }
    }

    /// What has come and not been read. Whatever was to come has to have been sent.
    pub async fn rest(&mut self) -> Vec<Value> {
        // What was sent before the answer to a ping comes before the answer.
        self.send("ping", json!({})).await;
        let mut frames = Vec::new();
        while let Some(frame) = self.next().await {
            if frame["type"] == "pong" {
                break;
            }
            frames.push(frame);
        }
        frames
    }

    /// Whether the server closes it.
    pub async fn is_closed(&mut self) -> bool {
        while self.next().await.is_some() {}
        true
    }

    /// Goes away without a word.
    pub fn vanish(self) {
        drop(self);
    }
}

fn address(url: &str) -> String {
    format!("{}/live", url.replacen("http", "ws", 1))
}
