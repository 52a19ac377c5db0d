//! One socket while it is open.

use std::sync::Arc;

use axum::body::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::sleep_until;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use super::closing::{End, Stream, close};
use super::registry::Open;
use super::{Limits, LiveGateway};

/// What a socket holds ready to read into: small, since most of many sockets are silent at any time.
const READ_BUFFER: usize = 4 * 1024;

/// Serves a socket until it ends.
pub(super) async fn run(
    gateway: &LiveGateway,
    open: &Arc<Open>,
    inbox: mpsc::Receiver<Utf8Bytes>,
    upgraded: Upgraded,
) -> End {
    let limits = &gateway.limits;
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_frame_size(Some(limits.frame))
        .max_message_size(Some(limits.message));
    let stream = Stream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
    let (mut sink, mut stream) = stream.split();
    let end = tokio::select! {
        end = receive(gateway, open, &mut stream) => end,
        end = send(gateway, open, inbox, &mut sink) => end,
        end = expire(open, limits) => end,
        end = overdue(gateway, open) => end,
    };
    if let Ok(stream) = sink.reunite(stream) {
        close(stream, &end, limits.closing).await;
    }
    end
}

/// Hands on what the client sends. Messages are handled side by side and may overtake each other, as on AWS.
async fn receive(gateway: &LiveGateway, open: &Arc<Open>, stream: &mut SplitStream<Stream>) -> End {
    let in_flight = Arc::new(Semaphore::new(gateway.limits.in_flight));
    while let Some(received) = stream.next().await {
        open.touch();
        match received {
            Ok(Message::Text(text)) => {
                let Ok(permit) = Arc::clone(&in_flight).acquire_owned().await else { break };
                gateway.tasks.spawn(handle(gateway.clone(), Arc::clone(open), text, permit));
            }
            Ok(Message::Binary(_)) => return End::BINARY,
            Ok(Message::Close(frame)) => return End::Client(frame),
            Ok(_) => {}
            Err(error) => return End::of(&error),
        }
    }
    End::Lost
}

async fn handle(gateway: LiveGateway, open: Arc<Open>, text: Utf8Bytes, _permit: OwnedSemaphorePermit) {
    let event = open.peer.message(&text, gateway.handlers.actions);
    let request_id = event.request_context.request_id.clone();
    if let Err(failure) = gateway.invoke(&gateway.handlers.default, event).await {
        let message = failure.message();
        let told = serde_json::json!({
            "message": message, "connectionId": open.peer.id, "requestId": request_id,
        });
        // A client that does not take it could do nothing about it either.
        open.post(told.to_string().into());
    }
}

/// Sends what is posted, until the gateway wants the socket closed; then what was posted before.
async fn send(
    gateway: &LiveGateway,
    open: &Open,
    mut inbox: mpsc::Receiver<Utf8Bytes>,
    sink: &mut SplitSink<Stream, Message>,
) -> End {
    let frame = gateway.limits.frame;
    let end = loop {
        let message = tokio::select! {
            Some(message) = inbox.recv() => message,
            end = unwanted(gateway, open) => break end,
        };
        if transmit(sink, message, frame).await.is_err() {
            return End::Lost;
        }
        open.touch();
    };
    while let Ok(message) = inbox.try_recv() {
        if transmit(sink, message, frame).await.is_err() {
            return End::Lost;
        }
    }
    end
}

/// A message in frames that are not too long.
async fn transmit(
    sink: &mut SplitSink<Stream, Message>,
    message: Utf8Bytes,
    longest: usize,
) -> Result<(), Error> {
    if message.len() <= longest {
        return sink.send(Message::Text(message)).await;
    }
    let bytes = Bytes::from(message);
    for start in (0..bytes.len()).step_by(longest) {
        let end = bytes.len().min(start + longest);
        let kind = if start == 0 { Data::Text } else { Data::Continue };
        let frame = Frame::message(bytes.slice(start..end), OpCode::Data(kind), end == bytes.len());
        sink.feed(Message::Frame(frame)).await?;
    }
    sink.flush().await
}

/// Waits until the socket was silent or open for too long.
async fn expire(open: &Open, limits: &Limits) -> End {
    loop {
        let seen = open.last_active();
        sleep_until((seen + limits.idle).min(open.since + limits.duration)).await;
        if open.last_active() == seen || open.since.elapsed() >= limits.duration {
            return End::AWAY;
        }
    }
}

/// Waits until the gateway wants the socket closed.
async fn unwanted(gateway: &LiveGateway, open: &Open) -> End {
    tokio::select! {
        () = open.deleted.cancelled() => End::DELETED,
        () = gateway.stop.cancelled() => End::AWAY,
    }
}

/// Waits until a client that does not read has had its time to take what was posted before it was unwanted.
async fn overdue(gateway: &LiveGateway, open: &Open) -> End {
    let end = unwanted(gateway, open).await;
    tokio::time::sleep(gateway.limits.closing).await;
    end
}
