use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::Function;
use super::journal::Journal;
use super::keeper;
use super::letter::DeadLetter;
use super::mapping::Mapping;
use super::reader::{Place, Reader, Stream};
use super::record::{Batch, Outcome, Record};
use super::redrive::{Redriven, redrive};
use super::runner::Runner;
use super::schedule::Schedule;
use crate::error::Result;

/// Hands the records of a stream to a function, until it is stopped.
pub struct Pump {
    work: Work,
    messages: mpsc::UnboundedSender<Message>,
    running: JoinHandle<()>,
    keeping: JoinHandle<()>,
    stop: DropGuard,
}

/// What a pump works with.
#[derive(Clone)]
pub(super) struct Work {
    pub(super) stream: Stream,
    pub(super) mapping: Mapping,
    pub(super) journal: Journal,
    pub(super) function: Function,
}

pub(super) enum Message {
    /// The function is through with a batch.
    Returned(Batch, Outcome),
    /// A batch has waited long enough.
    Due(Batch),
    /// The records of a batch were given up, unless their letters could not be kept until the end.
    GivenUp(Option<Batch>),
    /// Somebody waits until all is processed.
    Idle(oneshot::Sender<()>),
}

impl Work {
    /// Keeps the dead letter of a record. Returns false when that was not possible until `stop`.
    pub(super) async fn bury(
        &self,
        record: &Record,
        failures: u32,
        outcome: &Outcome,
        stop: &CancellationToken,
    ) -> bool {
        let function = &self.mapping.function_name;
        let letter = DeadLetter::new(&record.event, failures, outcome, function, &self.stream);
        tracing::error!(sequence_number = record.sequence_number, "given up: a dead letter is kept");
        while let Err(error) = self.journal.keep(letter.clone()).await {
            tracing::error!("a dead letter cannot be kept: {error}");
            let pause = tokio::time::sleep(self.mapping.backoff.longest);
            if stop.run_until_cancelled(pause).await.is_none() {
                return false;
            }
        }
        true
    }
}

impl Pump {
    /// Goes on where the journal says that the stream was left, or begins with the oldest record.
    pub async fn start(
        stream: Stream,
        mapping: Mapping,
        journal: Journal,
        function: Function,
    ) -> Result<Self> {
        let checkpoint = journal.checkpoint().await?.filter(|checkpoint| {
            let same = checkpoint.stream_arn == stream.arn && checkpoint.shard_id == stream.shard;
            if !same {
                tracing::warn!(
                    stream = stream.arn,
                    "another stream than before: it is read from its beginning"
                );
            }
            same
        });
        let place = match &checkpoint {
            Some(checkpoint) => Place::After(checkpoint.sequence_number.clone()),
            None => Place::Horizon,
        };
        let stop = CancellationToken::new();
        let (checkpoints, kept) = watch::channel(checkpoint);
        let keeping = tokio::spawn(keeper::keep(journal.clone(), stream.clone(), kept, stop.clone()));
        let work = Work { stream, mapping, journal, function };
        let (messages, inbox) = mpsc::unbounded_channel();
        let runner = Runner {
            reader: Reader::new(work.stream.clone(), place),
            schedule: Schedule::new(work.mapping.clone()),
            work: work.clone(),
            messages: messages.clone(),
            inbox,
            checkpoints,
            waiting: Vec::new(),
            busy: 0,
            behind: true,
            failing: false,
            stop: stop.clone(),
        };
        Ok(Self { work, messages, running: tokio::spawn(runner.run()), keeping, stop: stop.drop_guard() })
    }

    /// Waits until everything that was written so far is processed or given up, and all that followed from it in the
    /// table as well.
    pub async fn idle(&self) {
        let (sender, receiver) = oneshot::channel();
        if self.messages.send(Message::Idle(sender)).is_ok() {
            // It ends with an error where the pump was stopped.
            let _ = receiver.await;
        }
    }

    /// The records that were given up, in the order of the stream.
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetter>> {
        self.work.journal.letters().await
    }

    /// See [`redrive`].
    pub async fn redrive(&self) -> Result<Redriven> {
        let Work { stream, mapping, journal, function } = &self.work;
        redrive(journal, stream, function, mapping.timeout).await
    }

    /// Lets the calls that run end, and keeps how far it came. What waits to be tried again comes with the next start.
    pub async fn stop(self) {
        drop(self.stop);
        let _ = self.running.await;
        let _ = self.keeping.await;
    }
}
