use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use futures_util::future::join_all;
use tokio::sync::Notify;
use tunelink::{auth::Access, operation::Function};
use tunelink_local::examples::{entry, path_parameters};

use super::{
    difference::{difference, items},
    footprint::{Log, footprints},
};
use crate::harness::{
    Call, Fault, Reply, World,
    stage::{Cast, MADE, Scene},
    unique,
};

/// What makes or ends an account or a session, or says who may have to do with somebody: each time of somebody new, and
/// against what else people do with what is theirs alone.
const OF_ACCOUNTS: [&str; 10] = [
    "block_user",
    "change_password",
    "delete_my_account",
    "issue_token",
    "log_in",
    "log_out",
    "refresh_session",
    "unblock_user",
    "update_my_profile",
    "update_preferences",
];

/// What else people do with what is theirs alone.
const OF_PEOPLE: [&str; 10] = [
    "add_my_genre",
    "create_conversation",
    "create_event",
    "create_live_ticket",
    "mark_all_notifications_read",
    "register_device",
    "remove_device",
    "remove_my_genre",
    "remove_my_instrument",
    "set_my_instrument",
];

/// Somebody's request is held just before each of its writes, and another's goes through meanwhile: both get the answers,
/// and leave what they would, one after the other.
#[ignore = "it takes minutes"]
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_through_meanwhile_is_as_before_or_after() {
    const WORLDS: usize = 4;
    let Some(footprints) = footprints().await else { return };
    let pairs = footprints.iter().flat_map(|one| footprints.iter().map(move |other| (one, other)));
    let pairs = pairs.filter(|(one, other)| one.is_concerned_by(other));
    let pairs: Vec<_> = pairs.map(|(one, other)| (one.function, other.function)).collect();
    let next = AtomicUsize::new(0);
    let worlds = (0..WORLDS).map(async |_| {
        let mut seen = Vec::new();
        while next.load(Ordering::Relaxed) < pairs.len() {
            // A table that grows is slow to be compared.
            let Some(world) = World::punctual().await else { break };
            let cast = Cast::new(&world).await;
            for _ in 0..20 {
                let Some(&functions) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                for with_key in [false, true] {
                    let pair = Pair { world: &world, cast: &cast, functions, with_key };
                    if pair.has_a_scene() {
                        seen.push(pair.check().await);
                    }
                }
            }
        }
        seen
    });
    let seen = join_all(worlds).await.concat();
    let wrong: Vec<_> = seen.iter().filter_map(|seen| seen.as_ref().err().cloned()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let held = seen.into_iter().map(|seen| seen.expect("none is wrong")).filter(|held| *held > 0);
    let (pairs, writes) = held.fold((0, 0), |(pairs, writes), held| (pairs + 1, writes + held));
    figure!("{writes} writes of {pairs} pairs of operations that concern each other were held");
}

/// Two operations on the same things.
struct Pair<'a> {
    world: &'a World,
    cast: &'a Cast,
    functions: (&'static Function, &'static Function),
    /// Whether both are one request, with one idempotency key.
    with_key: bool,
}

/// The answers to both, and what they left.
type Outcome = ([String; 2], Vec<String>);

impl Pair<'_> {
    fn has_a_scene(&self) -> bool {
        let (one, other) = self.functions;
        let things = parameters(one);
        let shares = parameters(other).iter().all(|name| things.contains(name) || !MADE.contains(name));
        let of_accounts = |function: &Function| OF_ACCOUNTS.contains(&function.name);
        let has_sender = !(of_accounts(one) || of_accounts(other)) || self.of_one_person();
        // The catalogue's own entries are for all scenes.
        let has_entry = one.access == Access::Admin || other.access != Access::Admin;
        // An account is closed for good, whoever closes it twice at once.
        let closes = one.name == "delete_my_account" && other.name == one.name;
        shares
            && has_sender
            && has_entry
            && !closes
            && (!self.with_key || one.name == other.name && takes_key(one))
    }

    /// Whether it takes nobody but one person.
    fn of_one_person(&self) -> bool {
        let (one, other) = self.functions;
        let of_people = |name| OF_ACCOUNTS.contains(&name) || OF_PEOPLE.contains(&name);
        of_people(one.name) && of_people(other.name)
    }

    /// How many writes of the one were held while the other went through; 0 where they do not concern each other. An
    /// error says what is wrong.
    async fn check(&self) -> Result<usize, String> {
        let (one, other) = self.functions;
        let mut serial = None;
        for at in 0.. {
            let Some((race, concerned)) = self.race(at).await else { return Ok(at) };
            if !concerned {
                return Ok(at);
            }
            if serial.is_none() {
                serial = Some([self.serial(false).await, self.serial(true).await]);
            }
            let serial = serial.as_ref().expect("it was made just now");
            if !serial.contains(&race) && !is_told(&race, serial) {
                let what = format!("{} while {} is held at its write {at}", other.name, one.name);
                return Err(format!("{what}: {race:#?} is none of {serial:#?}"));
            }
        }
        unreachable!("an operation has an end")
    }

    /// What becomes of them when the other goes through while the one is held at its write of this number, and whether
    /// the one has to do with what the other wrote. `None` if it has no such write.
    async fn race(&self, at: usize) -> Option<(Outcome, bool)> {
        let [one, other] = self.calls().await;
        let before = items(self.world).await;
        let (held, log) = (Arc::new(Notify::new()), Arc::new(Mutex::new(Log::default())));
        let (holding, logging) = (held.clone(), log.clone());
        self.world.faults.when(move |operation, body| {
            let mut log = logging.lock().unwrap();
            let hold = log.visit(operation, body, at);
            if hold {
                holding.notify_one();
            }
            hold.then_some(Fault::Hold)
        });
        let mut one = tokio::spawn(one.into_future());
        tokio::select! {
            _ = &mut one => {
                self.world.faults.stop();
                return None;
            }
            () = held.notified() => {}
        }
        let other = other.await;
        log.lock().unwrap().other_is_done();
        self.world.faults.release();
        let one = one.await.expect("it is answered");
        self.world.faults.stop();
        let concerned = log.lock().unwrap().concerned();
        let left = difference(&before, &items(self.world).await);
        Some((([answer(&one), answer(&other)], left), concerned))
    }

    /// What becomes of them one after the other, the other first or last.
    async fn serial(&self, other_first: bool) -> Outcome {
        let [one, other] = self.calls().await;
        let before = items(self.world).await;
        let answers = if other_first {
            let other = answer(&other.await);
            [answer(&one.await), other]
        } else {
            [answer(&one.await), answer(&other.await)]
        };
        (answers, difference(&before, &items(self.world).await))
    }

    async fn calls(&self) -> [Call; 2] {
        let Self { world, cast, functions: (one, other), with_key } = self;
        let somebody = if self.of_one_person() { Some(world.person().await) } else { None };
        let mut cast = (*cast).clone();
        if let Some(somebody) = &somebody {
            cast.owner = somebody.clone();
        }
        let mut scene = Scene::set(world, &cast, one).await;
        let mut same = scene.shared_with(world, &cast, other).await;
        if let Some(somebody) = somebody {
            (scene.sender, same.sender) = (somebody.clone(), somebody);
        }
        let call = scene.play(world);
        if *with_key {
            let key = unique("k");
            return [call, scene.play(world)].map(|call| call.header("idempotency-key", &key));
        }
        [call, same.play(world)]
    }
}

/// Whether the race is as if the other had come first, and the one was told just that: that something has changed
/// meanwhile. Or whether both were let in, and then one of them ended the session of both.
fn is_told(([one, other], left): &Outcome, [one_first, other_first]: &[Outcome; 2]) -> bool {
    let (([before, late], both), ([refused, first], alone)) = (one_first, other_first);
    let told = one.starts_with("409") && !refused.starts_with('2') && other == first && left == alone;
    let let_in = late.starts_with("401") && one == before && other.starts_with('2') && left == both;
    let let_in_late = refused.starts_with("401") && other == first && one.starts_with('2') && left == alone;
    told || let_in || let_in_late
}

fn parameters(function: &'static Function) -> Vec<&'static str> {
    path_parameters(function).into_iter().map(|(name, _)| name).collect()
}

fn takes_key(function: &Function) -> bool {
    let parameters = entry(function)["parameters"].as_array().expect("a list");
    parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key")
}

fn answer(reply: &Reply) -> String {
    format!("{} {}", reply.status, reply.body["error"]["code"])
}
