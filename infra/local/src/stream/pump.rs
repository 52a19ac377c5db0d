use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::Function;
use super::call::call;
use super::journal::{Checkpoint, Journal};
use super::keeper;
use super::letter::DeadLetter;
use super::mapping::Mapping;
use super::reader::{AT_ONCE, Place, Reader, Stream};
use super::record::{Batch, Outcome, Record};
use super::redrive::{Redriven, redrive};
use super::schedule::{Next, Schedule};
use crate::error::Result;

/// How often the stream is looked at for writes that nobody tells of.
const POLL: Duration = Duration::from_millis(250);
/// The most records that are kept in memory behind one that is not done with.
const MOST_OUTSTANDING: usize = 10_000;

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
struct Work {
    stream: Stream,
    mapping: Mapping,
    journal: Journal,
    function: Function,
}

enum Message {
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
    async fn bury(
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

struct Runner {
    work: Work,
    reader: Reader,
    schedule: Schedule,
    messages: mpsc::UnboundedSender<Message>,
    inbox: mpsc::UnboundedReceiver<Message>,
    checkpoints: watch::Sender<Option<Checkpoint>>,
    /// Those who wait until all is processed.
    waiting: Vec<oneshot::Sender<()>>,
    /// How many calls run and letters are written.
    busy: usize,
    /// Whether there may be records that were not read.
    behind: bool,
    /// Whether the last attempt to read failed.
    failing: bool,
    stop: CancellationToken,
}

impl Runner {
    async fn run(mut self) {
        let stop = self.stop.clone();
        let mut written = self.work.stream.written.clone();
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !stop.is_cancelled() {
            while let Ok(message) = self.inbox.try_recv() {
                self.take(message);
            }
            while let Some(batch) = self.schedule.next() {
                self.call(batch);
            }
            if self.has_to_read() {
                self.read().await;
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                Some(message) = self.inbox.recv() => self.take(message),
                () = changed(&mut written) => self.behind = true,
                _ = poll.tick() => self.behind = true,
            }
        }
        while self.busy > 0
            && let Some(message) = self.inbox.recv().await
        {
            self.take(message);
        }
    }

    fn has_to_read(&self) -> bool {
        let asked = !self.waiting.is_empty() && self.schedule.outstanding() == 0 && !self.failing;
        (self.behind || asked) && self.schedule.outstanding() < MOST_OUTSTANDING
    }

    async fn read(&mut self) {
        // Who asks while this reads may have written what this does not see.
        let asked = if self.schedule.outstanding() == 0 { self.waiting.len() } else { 0 };
        match self.reader.read().await {
            Ok(records) => {
                self.failing = false;
                self.behind = records.len() == AT_ONCE;
                if records.is_empty() {
                    for sender in self.waiting.drain(..asked) {
                        let _ = sender.send(());
                    }
                }
                let keys = self.work.stream.ordered_by(self.work.mapping.order);
                for record in records {
                    self.schedule.push(Record::new(record, keys));
                }
            }
            Err(error) => {
                if !self.failing {
                    tracing::warn!("the stream is read later: {error}");
                }
                self.failing = true;
                self.behind = false;
            }
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Returned(batch, outcome) => {
                self.busy -= 1;
                if let Outcome::Failed(reason) = &outcome {
                    tracing::warn!(function = self.work.mapping.function_name, "failed: {reason}");
                }
                match self.schedule.returned(batch, outcome) {
                    Some(Next::Retry(batch, wait)) => self.wait(batch, wait),
                    Some(Next::GiveUp(batch, outcome)) => self.give_up(batch, outcome),
                    None => {}
                }
            }
            Message::Due(batch) => self.schedule.again(batch),
            Message::GivenUp(batch) => {
                self.busy -= 1;
                if let Some(batch) = batch {
                    self.schedule.finish(batch);
                }
            }
            Message::Idle(sender) => self.waiting.push(sender),
        }
        self.note_checkpoint();
    }

    fn note_checkpoint(&self) {
        let Some(passed) = self.schedule.passed() else { return };
        self.checkpoints.send_if_modified(|kept| {
            if kept.as_ref().is_some_and(|kept| kept.sequence_number == passed) {
                return false;
            }
            *kept = Some(Checkpoint {
                stream_arn: self.work.stream.arn.clone(),
                shard_id: self.work.stream.shard.clone(),
                sequence_number: passed.to_owned(),
            });
            true
        });
    }

    fn call(&mut self, batch: Batch) {
        self.busy += 1;
        let (work, messages) = (self.work.clone(), self.messages.clone());
        tokio::spawn(async move {
            let outcome = match call(&work.function, batch.event(), work.mapping.timeout).await {
                Ok(response) if work.mapping.report_batch_item_failures => batch.outcome(&response),
                Ok(_) => Outcome::Succeeded,
                Err(reason) => Outcome::Failed(reason),
            };
            let _ = messages.send(Message::Returned(batch, outcome));
        });
    }

    fn wait(&self, batch: Batch, wait: Duration) {
        let (messages, stop) = (self.messages.clone(), self.stop.clone());
        tokio::spawn(async move {
            if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_some() {
                let _ = messages.send(Message::Due(batch));
            }
        });
    }

    /// Goes on only once the letters are kept, however long that takes.
    fn give_up(&mut self, batch: Batch, outcome: Outcome) {
        self.busy += 1;
        let (work, messages, stop) = (self.work.clone(), self.messages.clone(), self.stop.clone());
        tokio::spawn(async move {
            let mut given_up = true;
            for record in &batch.records {
                given_up &= work.bury(record, batch.failures, &outcome, &stop).await;
            }
            let _ = messages.send(Message::GivenUp(given_up.then_some(batch)));
        });
    }
}

/// Resolves with the next write that somebody tells of.
async fn changed(written: &mut Option<watch::Receiver<()>>) {
    if let Some(receiver) = written
        && receiver.changed().await.is_ok()
    {
        return;
    }
    *written = None;
    std::future::pending::<()>().await;
}
