use std::{fs, time::Duration};

use jiff::Timestamp;
use serde_json::{Value, json};
use tunelink::{
    app::App,
    auth::RefreshToken,
    domain::{SessionId, UserId},
};
use tunelink_local::{
    data,
    keys::{self, Variables},
};

use super::in_process::{Answer, Asked, Giver};
use crate::harness::World;

const ISSUES: &str = "refresh_session";
const ASKS: &str = "get_my_profile";
const LIFE: Duration = Duration::from_mins(15);

/// The keys before and after a rotation, made as docs/OPERATIONS.md says.
struct Keys {
    old: Variables,
    new: Variables,
    /// The public keys: the old one, both, the new one.
    published: [String; 3],
}

impl Keys {
    fn make() -> Self {
        let file = || std::env::temp_dir().join(format!("rotation-{}.json", uuid::Uuid::now_v7()));
        let (first, second) = (file(), file());
        let old = keys::write_secret(&first, None).expect("the file is new");
        let both = keys::write_secret(&second, Some(&first)).expect("the file is new");
        let read = |file| {
            let text = fs::read_to_string(file).expect("it was written");
            fs::remove_file(file).expect("it was written");
            serde_json::from_str::<Variables>(&text).expect("it is JSON")
        };
        let (of_old, of_new) = (read(&first), read(&second));
        let mut new: Variables = serde_json::from_str(&both).expect("it is JSON");
        new.remove(&of_old["TUNELINK_SIGNING_KEY_ID"]).expect("the old one is among them");
        Self { old: of_old, new: of_new, published: [old, both, json!(new).to_string()] }
    }
}

/// All functions with one state of the settings.
struct Fleet {
    issues: App,
    asks: App,
}

impl Fleet {
    fn new(world: &World, secret: &Variables, published: &str) -> Self {
        let app = |function: &str, secret: Option<&Variables>| {
            let mut variables = world.backend().environment_of(function);
            variables.insert("TUNELINK_VERIFYING_KEYS".to_owned(), published.to_owned());
            variables.extend(secret.cloned().unwrap_or_default());
            world.app().with(data::configure(&variables).expect("the settings are good"))
        };
        Self { issues: app(ISSUES, Some(secret)), asks: app(ASKS, None) }
    }

    async fn ask(&self, token: &str) -> Answer {
        Asked::of(&functions::GET_MY_PROFILE, None).ask(&self.asks, token, "").await
    }
}

/// Somebody who refreshes, and the access tokens that they were given.
struct Client {
    refresh_token: String,
    given: Vec<(String, Timestamp)>,
    checks: usize,
}

impl Client {
    async fn refresh(&mut self, fleet: &Fleet) {
        let body = json!({ "refresh_token": self.refresh_token });
        let asked = Asked::of(&functions::REFRESH_SESSION, Some(body));
        let answer = asked.ask(&fleet.issues, "", "").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let tokens: Value = serde_json::from_str(&answer.text).expect("JSON");
        let text = |name: &str| tokens["data"][name].as_str().expect("a token").to_owned();
        self.refresh_token = text("refresh_token");
        self.given.push((text("access_token"), fleet.issues.now()));
    }

    /// Uses every token that is still in time, at every function.
    async fn use_all(&mut self, fleets: &[&Fleet]) {
        for fleet in fleets {
            let now = fleet.asks.now();
            for (token, since) in &self.given {
                if now.duration_since(*since).unsigned_abs() < LIFE {
                    let answer = fleet.ask(token).await;
                    assert_eq!(answer.status, 200, "a false refusal: {}", answer.text);
                    self.checks += 1;
                }
            }
        }
    }
}

async fn client(world: &World, secret: &Fleet) -> Client {
    let person = world.person().await;
    let session = Giver::new(world, &person).await.give().await;
    let id = |text: &str| text.parse().expect("ids are UUIDs");
    let token = RefreshToken {
        user_id: UserId(id(&person.id)),
        session_id: SessionId(id(&session.id)),
        generation: 1,
    };
    let secret = &secret.issues.config().issuing().expect("it issues").refresh_secret;
    Client { refresh_token: token.seal(secret), given: Vec::new(), checks: 0 }
}

/// While the settings of one step take the place of those before it, function by function, tokens of either are good at
/// all of them. Afterwards the old key opens nothing.
#[tokio::test]
async fn nobody_is_refused_while_the_key_is_rotated() {
    let Some(world) = World::still().await else { return };
    let keys = Keys::make();
    let [old, both, new] = &keys.published;
    let before = Fleet::new(&world, &keys.old, old);
    let published = Fleet::new(&world, &keys.old, both);
    let signs = Fleet::new(&world, &keys.new, both);
    let retired = Fleet::new(&world, &keys.new, new);
    let mut client = client(&world, &before).await;
    client.refresh(&before).await;
    for (now, next) in [(&before, &published), (&published, &signs), (&signs, &retired)] {
        if std::ptr::eq(next, &raw const retired) {
            world.app().clock().advance(LIFE);
        }
        for fleet in [now, next, now, next] {
            client.refresh(fleet).await;
            client.use_all(&[now, next]).await;
        }
        client.refresh(next).await;
        client.use_all(&[next]).await;
    }
    figure!("{} uses of {} tokens, none refused", client.checks, client.given.len());

    // In time, and still not good: it is signed with a key that is not published any more.
    client.refresh(&before).await;
    let (leaked, _) = client.given.pop().expect("there are some");
    assert_eq!(signs.ask(&leaked).await.status, 200);
    refused(&retired.ask(&leaked).await);
}

/// Nor is anybody let in whose key is not published yet: a step that is left out would be seen.
#[tokio::test]
async fn a_key_that_is_not_published_opens_nothing() {
    let Some(world) = World::still().await else { return };
    let keys = Keys::make();
    let before = Fleet::new(&world, &keys.old, &keys.published[0]);
    let hasty = Fleet::new(&world, &keys.new, &keys.published[1]);
    let mut client = client(&world, &before).await;
    client.refresh(&hasty).await;
    refused(&before.ask(&client.given[0].0).await);
    client.use_all(&[&hasty]).await;
}

fn refused(answer: &Answer) {
    let is_refused = answer.status == 401 && answer.text.contains("\"invalid_token\"");
    assert!(is_refused, "{answer:?}");
}
