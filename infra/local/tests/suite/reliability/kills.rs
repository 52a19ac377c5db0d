use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tunelink::operation::Function;
use tunelink_local::examples::entry;

use super::{
    Play, changing,
    difference::{difference, items},
    for_each,
};
use crate::harness::{Fault, Reply, World, stage::Cast, unique};

/// The operations that take more than one commit. An entry of the catalogue is retired first, so that nobody takes it up
/// any more; an account that is left belongs to nobody from its first commit on, and what is missing is made up for by
/// the next schedule; who registers a device claims its token first, for a while.
const IN_STEPS: [&str; 4] = ["delete_instrument", "delete_genre", "delete_my_account", "register_device"];

/// After that a claim has ended of which nothing is heard any more.
const CLAIM: Duration = Duration::from_secs(61);

/// Those of which a repetition is another: each gives a session, or a ticket, that lives for a while.
const ANEW: [&str; 3] = ["log_in", "issue_token", "create_live_ticket"];

/// Those that change nothing in their scene.
const NOTHING: [&str; 1] = ["sync"];

/// Killed before and after each of its calls to the table, an operation has done all or nothing, and repeated it has
/// its effect once.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_killed_leaves_all_or_nothing_and_a_repetition_makes_it_whole() {
    let changing = changing().filter(|function| !NOTHING.contains(&function.name));
    for_each(changing, |world, cast, function| async move {
        // The second time it finds what the first has made once and for all, such as a list of devices.
        undisturbed(&world, &cast, function).await;
        let whole = undisturbed(&world, &cast, function).await;
        for fault in [Fault::KillBefore, Fault::KillAfter] {
            for at in 0.. {
                if !killed_at(&world, &cast, function, (fault, at), &whole).await {
                    assert!(at > 0, "{} asks nothing of the table", function.name);
                    figure!("{}: {fault:?} at each of {at} calls", function.name);
                    break;
                }
            }
        }
    })
    .await;
}

/// What the operation changes when nothing happens to it.
async fn undisturbed(world: &World, cast: &Cast, function: &'static Function) -> Vec<String> {
    let play = Play::new(world, cast, function).await;
    let before = items(world).await;
    let reply = request(world, &play, function, &unique("k")).await;
    assert!(matches!(reply.status, 200 | 201), "{}: {}", function.name, reply.text);
    difference(&before, &items(world).await)
}

/// Kills the operation at the call of this number, counted from 0, and repeats it; whether there was such a call.
async fn killed_at(
    world: &World,
    cast: &Cast,
    function: &'static Function,
    (fault, at): (Fault, usize),
    whole: &[String],
) -> bool {
    let play = Play::new(world, cast, function).await;
    let (before, key) = (items(world).await, unique("k"));
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    world.faults.when(move |_, _| (counted.fetch_add(1, Ordering::Relaxed) == at).then_some(fault));
    let reply = request(world, &play, function, &key).await;
    world.faults.stop();
    if calls.load(Ordering::Relaxed) <= at {
        return false;
    }
    let what = format!("{}, {fault:?} call {at}", function.name);
    assert_eq!(reply.status, 500, "{what}: {}", reply.text);
    let left = difference(&before, &items(world).await);
    let in_steps = IN_STEPS.contains(&function.name);
    assert!(left.is_empty() || left == whole || in_steps, "{what}: {left:#?} of {whole:#?}");

    if left.iter().any(|change| change.ends_with("CLAIM")) {
        world.pass(CLAIM).await;
    }
    let again = request(world, &play, function, &key).await;
    if function.name == "delete_my_account" {
        world.erase_due().await.expect("nothing fails any more");
    }
    let after = difference(&before, &items(world).await);
    if ANEW.contains(&function.name) && !left.is_empty() {
        assert_eq!(again.status, 200, "{what}: {}", again.text);
        return true;
    }
    assert_eq!(after, whole, "{what}, repeated: {}", again.text);
    let may_be_refused = left == whole || in_steps;
    assert!(matches!(again.status, 200 | 201) || may_be_refused, "{what}, repeated: {}", again.text);
    assert!(again.status < 500, "{what}, repeated: {}", again.text);
    true
}

/// With a key where the operation takes one.
async fn request(world: &World, play: &Play, function: &Function, key: &str) -> Reply {
    let parameters = entry(function)["parameters"].as_array().expect("a list");
    if parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key") {
        play.call(world).header("idempotency-key", key).await
    } else {
        play.call(world).await
    }
}
