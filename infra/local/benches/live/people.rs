//! The people of a measurement, made over HTTP like all others.

use std::path::Path;
use std::process::{Command, Stdio};

use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::Client;
use serde_json::{Value, json};
use tunelink_local::backend::{Backend, Data, Options};
use uuid::Uuid;

use crate::Result;
use crate::plan::{Person, Plan};

/// How many are registered at a time.
const AT_ONCE: usize = 4;

/// Registers people by a process of its own: the memory in which passwords are hashed is then not there to be used
/// again by sockets, whose memory could not be seen.
pub(crate) fn prepare(folder: &Path, number: u32) -> Result<Vec<Person>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--prepare").arg(folder).arg("--sockets").arg(number.to_string());
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err("nobody could be registered".into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// What that process does.
pub(crate) async fn register_in(folder: &Path, number: u32) -> Result<()> {
    let backend = Backend::start(in_folder(folder)).await?;
    let people = register(&backend.url(), number).await?;
    backend.stop().await;
    println!("{}", serde_json::to_string(&people)?);
    Ok(())
}

/// A backend where one address may register as many as it likes.
pub(crate) fn in_folder(folder: &Path) -> Options {
    let mut options = Options { data: Data::Directory(folder.to_owned()), ..Options::ephemeral() };
    options.variables.insert("TUNELINK_ATTEMPTS_PER_ADDRESS".to_owned(), "1000000".to_owned());
    options
}

/// Lets everybody read once, so that what the backend needs to answer at all is in memory.
pub(crate) async fn read(plan: &Plan) -> Result<()> {
    let http = Client::new();
    let read = stream::iter(&plan.people).map(|person| {
        let request = http.get(format!("{}{}", plan.url, person.conversation));
        request.bearer_auth(&person.access_token).send()
    });
    let replies: Vec<_> = read.buffer_unordered(AT_ONCE).try_collect().await?;
    replies.into_iter().try_for_each(|reply| reply.error_for_status().map(|_| ()))?;
    Ok(())
}

/// Registers people and lets them begin to talk, two by two.
async fn register(url: &str, number: u32) -> Result<Vec<Person>> {
    let http = Client::new();
    let pairs = stream::iter(0..number / 2).map(|_| pair(&http, url)).buffer_unordered(AT_ONCE);
    Ok(pairs.try_collect::<Vec<_>>().await?.into_iter().flatten().collect())
}

async fn pair(http: &Client, url: &str) -> Result<[Person; 2]> {
    let (one, _) = account(http, url).await?;
    let (other, other_id) = account(http, url).await?;
    let new = json!({ "kind": "direct", "participant_ids": [other_id] });
    let request = http.post(format!("{url}/v1/conversations")).bearer_auth(&one).json(&new);
    let begun: Value = request.send().await?.error_for_status()?.json().await?;
    let conversation = format!("/v1/conversations/{}", text(&begun, "/data/conversation_id")?);
    Ok([one, other].map(|access_token| Person { access_token, conversation: conversation.clone() }))
}

/// A new account's access token and id.
async fn account(http: &Client, url: &str) -> Result<(String, String)> {
    let id = Uuid::now_v7().simple().to_string();
    let name = format!("b{}{}", &id[4..12], &id[20..]);
    let new = json!({
        "username": name, "email": format!("{name}@example.org"), "password": "nuages-1940-minor-swing",
    });
    let request = http.post(format!("{url}/v1/auth/register")).json(&new);
    let account: Value = request.send().await?.error_for_status()?.json().await?;
    Ok((text(&account, "/data/tokens/access_token")?, text(&account, "/data/tokens/user_id")?))
}

fn text(reply: &Value, pointer: &str) -> Result<String> {
    let text = reply.pointer(pointer).and_then(Value::as_str);
    Ok(text.ok_or_else(|| format!("{pointer} is missing in {reply}"))?.to_owned())
}
