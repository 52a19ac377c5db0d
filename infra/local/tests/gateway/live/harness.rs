//! A gateway on a free port, functions that do as the client asks, and clients.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::apigw::{ApiGatewayProxyResponse, ApiGatewayWebsocketProxyRequest};
use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::config::retry::RetryConfig;
use aws_sdk_apigatewaymanagement::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_apigatewaymanagement::primitives::Blob;
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::{Mutex, mpsc};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tunelink_local::gateway::{Gateway, Routes};
use tunelink_local::live::{Handler, Handlers, Limits, LiveGateway};

use crate::harness::echo;

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The longest that a test waits for what has to come.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Live {
    pub(crate) address: SocketAddr,
    pub(crate) gateway: LiveGateway,
    pub(crate) http: Gateway,
    pub(crate) management: Client,
    events: Mutex<mpsc::UnboundedReceiver<Value>>,
}

impl Live {
    pub(crate) async fn start(limits: Limits) -> Self {
        let (told, events) = mpsc::unbounded_channel();
        let handlers = Handlers {
            connect: recorded(told.clone()),
            disconnect: recorded(told.clone()),
            default: recorded(told),
            actions: &["ping"],
        };
        let gateway = LiveGateway::new(handlers, limits);
        let http = Gateway::new(Routes::default(), echo()).with_live(gateway.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = http.router(address.port()).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        let management = management(&format!("http://{address}/live"));
        Self { address, gateway, http, management, events: Mutex::new(events) }
    }

    pub(crate) fn url(&self, query: &str) -> String {
        format!("ws://{}/live{query}", self.address)
    }

    /// Opens a socket and returns it with its id.
    pub(crate) async fn open(&self) -> (Socket, String) {
        let (socket, _) = connect_async(self.url("")).await.unwrap();
        let event = self.event("CONNECT").await;
        (socket, event["requestContext"]["connectionId"].as_str().unwrap().to_owned())
    }

    /// The status with which a socket is refused.
    pub(crate) async fn refusal(&self, query: &str) -> u16 {
        match connect_async(self.url(query)).await {
            Err(Error::Http(response)) => response.status().as_u16(),
            other => panic!("{other:?}"),
        }
    }

    /// The next event that a function got; it has to be of this type.
    pub(crate) async fn event(&self, kind: &str) -> Value {
        let event =
            timeout(PATIENCE, async { self.events.lock().await.recv().await.unwrap() }).await.unwrap();
        assert_eq!(event["requestContext"]["eventType"], kind, "{event}");
        event
    }

    /// Whether no function was called for a tenth of a second.
    pub(crate) async fn is_quiet(&self) -> bool {
        timeout(Duration::from_millis(100), async { self.events.lock().await.recv().await }).await.is_err()
    }

    /// Posts to a socket, and names the SDK's error if there is one.
    pub(crate) async fn post(&self, id: &str, text: impl Into<Vec<u8>>) -> Result<(), String> {
        let call = self.management.post_to_connection().connection_id(id).data(Blob::new(text));
        let sent = call.send().await;
        sent.map(|_| ()).map_err(|error| error.into_service_error().meta().code().unwrap().to_owned())
    }
}

/// The next message to the client.
pub(crate) async fn next(socket: &mut Socket) -> Message {
    timeout(PATIENCE, socket.next()).await.unwrap().unwrap().unwrap()
}

pub(crate) async fn next_text(socket: &mut Socket) -> String {
    next(socket).await.into_text().unwrap().to_string()
}

/// The code with which the gateway closes the socket.
pub(crate) async fn closed(socket: &mut Socket) -> u16 {
    match next(socket).await {
        Message::Close(Some(frame)) => frame.code.into(),
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn say(socket: &mut Socket, text: impl Into<String>) {
    socket.send(Message::text(text.into())).await.unwrap();
}

fn management(url: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-3"))
        .credentials_provider(Credentials::from_keys("local", "local", None))
        .retry_config(RetryConfig::standard().with_max_attempts(1))
        .endpoint_url(url)
        .build();
    Client::from_conf(config)
}

/// A function that tells what it got, and then does what the client asks: in the query when it connects, in the
/// body of a message, in the reason when it disconnects.
fn recorded(told: mpsc::UnboundedSender<Value>) -> Handler {
    Arc::new(move |event| {
        told.send(serde_json::to_value(&event).unwrap()).ok();
        Box::pin(behave(event))
    })
}

async fn behave(event: ApiGatewayWebsocketProxyRequest) -> ApiGatewayProxyResponse {
    let asked = |name| event.query_string_parameters.first(name).map(str::to_owned);
    let body = event.body.clone().unwrap_or_default();
    assert!(asked("panic").is_none() && body != "panic", "as the test wants it");
    let is_farewell = event.request_context.disconnect_reason.as_deref() == Some("slow");
    if asked("slow").is_some() || body == "slow" || is_farewell {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let mut response = ApiGatewayProxyResponse::default();
    response.status_code = asked("status").map_or(200, |status| status.parse().unwrap());
    response.body = Some("nobody sees this".into());
    if let Some(protocol) = asked("protocol") {
        response.headers.insert("sec-websocket-protocol", protocol.parse().unwrap());
    }
    response
}
