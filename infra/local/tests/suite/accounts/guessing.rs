//! Guesses by the hundred and by the thousand. Addresses are those of the loopback interface, all of which only Linux has.
#![cfg(target_os = "linux")]

use std::net::Ipv4Addr;

use futures_util::{StreamExt, stream};
use serde_json::json;

use crate::harness::{PASSWORD, Person, Reply, Somewhere, World};

/// What whoever guesses has.
struct Guesser<'a> {
    places: Vec<Somewhere<'a>>,
    accounts: Vec<String>,
    /// Of the first account: whoever has it guesses from a device of its owner every other time.
    proof: Option<String>,
}

impl Guesser<'_> {
    /// Guesses so often, several times at once. What comes back is a refusal each time.
    async fn guess(&self, times: usize) {
        let guesses = stream::iter(0..times).map(|time| self.one(time));
        let refused = guesses.buffer_unordered(32).fold(0, async |refused, reply: Reply| {
            assert!(matches!(reply.status, 401 | 429), "{}", reply.text);
            refused + 1
        });
        assert_eq!(refused.await, times);
    }

    async fn one(&self, time: usize) -> Reply {
        // Each account is guessed from each address.
        let place = &self.places[time % self.places.len()];
        let account = &self.accounts[(time / self.places.len() + time) % self.accounts.len()];
        let mut body = json!({ "identifier": account, "password": format!("wrong-password-{time}") });
        if let Some(proof) = self.proof.as_ref().filter(|_| time.is_multiple_of(2)) {
            body["device_proof"] = json!(proof);
        }
        place.post("/v1/auth/login", body).await
    }
}

/// So many addresses in a network that nobody else guesses from: from none of them comes more than is looked at.
fn places(world: &World, network: u8) -> Vec<Somewhere<'_>> {
    (1..=250).map(|last| world.at(Ipv4Addr::new(127, 7, network, last))).collect()
}

async fn gets_in(world: &World, person: &Person) {
    let body =
        json!({ "identifier": person.name, "password": PASSWORD, "device_proof": person.device_proof });
    world.at(Ipv4Addr::new(127, 8, 0, 1)).post("/v1/auth/login", body).await.ok();
}

/// However many guess, and from wherever: of each account so many hashes are computed in an hour, and of each address.
async fn guess_everywhere(times: usize) {
    const BY_ACCOUNT: u64 = 10;
    let Some(world) = World::still().await else { return };
    let hasher = world.app().hasher();
    let by_address = u64::from(world.app().config().limits.attempts_per_address);
    let mut people = Vec::new();
    for _ in 0..30 {
        people.push(world.person().await);
    }
    let names: Vec<String> = people.iter().map(|person| person.name.clone()).collect();

    let before = hasher.computed();
    let one = Guesser { places: places(&world, 1), accounts: names[..1].to_vec(), proof: None };
    one.guess(times).await;
    assert_eq!(hasher.computed() - before, BY_ACCOUNT);
    gets_in(&world, &people[0]).await;

    // Whoever has stolen the proof of a device as well.
    let before = hasher.computed();
    let proof = Some(people[1].device_proof.clone());
    Guesser { places: places(&world, 2), accounts: names[1..2].to_vec(), proof }.guess(times).await;
    assert_eq!(hasher.computed() - before, 2 * BY_ACCOUNT);

    let before = hasher.computed();
    let strangers = (0..times).map(|n| format!("nobody{n}")).collect();
    let here = world.at(Ipv4Addr::new(127, 9, 0, 1));
    Guesser { places: vec![here], accounts: strangers, proof: None }.guess(times).await;
    assert_eq!(hasher.computed() - before, by_address);

    let before = hasher.computed();
    let sprayed = names[2..].to_vec();
    let most = (BY_ACCOUNT * sprayed.len() as u64).min(times as u64);
    Guesser { places: places(&world, 3), accounts: sprayed, proof: None }.guess(times).await;
    assert_eq!(hasher.computed() - before, most);
    for person in &people[2..] {
        gets_in(&world, person).await;
    }
    figure!("{times} guesses each: at one account, with a stolen proof, from one address, at many from many");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_hundreds_of_guesses_ten_are_looked_at() {
    guess_everywhere(200).await;
}

#[ignore = "it takes minutes"]
#[tokio::test(flavor = "multi_thread")]
async fn of_ten_thousand_guesses_ten_are_looked_at() {
    guess_everywhere(10_000).await;
}

/// Nobody learns from an answer whether there is an account, whichever door they knock at and whatever they guess.
#[tokio::test]
async fn answers_tell_nothing_of_who_has_an_account() {
    let Some(world) = World::still().await else { return };
    let person = world.person().await;
    let known = [person.name.clone(), format!("{}@example.org", person.name), person.name.to_uppercase()];
    let unknown = ["nobody-at-all".to_owned(), "nobody@example.org".to_owned(), "NOBODY-AT-ALL".to_owned()];
    for (known, unknown) in known.iter().zip(&unknown) {
        let login = |identifier: &str| {
            world.post("/v1/auth/login", json!({ "identifier": identifier, "password": "wrong-password" }))
        };
        same(&login(known).await, &login(unknown).await);
        let token = |name: &str| {
            let form = [("grant_type", "password"), ("username", name), ("password", "wrong-password")];
            world.call(reqwest::Method::POST, "/v1/auth/token").form(&form)
        };
        same(&token(known).await, &token(unknown).await);
    }
    // Once there were too many, too.
    for _ in 0..10 {
        for name in ["nobody-at-all", &person.name] {
            let body = json!({ "identifier": name, "password": "wrong-password" });
            drop(world.post("/v1/auth/login", body).await);
        }
    }
    let [known, unknown] = [&*person.name, "nobody-at-all"].map(async |name| {
        world.post("/v1/auth/login", json!({ "identifier": name, "password": PASSWORD })).await
    });
    let (known, unknown) = (known.await, unknown.await);
    assert_eq!((known.status, unknown.status), (429, 429));
    same(&known, &unknown);
}

/// The same but for what differs from call to call.
fn same(one: &Reply, other: &Reply) {
    let headers = |reply: &Reply| {
        let told = reply.headers.iter().filter(|(name, _)| {
            !["date", "server-timing", "x-request-id", "apigw-requestid", "retry-after"]
                .contains(&name.as_str())
        });
        let mut told: Vec<_> = told.map(|(name, value)| (name.clone(), value.clone())).collect();
        told.sort_by_key(|(name, _)| name.to_string());
        told
    };
    let names = |reply: &Reply| {
        let mut names: Vec<_> = reply.headers.keys().map(ToString::to_string).collect();
        names.sort();
        names
    };
    assert_eq!((one.status, &one.body), (other.status, &other.body));
    assert_eq!((headers(one), names(one)), (headers(other), names(other)));
}
