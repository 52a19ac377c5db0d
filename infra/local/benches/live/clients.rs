//! The clients, in a process of their own so that their memory is not taken for the backend's.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
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

use crate::Result;
use crate::plan::{Outcome, Person, Plan};
use crate::sent::Sent;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How many sockets are opened at a time.
const AT_ONCE: usize = 16;
/// Seconds of messages before those that are measured.
const WARM_UP: u32 = 3;
/// How long the last messages may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The process of the clients, as the other one sees it.
pub(crate) struct Clients {
    process: Child,
    said: BufReader<ChildStdout>,
}

impl Clients {
    pub(crate) fn start(plan: &Plan) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = command.arg("--clients").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let said = process.stdout.take().ok_or("the clients say nothing")?;
        let mut clients = Self { process, said: BufReader::new(said) };
        clients.tell(&serde_json::to_string(plan)?)?;
        Ok(clients)
    }

    /// Waits until all sockets are open.
    pub(crate) fn opened(&mut self) -> Result<()> {
        self.hear().map(|_| ())
    }

    /// Lets the clients send, and waits for what became of it.
    pub(crate) fn measured(&mut self) -> Result<Outcome> {
        self.tell("send")?;
        Ok(serde_json::from_str(&self.hear()?)?)
    }

    /// Lets the clients close their sockets and end.
    pub(crate) fn end(mut self) -> Result<()> {
        drop(self.process.stdin.take());
        Ok(self.process.wait().map(|_| ())?)
    }

    fn tell(&mut self, line: &str) -> Result<()> {
        let input = self.process.stdin.as_mut().ok_or("the clients do not listen")?;
        Ok(writeln!(input, "{line}")?)
    }

    fn hear(&mut self) -> Result<String> {
        let mut line = String::new();
        match self.said.read_line(&mut line)? {
            0 => Err("the clients have ended early".into()),
            _ => Ok(line),
        }
    }
}

/// What the process of the clients does.
pub(crate) async fn run() -> Result<()> {
    let mut asked = std::io::stdin().lines();
    let plan: Plan = serde_json::from_str(&asked.next().ok_or("there is no plan")??)?;
    let sent = Arc::new(Sent::default());
    let sockets = stream::iter(&plan.people).map(|person| open(&plan.url, person)).buffered(AT_ONCE);
    for (index, socket) in sockets.try_collect::<Vec<_>>().await?.into_iter().enumerate() {
        tokio::spawn(listen(index, socket, Arc::clone(&sent)));
    }
    println!("open");
    tokio::task::block_in_place(|| asked.next()).ok_or("the other process has ended")??;
    talk(&plan, &sent).await;
    println!("{}", serde_json::to_string(&sent.outcome())?);
    // The sockets stay open until the other process has looked at them.
    tokio::task::block_in_place(|| asked.next());
    Ok(())
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
    let (http, people) = (Client::new(), plan.people.len());
    let mut ticks = interval(Duration::from_secs(1) / plan.rate);
    let warm_up = plan.rate * WARM_UP;
    let mut calls = Vec::new();
    for number in 0..warm_up + plan.rate * plan.seconds {
        ticks.tick().await;
        // All take their turn, and neighbours in time are none in number.
        let from = usize::try_from(number).unwrap_or(0) * 389 % people;
        let person = plan.people[from].clone();
        let url = format!("{}{}/messages", plan.url, person.conversation);
        let call = say(http.clone(), url, person.access_token, from, Arc::clone(sent), number >= warm_up);
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

async fn say(http: Client, url: String, token: String, from: usize, sent: Arc<Sent>, counts: bool) {
    let id = Uuid::now_v7().to_string();
    let request = http.post(url).bearer_auth(token).timeout(PATIENCE);
    let request = request.json(&json!({ "text": id, "client_message_id": id }));
    let began = Instant::now();
    if counts {
        sent.begin(&id, from ^ 1, began);
    }
    let is_accepted = request.send().await.is_ok_and(|reply| reply.status() == 201);
    if counts {
        sent.replied(&id, is_accepted, began.elapsed());
    }
}
