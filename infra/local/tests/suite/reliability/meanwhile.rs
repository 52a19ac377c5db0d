use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use futures_util::future::join_all;
use tunelink::{auth::Access, operation::Function};
use tunelink_local::examples::path_parameters;

use super::{
    difference::{difference, items},
    footprint::{Log, Point, Tear, footprints},
    takes_key,
};
use crate::harness::{
    Call, Reply, World,
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

/// Somebody's request is held just before each of its calls, and between what any of its batches reads, and another's goes
/// through meanwhile: both get the answers, and leave what they would, one after the other.
#[ignore = "it takes minutes"]
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_through_meanwhile_is_as_before_or_after() {
    const WORLDS: usize = 4;
    let Some(footprints) = footprints().await else { return };
    let pairs = footprints
        .iter()
        .filter(|one| one.is_of_interest())
        .flat_map(|one| footprints.iter().map(move |other| (one, other)));
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
    let (pairs, times) = held.fold((0, 0), |(pairs, times), held| (pairs + 1, times + held));
    figure!("{times} times one of {pairs} pairs of operations that concern each other was held");
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

    /// How often the one was held while the other went through; 0 where they do not concern each other. An error says what
    /// is wrong.
    async fn check(&self) -> Result<usize, String> {
        let mut serial = None;
        let mut times = 0;
        for call in 0.. {
            let point = Point { call, torn: None };
            let Some((race, concerned, tears)) = self.race(point).await else { break };
            if !concerned {
                continue;
            }
            if serial.is_none() {
                serial = Some([self.serial(false).await, self.serial(true).await]);
            }
            let serial = serial.as_ref().expect("it was made just now");
            self.judge(point, &race, serial)?;
            times += 1;
            for tear in tears {
                let point = Point { call, torn: Some(tear) };
                let Some((race, ..)) = self.race(point).await else { continue };
                self.judge(point, &race, serial)?;
                times += 1;
            }
        }
        Ok(times)
    }

    fn judge(&self, point: Point, race: &Outcome, serial: &[Outcome; 2]) -> Result<(), String> {
        if serial.contains(race) || is_told(race, serial) {
            return Ok(());
        }
        let (one, other) = self.functions;
        let what = format!("{} while {} is held at {point:?}", other.name, one.name);
        Err(format!("{what}: {race:#?} is none of {serial:#?}"))
    }

    /// What becomes of them when the other goes through while the one is held, whether the one has to do with what the
    /// other wrote, and how else it could be held there. `None` if the one has no such call.
    async fn race(&self, point: Point) -> Option<(Outcome, bool, Vec<Tear>)> {
        let [one, other] = self.calls().await;
        let before = items(self.world).await;
        let log = Arc::new(Mutex::new(Log::default()));
        let logging = log.clone();
        self.world.faults.when(move |operation, body| logging.lock().unwrap().visit(operation, body, point));
        let mut one = tokio::spawn(one.into_future());
        tokio::select! {
            _ = &mut one => {
                self.world.faults.stop();
                return None;
            }
            () = self.world.faults.held() => {}
        }
        let other = other.await;
        log.lock().unwrap().other_is_done();
        self.world.faults.release();
        let one = one.await.expect("it is answered");
        self.world.faults.stop();
        let left = difference(&before, &items(self.world).await);
        let log = log.lock().unwrap();
        Some((([answer(&one), answer(&other)], left), log.concerned(), log.tears()))
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
/// meanwhile; or the other way round, for what else the one asks at the same time is not held. Or whether both were let in, and then one of them ended the session of both.
fn is_told(([one, other], left): &Outcome, [one_first, other_first]: &[Outcome; 2]) -> bool {
    let (([before, late], both), ([refused, first], alone)) = (one_first, other_first);
    let told = one.starts_with("409") && !refused.starts_with('2') && other == first && left == alone;
    let let_in = late.starts_with("401") && one == before && other.starts_with('2') && left == both;
    let let_in_late = refused.starts_with("401") && other == first && one.starts_with('2') && left == alone;
    let told_other = other.starts_with("409") && !late.starts_with('2') && one == before && left == both;
    told || told_other || let_in || let_in_late
}

fn parameters(function: &'static Function) -> Vec<&'static str> {
    path_parameters(function).into_iter().map(|(name, _)| name).collect()
}

fn answer(reply: &Reply) -> String {
    format!("{} {}", reply.status, reply.body["error"]["code"])
}
