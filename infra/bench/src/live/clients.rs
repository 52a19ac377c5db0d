//! The clients, in a process of their own so that their memory is not taken for the backend's.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{interval, sleep};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use uuid::Uuid;

use super::plan::{Person, Plan};
use super::processes::told;
use super::sent::Sent;
use crate::Result;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How many sockets are opened at a time.
const AT_ONCE: usize = 16;
/// Seconds of messages before those that are measured.
const WARM_UP: u32 = 3;
/// How long the last messages may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the process of the clients does.
pub(super) async fn run() -> Result<()> {
    let plan: Plan = serde_json::from_str(&told()?)?;
    let sent = Arc::new(Sent::default());
    let sockets = stream::iter(&plan.people).map(|person| open(&plan.url, person)).buffered(AT_ONCE);
    for (index, socket) in sockets.try_collect::<Vec<_>>().await?.into_iter().enumerate() {
        tokio::spawn(listen(index, socket, Arc::clone(&sent)));
    }
    println!("open");
    tokio::task::block_in_place(told)?;
    talk(&plan, &sent).await;
    println!("{}", serde_json::to_string(&sent.outcome())?);
    // The sockets stay open until the other process has looked at them.
    tokio::task::block_in_place(told).map(|_| ())
}

async fn open(url: &str, person: &Person) -> Result<Socket> {
    let mut request = format!("{}/live", url.replacen("http", "ws", 1)).into_client_request()?;
    request.headers_mut().insert("authorization", format!("Bearer {}", person.access_token).parse()?);
    Ok(connect_async(request).await?.0)
}

/// Notes which messages arrive at somebody who did not send them.
async fn listen(index: usize, mut socket: Socket, sent: Arc<Sent>) {
    while let Some(Ok(message)) = socket.next().await {
        let at = Instant::now();
        let Message::Text(text) = message else { continue };
        let frame: Value = serde_json::from_str(&text).unwrap_or_default();
        if let ("message", Some(id)) =
            (frame["type"].as_str().unwrap_or_default(), frame["data"]["text"].as_str())
        {
            sent.arrived(id, index, at);
        }
    }
}

async fn talk(plan: &Plan, sent: &Arc<Sent>) {
    let (http, people, groups) = (Client::new(), plan.people.len(), groups(plan));
    let mut ticks = interval(Duration::from_secs(1) / plan.rate);
    let warm_up = plan.rate * WARM_UP;
    let mut calls = Vec::new();
    for number in 0..warm_up + plan.rate * plan.seconds {
        ticks.tick().await;
        // All take their turn, and neighbours in time are none in number.
        let from = usize::try_from(number).unwrap_or(0) * 389 % people;
        let person = plan.people[from].clone();
        let url = format!("{}{}/messages", plan.url, person.conversation);
        let mut to = groups.get(person.conversation.as_str()).cloned().unwrap_or_default();
        to.remove(&from);
        let to = (number >= warm_up).then_some(to);
        let call = say(http.clone(), url, person.access_token, to, Arc::clone(sent));
        calls.push(tokio::spawn(call));
    }
    for call in calls {
        // Every call ends, by itself or by the client's time limit.
        let _ = call.await;
    }
    let waited = Instant::now();
    while sent.is_waiting() && waited.elapsed() < PATIENCE {
        sleep(Duration::from_millis(100)).await;
    }
}

/// Who takes part in which conversation, by their numbers.
fn groups(plan: &Plan) -> HashMap<&str, HashSet<usize>> {
    let mut groups: HashMap<&str, HashSet<usize>> = HashMap::new();
    for (number, person) in plan.people.iter().enumerate() {
        groups.entry(&person.conversation).or_default().insert(number);
    }
    groups
}

/// Sends a message; it counts when it says whose sockets it is for.
async fn say(http: Client, url: String, token: String, to: Option<HashSet<usize>>, sent: Arc<Sent>) {
    let id = Uuid::now_v7().to_string();
    let request = http.post(url).bearer_auth(token).timeout(PATIENCE);
    let request = request.json(&json!({ "text": id, "client_message_id": id }));
    let began = Instant::now();
    let counts = to.is_some();
    if let Some(to) = to {
        sent.begin(&id, to, began);
    }
    let is_accepted = request.send().await.is_ok_and(|reply| reply.status() == 201);
    if counts {
        sent.replied(&id, is_accepted, began.elapsed());
    }
}
