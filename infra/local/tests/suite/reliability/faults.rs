use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use serde_json::json;
use tunelink::auth::Access;

use super::{Play, changing, for_each};
use crate::{
    events::Dice,
    harness::{
        Fault, World,
        stage::{self, Cast},
    },
};

/// Of 100 calls 20 are throttled, 5 fail and 5 hang, half of these once they had their effect.
fn mixture(seed: u64) -> impl FnMut(&str, &str) -> Option<Fault> {
    let mut dice = Dice(seed);
    move |_, _| match dice.roll(100) {
        0..20 => Some(Fault::Throttle),
        20..23 => Some(Fault::Fail),
        23..25 => Some(Fault::LoseReply),
        25..28 => Some(Fault::Hang),
        28..30 => Some(Fault::HangAfter),
        _ => None,
    }
}

/// Whatever the table does, there is the right answer or a 503 that says when to come back, and who has logged out gets
/// no answer but that.
#[tokio::test(flavor = "multi_thread")]
async fn while_a_third_of_all_calls_fail_answers_are_right_or_say_to_come_back() {
    const ROUNDS: u64 = 3;
    for_each(stage::operations(), |world, cast, function| async move {
        let gone = world.log_in(&cast.owner.name).await;
        gone.post("/v1/auth/logout", json!({ "scope": "this" })).await.ok();
        let mut longest = Duration::ZERO;
        for round in 0..ROUNDS {
            let play = Play::new(&world, &cast, function).await;
            world.faults.when(mixture(round));
            let began = Instant::now();
            let reply = play.call(&world).await;
            longest = longest.max(began.elapsed());
            match reply.status {
                200 | 201 => {}
                503 => assert!(!reply.header("retry-after").is_empty(), "{}: {}", function.name, reply.text),
                _ => panic!("{}: {}", function.name, reply.text),
            }
            if matches!(function.access, Access::Member | Access::Admin) {
                let reply = play.request.call(&world, Some(&gone.access_token)).await;
                assert!(matches!(reply.status, 401 | 503), "{}: {}", function.name, reply.text);
            }
            world.faults.stop();
        }
        figure!("{}: {} ms at most", function.name, longest.as_millis());
    })
    .await;
}

/// A table that does not answer at all holds nobody for longer than a call may take.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_hangs_holds_nobody() {
    let Some(world) = World::punctual().await else { return };
    let cast = Cast::new(&world).await;
    let asks = |name| !["get_openapi", "get_docs", "get_health"].contains(&name);
    let mut plays = Vec::new();
    for function in stage::operations().filter(|function| asks(function.name)) {
        plays.push((function, Play::new(&world, &cast, function).await));
    }
    world.faults.when(|_, _| Some(Fault::Hang));
    let began = Instant::now();
    let replies = join_all(plays.iter().map(|(_, play)| play.call(&world).into_future())).await;
    figure!("all are answered within {} ms", began.elapsed().as_millis());
    for ((function, _), reply) in plays.iter().zip(replies) {
        let unavailable = reply.status == 503 && !reply.header("retry-after").is_empty();
        assert!(unavailable, "{}: {}", function.name, reply.text);
    }
}

/// Where three of ten writes meet transactions, at most one call of a thousand is given up.
#[tokio::test(flavor = "multi_thread")]
async fn transactions_that_meet_others_go_through_in_the_end() {
    const TIMES: usize = 25;
    let given_up = Arc::new(AtomicUsize::new(0));
    let seen = given_up.clone();
    for_each(changing(), move |world, cast, function| {
        let given_up = seen.clone();
        async move {
            for seed in 0..TIMES as u64 {
                let play = Play::new(&world, &cast, function).await;
                let mut dice = Dice(seed);
                world.faults.conflict_when(move |operation, _| writes(operation) && dice.roll(10) < 3);
                let reply = play.call(&world).await;
                world.faults.stop();
                assert!(matches!(reply.status, 200 | 201 | 503), "{}: {}", function.name, reply.text);
                given_up.fetch_add(usize::from(reply.status == 503), Ordering::Relaxed);
            }
        }
    })
    .await;
    let (given_up, calls) = (given_up.load(Ordering::Relaxed), TIMES * changing().count());
    figure!("{given_up} of {calls} were given up");
    assert!(given_up * 1000 <= calls, "{given_up} of {calls} were given up");
}

fn writes(operation: &str) -> bool {
    matches!(operation, "TransactWriteItems" | "PutItem" | "UpdateItem" | "DeleteItem")
}

/// Batches that are left half undone and pages of one item change nothing but the number of calls.
#[tokio::test(flavor = "multi_thread")]
async fn halves_of_batches_and_short_pages_are_no_faults() {
    for fault in [Fault::Unprocessed, Fault::OneItem] {
        for_each(stage::operations(), move |world, cast, function| async move {
            let play = Play::new(&world, &cast, function).await;
            let mut dice = Dice(1);
            world.faults.when(move |operation, _| {
                let meant = operation.starts_with("Batch") || fault == Fault::OneItem;
                (meant && dice.roll(2) == 0).then_some(fault)
            });
            let reply = play.call(&world).await;
            assert!(matches!(reply.status, 200 | 201), "{}: {}", function.name, reply.text);
        })
        .await;
    }
}
