//! The people of a measurement, made over HTTP like all others.

use std::path::Path;

use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::Client;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tunelink_local::backend::{Backend, Data, Options};
use uuid::Uuid;

use super::plan::{Person, Plan};
use super::processes::told;
use crate::Result;

/// How many are registered at a time.
const AT_ONCE: usize = 4;

/// Whoever takes part.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct People {
    /// Two by two they talk to each other.
    pub(super) pairs: Vec<Person>,
    /// Some of them, all in one conversation.
    pub(super) group: Vec<Person>,
}

/// Reads how many people there are to be, and how many of them in one group; registers them and says who they are.
pub(super) async fn register_in(folder: &Path) -> Result<()> {
    let (number, members): (u32, u32) = serde_json::from_str(&told()?)?;
    let backend = Backend::start(in_folder(folder)).await?;
    let people = register(&backend.url(), number, members).await?;
    backend.stop().await;
    println!("{}", serde_json::to_string(&people)?);
    Ok(())
}

/// A backend where one address may register as many as it likes.
pub(super) fn in_folder(folder: &Path) -> Options {
    let mut options = Options { data: Data::Directory(folder.to_owned()), ..Options::ephemeral() };
    options.variables.insert("TUNELINK_ATTEMPTS_PER_ADDRESS".to_owned(), "1000000".to_owned());
    options
}

/// Lets everybody read once, so that what the backend needs to answer at all is in memory.
pub(super) async fn read(plan: &Plan) -> Result<()> {
    let http = Client::new();
    let read = stream::iter(&plan.people).map(|person| {
        let request = http.get(format!("{}{}", plan.url, person.conversation));
        request.bearer_auth(&person.access_token).send()
    });
    let replies: Vec<_> = read.buffer_unordered(AT_ONCE).try_collect().await?;
    replies.into_iter().try_for_each(|reply| reply.error_for_status().map(|_| ()))?;
    Ok(())
}

/// Registers people and lets them begin to talk, two by two and many together.
async fn register(url: &str, number: u32, members: u32) -> Result<People> {
    let http = Client::new();
    let pairs = stream::iter(0..number.div_ceil(2)).map(|_| pair(&http, url)).buffered(AT_ONCE);
    let people: Vec<_> = pairs.try_collect::<Vec<_>>().await?.into_iter().flatten().collect();
    let group = group(&http, url, &people[..usize::try_from(members)?]).await?;
    Ok(People { pairs: people.into_iter().map(|(person, _)| person).collect(), group })
}

/// A group of all of these, whose first has made it.
async fn group(http: &Client, url: &str, people: &[(Person, String)]) -> Result<Vec<Person>> {
    let [(first, _), (_, second), others @ ..] = people else { return Err("a group of nobody".into()) };
    let new = json!({ "kind": "group", "title": "Everybody", "participant_ids": [second] });
    let request = http.post(format!("{url}/v1/conversations")).bearer_auth(&first.access_token).json(&new);
    let begun: Value = request.send().await?.error_for_status()?.json().await?;
    let conversation = format!("/v1/conversations/{}", text(&begun, "/data/conversation_id")?);
    for (_, id) in others {
        let request = http.put(format!("{url}{conversation}/participants/{id}"));
        request.bearer_auth(&first.access_token).send().await?.error_for_status()?;
    }
    let all = people.iter().map(|(person, _)| person.access_token.clone());
    Ok(all.map(|access_token| Person { access_token, conversation: conversation.clone() }).collect())
}

/// Two people with their ids.
async fn pair(http: &Client, url: &str) -> Result<[(Person, String); 2]> {
    let (one, one_id) = account(http, url).await?;
    let (other, other_id) = account(http, url).await?;
    let new = json!({ "kind": "direct", "participant_ids": [other_id] });
    let request = http.post(format!("{url}/v1/conversations")).bearer_auth(&one).json(&new);
    let begun: Value = request.send().await?.error_for_status()?.json().await?;
    let conversation = format!("/v1/conversations/{}", text(&begun, "/data/conversation_id")?);
    let person = |access_token| Person { access_token, conversation: conversation.clone() };
    Ok([(person(one), one_id), (person(other), other_id)])
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
