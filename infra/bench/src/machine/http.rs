//! A connection to the local program, kept alive as an app keeps it, with as little beside it as may be.

use std::net::SocketAddr;

use http_body_util::{BodyExt, Full};
use hyper::{
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header::{AUTHORIZATION, CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::Result;

/// What is asked.
#[derive(Clone, Debug)]
pub(super) struct Request {
    method: &'static str,
    path: String,
    token: Option<String>,
    body: Option<Value>,
}

/// What is answered.
pub(super) struct Reply {
    pub(super) status: u16,
    /// Calls of DynamoDB, as the header says.
    pub(super) calls: f64,
    body: Bytes,
}

pub(super) struct Connection(SendRequest<Full<Bytes>>);

impl Request {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), token: None, body: None }
    }

    pub(super) fn post(path: impl Into<String>, body: Value) -> Self {
        Self { method: "POST", body: Some(body), ..Self::get(path) }
    }

    pub(super) fn put(path: impl Into<String>, body: Value) -> Self {
        Self { method: "PUT", body: Some(body), ..Self::get(path) }
    }

    pub(super) fn by(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }
}

impl Reply {
    pub(super) fn json(&self) -> Result<Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// The reply, if it is a success.
    pub(super) fn ok(self, request: &Request) -> Result<Self> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        let said = String::from_utf8_lossy(&self.body).into_owned();
        Err(format!("{} {}: {} {said}", request.method, request.path, self.status).into())
    }
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self(sender))
    }

    pub(super) async fn send(&mut self, request: &Request) -> Result<Reply> {
        let mut new = hyper::Request::builder().method(request.method).uri(&request.path);
        new = new.header(HOST, "localhost");
        if let Some(token) = &request.token {
            new = new.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = request.body.as_ref().map_or_else(Bytes::new, |body| body.to_string().into());
        if request.body.is_some() {
            new = new.header(CONTENT_TYPE, "application/json");
        }
        self.0.ready().await?;
        let reply = self.0.send_request(new.body(Full::new(body))?).await?;
        let timing = reply.headers().get("server-timing").and_then(|timing| timing.to_str().ok());
        let calls = timing.and_then(|timing| timing.split_once("calls ")?.1.split_once(',')?.0.parse().ok());
        let status = reply.status().as_u16();
        let body = reply.into_body().collect().await?.to_bytes();
        Ok(Reply { status, calls: calls.unwrap_or_default(), body })
    }
}
