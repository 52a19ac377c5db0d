use serde_json::Value;
use tunelink::{
    Code, Error, Result,
    app::App,
    auth::{Claims, Gate, Member},
    domain::ConnectionId,
    input,
    live::{self, Frame, LiveOperation, LiveRequest, MarkedRead, Pong, Refusal, Sent, Typing},
    store::{
        connections::{self, Connection},
        conversations,
        throttle::Bucket,
    },
};

use super::request::{Action, MarkReadRequest, Request, SendMessageRequest, TypingRequest};

/// Takes what comes over a socket and answers over the same. Whatever is wrong with a frame, the socket stays open,
/// unless its session has ended.
pub struct Receive;

/// The largest frame, in bytes: what API Gateway lets through in one piece.
const MAX_FRAME: usize = 32 * 1024;
/// That somebody types is passed on once in so many seconds.
const TYPING: i64 = 3;
/// So many frames of one socket, and the seconds for them.
const FRAMES: (u32, i64) = (100, 10);

impl LiveOperation for Receive {
    const ROUTE: &'static str = "$default";

    async fn run(app: &App, id: ConnectionId, request: &LiveRequest) -> Result<()> {
        let Some(connection) = connections::find(app.store(), &id).await? else {
            // It was forgotten, perhaps while it was being opened, when it could not be closed yet.
            return app.sockets().close(&id).await;
        };
        app.called_by(connection.user_id);
        let claims = Claims { user_id: connection.user_id, session_id: connection.session_id };
        let gate = Gate::of_frame(app, claims, bucket(&id));
        let text = request.body.as_deref().filter(|_| !request.is_base64_encoded).unwrap_or_default();
        let (request_id, outcome) = take(&app.behind(gate.clone()), &gate, &connection, text).await;
        if matches!(gate.pass().await, Err(Error { code: Code::SessionEnded, .. })) {
            return connections::remove(app.store(), &connection).await;
        }
        let answer = match outcome {
            Ok(None) => return Ok(()),
            Ok(Some(answer)) => answer,
            Err(error) => {
                if let Some(cause) = error.cause() {
                    tracing::error!(%cause, "failed");
                }
                Frame::Error(Refusal::new(request_id, &error, connection.language))
            }
        };
        let bytes = serde_json::to_vec(&answer).map_err(Error::internal)?;
        app.sockets().post(&id, &bytes).await.map(|_| ())
    }
}

fn bucket(id: &ConnectionId) -> Bucket {
    let (frames, seconds) = FRAMES;
    Bucket::new(format!("frames {}", id.as_str()), frames).per_seconds(seconds)
}

/// Does what a frame asks for; its id, and the answer if there is one.
async fn take(
    app: &App,
    gate: &Gate,
    from: &Connection,
    text: &str,
) -> (Option<String>, Result<Option<Frame>>) {
    let request = parse(text);
    let request_id = request.as_ref().ok().and_then(|request| request.request_id.clone());
    let outcome = gate.hold(async {
        let request = request?;
        act(app, from, request.request_id, request.action, request.data).await
    });
    (request_id, outcome.await)
}

fn parse(text: &str) -> Result<Request> {
    if text.len() > MAX_FRAME {
        return Err(Error::from(Code::BodyTooLarge).limit(MAX_FRAME));
    }
    input::parse(text.as_bytes())
}

async fn act(
    app: &App,
    from: &Connection,
    request_id: Option<String>,
    action: Action,
    data: Option<Value>,
) -> Result<Option<Frame>> {
    let data = data.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    let (store, now) = (app.store(), app.now());
    let member = Member { user_id: from.user_id, session_id: from.session_id };
    match action {
        Action::Ping => Ok(Some(Frame::Pong(Pong { request_id }))),
        Action::SendMessage => {
            let new: SendMessageRequest = input::part("data", data)?;
            let new = conversations::NewMessage {
                conversation_id: new.conversation_id,
                sender_id: member.user_id,
                text: new.text.with_line_feeds(),
                client_message_id: new.client_message_id,
                reply_to: new.reply_to,
            };
            let message = conversations::send(store, &new, now).await?.shown(false);
            Ok(Some(Frame::Sent(Sent { request_id, message })))
        }
        Action::MarkRead => {
            let MarkReadRequest { conversation_id, seq } = input::part("data", data)?;
            let part = conversations::mark_read(store, conversation_id, member.user_id, seq, now).await?;
            Ok(Some(Frame::MarkedRead(MarkedRead { request_id, conversation_id, read_seq: part.read_seq })))
        }
        Action::Typing => {
            let TypingRequest { conversation_id } = input::part("data", data)?;
            let user_id = member.user_id;
            let (conversation, _) = conversations::find(store, conversation_id, user_id).await?;
            let once = Bucket::new(format!("typing {user_id} {conversation_id}"), 1).per_seconds(TYPING);
            if !conversation.is_broadcast() && once.take(store, now).await.is_ok() {
                let people = conversations::reached_by(store, conversation_id, user_id).await?;
                live::send(app, people, &Frame::Typing(Typing { conversation_id, user_id })).await?;
            }
            Ok(None)
        }
    }
}
