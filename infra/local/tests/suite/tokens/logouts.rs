use std::collections::BTreeSet;

use tunelink::auth::Access;

use super::{
    endings::Ending,
    in_process::{Answer, Asked, Giver},
};
use crate::{
    events::Dice,
    harness::{
        Step, World, act,
        stage::{self, Cast, Scene},
        unique,
    },
};

/// These hash a password, which thousands of times would take an hour.
const HASHES: [&str; 2] = ["change_password", "delete_my_account"];
/// These end sessions themselves.
const ENDS: [&str; 2] = ["log_out", "revoke_session"];
/// What these write is the session's own, and goes with it: they find out once more, as they write, that it is there.
const BOUND: [&str; 1] = ["register_device"];

const CALL: &str = "call";
const ENDER: &str = "ender";
const LATE: &str = "late";

/// What came of one call during which its session ended.
struct Run {
    operation: &'static str,
    ending: Ending,
    steps: Vec<Step>,
    /// The ids of the sessions that each actor has.
    sessions: [(&'static str, String); 3],
    call: Answer,
    end: Answer,
    /// How many steps there were when the end was answered.
    answered: usize,
    late: Answer,
}

#[derive(Default)]
struct Seen {
    runs: usize,
    orders: BTreeSet<String>,
    admitted: usize,
    refused: usize,
    /// Calls that wrote once the session had ended, which they had found alive before.
    wrote_after: usize,
}

/// A call of each operation is under way while its session ends, in whatever order the calls of both to the table come.
/// Whoever finds the session alive is answered; whoever does not is told so, and has done nothing; and whatever begins
/// once the end is answered is refused.
async fn end_sessions(times: usize) {
    let Some(world) = World::still().await else { return };
    let mut cast = Cast::new(&world).await;
    let operations: Vec<_> = stage::operations()
        .filter(|function| function.access != Access::Anyone && !HASHES.contains(&function.name))
        .collect();
    let mut seen = Seen::default();
    for (seed, function) in (0..).zip(&operations) {
        cast.renew(&world).await;
        let scene = Scene::set(&world, &cast, function).await;
        let (giver, asked) = (Giver::new(&world, &scene.sender).await, Asked::in_scene(&scene));
        let mut dice = Dice(seed);
        for _ in 0..times.div_ceil(operations.len()) {
            let run = run(&world, &giver, &asked, &mut dice).await;
            check(&run);
            seen.note(&run);
        }
        giver.give_back().await;
    }
    let Seen { runs, orders, admitted, refused, wrote_after } = seen;
    figure!("{runs} calls while their session ended, in {} different orders", orders.len());
    figure!("{admitted} found it alive, of which {wrote_after} wrote after its end; {refused} were refused");
    assert!(admitted > 0 && refused > 0 && orders.len() * 10 > runs, "it was always the same");
}

async fn run(world: &World, giver: &Giver<'_>, asked: &Asked, dice: &mut Dice) -> Run {
    let (session, other) = (giver.give().await, giver.give().await);
    let (ending, key) = (Ending::roll(dice), unique("k"));
    let ask = || asked.ask(world.app(), &session.token, &key);
    let end_and_ask = async {
        let end = act(ENDER, ending.end(world, &session, &other)).await;
        let answered = world.turns.steps();
        (end, answered, act(LATE, ask()).await)
    };
    let both = async { tokio::join!(act(CALL, ask()), end_and_ask) };
    let ((call, (end, answered, late)), steps) = world.turns.conduct(dice, both).await;
    let by = ending.by(&session, &other).id.clone();
    let sessions = [(CALL, session.id.clone()), (ENDER, by), (LATE, session.id)];
    Run { operation: asked.function.name, ending, steps, sessions, call, end, answered, late }
}

fn check(run: &Run) {
    let ended = run.ended();
    for (actor, session) in &run.sessions {
        let checked = run.position(|step| step.actor == *actor && reads(step, session));
        let checked = checked.unwrap_or_else(|| panic!("{actor} is answered unseen: {}", run.tell()));
        let is_alive = run.steps[checked].reply.contains(&format!("SESSION#{session}"));
        let wrote = run.position(|step| step.actor == *actor && step.is_write());
        let is_in_order = wrote.is_none_or(|wrote| is_alive && wrote > checked);
        assert!(is_in_order, "{actor} wrote before it was let in: {}", run.tell());
        let answer = run.answer(actor);
        let may_find_out = is_alive && BOUND.contains(&run.operation) && ended < run.steps.len();
        let is_told = answer.is_session_ended() != is_alive || may_find_out;
        assert!(is_told, "{actor} is told something else: {}", run.tell());
        assert!(answer.status < 500, "{actor}: {}", run.tell());
        if *actor != ENDER {
            assert_eq!(is_alive, checked < ended, "{actor} found what was not there: {}", run.tell());
        }
        let refused = answer.status == 401;
        assert!(!refused || !run.committed(actor), "{actor} is refused and has its effect: {}", run.tell());
    }
    let ends = run.end.status == 200 || ENDS.contains(&run.operation);
    assert!(ends && ended < run.answered, "it did not end: {}", run.tell());
    assert!(run.late.is_session_ended(), "somebody came in later: {}", run.tell());
}

/// Whether it reads the session that this is, as it is.
fn reads(step: &Step, session: &str) -> bool {
    step.operation.ends_with("GetItem")
        && step.body.contains(&format!("SESSION#{session}"))
        && step.body.contains("\"ConsistentRead\":true")
}

impl Run {
    fn position(&self, is: impl Fn(&Step) -> bool) -> Option<usize> {
        self.steps.iter().position(is)
    }

    fn answer(&self, actor: &str) -> &Answer {
        match actor {
            CALL => &self.call,
            ENDER => &self.end,
            _ => &self.late,
        }
    }

    /// The step by which the session of the call ended.
    fn ended(&self) -> usize {
        let session = format!("SESSION#{}", self.sessions[0].1);
        let ended =
            self.position(|step| step.is_write() && step.status == 200 && step.body.contains(&session));
        ended.unwrap_or_else(|| panic!("it never ended: {}", self.tell()))
    }

    /// Whether a transaction of this actor went through.
    fn committed(&self, actor: &str) -> bool {
        let commits = |step: &Step| step.operation == "TransactWriteItems" && step.status == 200;
        self.steps.iter().any(|step| step.actor == actor && commits(step))
    }

    /// Who came before whom.
    fn order(&self) -> String {
        let steps = self.steps.iter().map(|step| format!(" {}:{}", step.actor, step.operation));
        format!("{} {:?}{}", self.operation, self.ending, steps.collect::<String>())
    }

    fn tell(&self) -> String {
        format!("{}: {:?}, {:?}, {:?}", self.order(), self.call, self.end, self.late)
    }
}

impl Seen {
    fn note(&mut self, run: &Run) {
        let ended = run.ended();
        let wrote = |step: &Step| step.actor == CALL && step.is_write() && step.status == 200;
        let wrote_after = run.steps[ended + 1..].iter().any(wrote);
        self.runs += 1;
        self.orders.insert(run.order());
        self.admitted += usize::from(run.call.status != 401);
        self.refused += usize::from(run.call.status == 401);
        self.wrote_after += usize::from(wrote_after);
    }
}

#[tokio::test]
async fn whoever_calls_while_their_session_ends_comes_before_or_after() {
    end_sessions(500).await;
}

#[ignore = "it takes minutes"]
#[tokio::test]
async fn ten_thousand_calls_while_their_session_ends_come_before_or_after() {
    end_sessions(10_000).await;
}
