//! What is done for many people, cut into parts. A part is an item: the stream brings it to whoever does it, and it is
//! deleted when it is done.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Condition, Key, Store, Write, keys};
use crate::{
    domain::{ConversationId, EventId, Notice, UserId},
    error::{Code, Error, Result},
};

/// How long a part that nobody could do is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A part of what is done for many people on the ground of one fact.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// Names the fact, as it does in the ids of notifications.
    pub fact: String,
    pub task: Task,
    pub step: Step,
}

/// What is done, and for whom.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Task {
    /// Those who took part in an event when something happened are told of it.
    Notice { event_id: EventId, notice: Notice, at: Timestamp },
    /// Those who take part in a conversation get a message.
    Message { conversation_id: ConversationId, seq: u64 },
    /// Those who take part in a conversation hear of a change of it.
    Change { conversation_id: ConversationId, change: u64 },
}

/// Which part it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// Find the next of them, behind this one, and cut them into parts.
    Gather { after: Option<UserId> },
    /// Do it for these.
    Deliver { to: Vec<UserId> },
}

#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    job: &'a Job,
    expires: i64,
}

/// A part as it is stored.
#[derive(Deserialize)]
pub(super) struct Kept {
    #[serde(flatten)]
    job: Job,
    expires: i64,
}

impl Kept {
    /// When it was made; the beginning of time where that cannot be told.
    pub(super) fn made_at(&self) -> Timestamp {
        Timestamp::from_second(self.expires).unwrap_or_default() - KEPT
    }

    /// As the store keeps it, going by what it says of itself.
    pub(super) fn as_written(&self) -> Result<Write> {
        self.job.write(self.made_at())
    }
}

impl Job {
    /// The whole of it.
    pub const fn new(fact: String, task: Task) -> Self {
        Self { fact, task, step: Step::Gather { after: None } }
    }

    /// Another part of the same.
    #[must_use]
    pub fn part(&self, step: Step) -> Self {
        Self { step, ..self.clone() }
    }

    /// Has it done by whoever reacts to the stream. A part that is made again takes its own place.
    pub fn write(&self, now: Timestamp) -> Result<Write> {
        Write::put(self.key(), &Row { job: self, expires: (now + KEPT).as_second() })
    }

    fn key(&self) -> Key {
        keys::job(&self.name())
    }

    fn name(&self) -> String {
        let (step, person) = match &self.step {
            Step::Gather { after } => ("gather", after.as_ref()),
            Step::Deliver { to } => ("deliver", to.first()),
        };
        format!("{}/{step}/{}", self.fact, person.map(ToString::to_string).unwrap_or_default())
    }
}

/// Whether a part is still to be done: the stream may bring one that was.
pub async fn is_open(store: &Store, job: &Job) -> Result<bool> {
    Ok(store.get::<Key>(job.key()).await?.is_some())
}

/// Takes away a part that is done, and makes what comes of it, unless that has happened already.
pub async fn finish(store: &Store, done: &Job, made: &[Job], now: Timestamp) -> Result<()> {
    let gone = Write::delete(done.key()).when(Condition::exists(), Code::Conflict);
    let made = made.iter().map(|job| job.write(now)).collect::<Result<Vec<_>>>()?;
    match store.commit(made.into_iter().chain([gone])).await {
        Err(Error { code: Code::Conflict, .. }) => Ok(()),
        finished => finished,
    }
}
