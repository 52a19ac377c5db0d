use serde_json::{Value, json};
use tunelink::{
    auth::RefreshToken,
    domain::{SessionId, UserId},
};

use super::{
    endings::Ending,
    in_process::{Answer, Asked, Given, Giver},
};
use crate::{
    events::Dice,
    harness::{Fault, Person, World, act},
};

/// How many sessions a test races in.
const TIMES: u64 = 300;

/// A session of which nobody but a test has the tokens.
struct Held<'a> {
    world: &'a World,
    person: &'a Person,
    session: Given,
    /// Another one of the same person.
    other: Given,
}

impl Held<'_> {
    /// The refresh token of this generation.
    fn token(&self, generation: u32) -> String {
        let (user_id, session_id) = (id(&self.person.id), id(&self.session.id));
        let token = RefreshToken { user_id: UserId(user_id), session_id: SessionId(session_id), generation };
        token.seal(&self.world.app().config().issuing().expect("this one issues").refresh_secret)
    }

    async fn refresh(&self, token: &str) -> Answer {
        let asked = Asked::of(&functions::REFRESH_SESSION, Some(json!({ "refresh_token": token })));
        asked.ask(self.world.app(), "", "").await
    }

    /// The generation that the session is in; `None` once it has ended.
    async fn generation(&self) -> Option<u32> {
        let backend = self.world.backend();
        let key = |name: &str, id: &str| aws_sdk_dynamodb::types::AttributeValue::S(format!("{name}#{id}"));
        let get = backend.client().get_item().table_name(backend.table()).consistent_read(true);
        let get = get.key("pk", key("U", &self.person.id)).key("sk", key("SESSION", &self.session.id));
        let item = get.send().await.expect("the table can be read").item?;
        Some(item["generation"].as_n().expect("a number").parse().expect("a small one"))
    }

    async fn is_in(&self) -> bool {
        let me = Asked::of(&functions::GET_MY_PROFILE, None);
        let answer = me.ask(self.world.app(), &self.session.token, "").await;
        assert!(answer.status == 200 || answer.is_session_ended(), "{answer:?}");
        answer.status == 200
    }
}

fn id(text: &str) -> uuid::Uuid {
    text.parse().expect("ids are UUIDs")
}

/// The refresh token of an answer; `None` where the one that was given is refused.
fn child(answer: &Answer) -> Option<String> {
    let body: Value = serde_json::from_str(&answer.text).expect("JSON");
    if answer.status == 200 {
        return Some(body["data"]["refresh_token"].as_str().expect("a token").to_owned());
    }
    let code = (answer.status, &body["errors"][0]["code"]);
    assert_eq!(code, (401, &json!("invalid_refresh_token")), "{}", answer.text);
    None
}

/// Does this in so many sessions, each with dice of its own, and tells what came of each.
async fn in_sessions<T>(times: u64, check: impl AsyncFn(Held<'_>, Dice) -> T) -> Vec<T> {
    let Some(world) = World::still().await else { return Vec::new() };
    let person = world.person().await;
    let giver = Giver::new(&world, &person).await;
    let mut all = Vec::new();
    for seed in 0..times {
        let (session, other) = (giver.give().await, giver.give().await);
        all.push(check(Held { world: &world, person: &person, session, other }, Dice(seed)).await);
    }
    all
}

/// Dice that led to the same in every session would have tried nothing out.
fn both_ways(came_of: &[bool], what: &str) {
    if came_of.is_empty() {
        return;
    }
    let times = came_of.iter().filter(|is_so| **is_so).count();
    figure!("{times} of {} sessions {what}", came_of.len());
    assert!(0 < times && times < came_of.len(), "it was always the same");
}

/// Whoever sends the same refresh token at once, in whatever order what they do comes, gets the same child.
#[tokio::test]
async fn one_refresh_token_has_one_child() {
    in_sessions(TIMES, async |held, mut dice| {
        let (token, next) = (held.token(1), held.token(2));
        let refresh = |actor| act(actor, held.refresh(&token));
        let all = async { tokio::join!(refresh("one"), refresh("two"), refresh("three")) };
        let ((one, two, three), _) = held.world.turns.conduct(&mut dice, all).await;
        for answer in [one, two, three] {
            assert_eq!(child(&answer).as_ref(), Some(&next));
        }
        assert_eq!(held.generation().await, Some(2));
        assert_eq!(child(&held.refresh(&next).await), Some(held.token(3)));
        assert!(held.is_in().await);
    })
    .await;
}

/// A replaced token that comes back while its child is used: either it came first, and gives no more than the child that
/// there is, or the session is over for both.
#[tokio::test]
async fn a_replaced_token_gives_nothing_new_or_ends_the_session() {
    let ended = in_sessions(TIMES, async |held, mut dice| {
        let (parent, current) = (held.token(1), held.token(2));
        assert_eq!(child(&held.refresh(&parent).await).as_ref(), Some(&current));
        let both =
            async { tokio::join!(act("owner", held.refresh(&current)), act("thief", held.refresh(&parent))) };
        let ((owner, thief), _) = held.world.turns.conduct(&mut dice, both).await;
        let (owner, stolen) = (child(&owner), child(&thief));
        let is_over = stolen.is_none();
        if let Some(stolen) = stolen {
            assert_eq!((stolen, owner), (current, Some(held.token(3))));
            assert_eq!(held.generation().await, Some(3));
        } else {
            // The owner's reply may have been on its way.
            assert!(owner.is_none_or(|child| child == held.token(3)));
            assert_eq!(held.generation().await, None);
            assert!(!held.is_in().await && child(&held.refresh(&held.token(3)).await).is_none());
        }
        is_over
    })
    .await;
    both_ways(&ended, "ended");
}

/// No refresh brings a session back that ends meanwhile, nor does what it was given open anything.
#[tokio::test]
async fn a_session_that_ends_while_it_is_refreshed_has_ended() {
    let refreshed = in_sessions(TIMES, async |held, mut dice| {
        let (token, ending) = (held.token(1), Ending::roll(&mut dice));
        let end = act("ender", ending.end(held.world, &held.session, &held.other));
        let both = async { tokio::join!(act("owner", held.refresh(&token)), end) };
        let ((answer, end), _) = held.world.turns.conduct(&mut dice, both).await;
        assert_eq!(end.status, 200, "{ending:?}: {end:?}");
        let given = child(&answer);
        assert!(given.as_ref().is_none_or(|token| *token == held.token(2)));
        assert_eq!(held.generation().await, None, "{ending:?}");
        assert!(!held.is_in().await);
        for generation in 1..=2 {
            assert_eq!(child(&held.refresh(&held.token(generation)).await), None);
        }
        given.is_some()
    })
    .await;
    both_ways(&refreshed, "were refreshed before they ended");
}

/// Whoever asks again as often as it takes goes from child to child, whichever replies get lost on the way: those of the
/// table, and those of the API.
#[tokio::test]
async fn lost_replies_lose_no_session() {
    const REFRESHES: u32 = 10;
    in_sessions(30, async |held, mut dice| {
        let mut of_table = Dice(dice.0 + 1000);
        held.world.faults.when(move |_, _| match of_table.roll(10) {
            0 | 1 => Some(Fault::LoseReply),
            2 => Some(Fault::Fail),
            _ => None,
        });
        for generation in 1..=REFRESHES {
            let next = held.token(generation + 1);
            loop {
                let answer = held.refresh(&held.token(generation)).await;
                if answer.status != 503 {
                    assert_eq!(child(&answer).as_ref(), Some(&next));
                    // The client may never get it.
                    if dice.roll(3) > 0 {
                        break;
                    }
                }
            }
        }
        held.world.faults.stop();
        assert_eq!(held.generation().await, Some(REFRESHES + 1));
        assert!(held.is_in().await);
    })
    .await;
}
