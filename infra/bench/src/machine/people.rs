//! Whoever asks: people who play the double bass, two by two in conversations.

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    http::{Connection, Request},
    program::Program,
};
use crate::Result;

const PASSWORD: &str = "nuages-1940-minor-swing";

/// A new account, as it is registered.
pub(super) fn account() -> Value {
    let id = Uuid::now_v7().simple().to_string();
    let name = format!("m{}{}", &id[4..12], &id[20..]);
    json!({ "username": name, "email": format!("{name}@example.org"), "password": PASSWORD })
}

/// What an account logs in with.
pub(super) fn log_in(name: &str) -> Request {
    Request::post("/v1/auth/login", json!({ "identifier": name, "password": PASSWORD }))
}

pub(super) struct Person {
    pub(super) name: String,
    pub(super) token: String,
    id: String,
    /// The path of their conversation with the one beside them.
    pub(super) conversation: String,
}

pub(super) struct People(pub(super) Vec<Person>);

impl People {
    /// Registers so many, an even number of them.
    pub(super) async fn register(program: &Program, number: usize) -> Result<Self> {
        const AT_ONCE: usize = 4;
        let pairs = stream::iter(0..number / 2).map(|_| pair(program)).buffer_unordered(AT_ONCE);
        Ok(Self(pairs.try_collect::<Vec<_>>().await?.into_iter().flatten().collect()))
    }
}

async fn pair(program: &Program) -> Result<[Person; 2]> {
    let mut connection = Connection::open(program.address()).await?;
    let (mut one, mut other) = (person(&mut connection).await?, person(&mut connection).await?);
    let new = json!({ "kind": "direct", "participant_ids": [other.id] });
    let begun = ask(&mut connection, Request::post("/v1/conversations", new).by(&one.token)).await?;
    let path = format!("/v1/conversations/{}", text(&begun, "/data/conversation_id")?);
    one.conversation.clone_from(&path);
    other.conversation = path;
    Ok([one, other])
}

async fn person(connection: &mut Connection) -> Result<Person> {
    let account = account();
    let registered = ask(connection, Request::post("/v1/auth/register", account.clone())).await?;
    let token = text(&registered, "/data/tokens/access_token")?;
    let plays = Request::put("/v1/users/me/instruments/double-bass", json!({ "level": "advanced" }));
    ask(connection, plays.by(&token)).await?;
    Ok(Person {
        name: text(&account, "/username")?,
        id: text(&registered, "/data/tokens/user_id")?,
        token,
        conversation: String::new(),
    })
}

/// What is answered to a request that succeeds.
pub(super) async fn ask(connection: &mut Connection, request: Request) -> Result<Value> {
    connection.send(&request).await?.ok(&request)?.json()
}

/// A text in a reply.
pub(super) fn text(reply: &Value, pointer: &str) -> Result<String> {
    let text = reply.pointer(pointer).and_then(Value::as_str);
    Ok(text.ok_or_else(|| format!("{pointer} is missing in {reply}"))?.to_owned())
}
