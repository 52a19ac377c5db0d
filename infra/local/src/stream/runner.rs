use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::call::call;
use super::journal::Checkpoint;
use super::pump::{Message, Work};
use super::reader::{AT_ONCE, Reader};
use super::record::{Batch, Outcome, Record};
use super::schedule::{Next, Schedule};

/// How often the stream is looked at for writes that nobody tells of.
const POLL: Duration = Duration::from_millis(250);
/// The most records that are kept in memory behind one that is not done with.
const MOST_OUTSTANDING: usize = 10_000;

/// Reads the stream, keeps the schedule, and waits.
pub(super) struct Runner {
    pub(super) work: Work,
    pub(super) reader: Reader,
    pub(super) schedule: Schedule,
    pub(super) messages: mpsc::UnboundedSender<Message>,
    pub(super) inbox: mpsc::UnboundedReceiver<Message>,
    pub(super) checkpoints: watch::Sender<Option<Checkpoint>>,
    /// Those who wait until all is processed.
    pub(super) waiting: Vec<oneshot::Sender<()>>,
    /// How many calls run and letters are written.
    pub(super) busy: usize,
    /// Whether there may be records that were not read.
    pub(super) behind: bool,
    /// Whether the last attempt to read failed.
    pub(super) failing: bool,
    pub(super) stop: CancellationToken,
}

impl Runner {
    pub(super) async fn run(mut self) {
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
                    let filter = self.work.mapping.filter.as_ref();
                    let is_admitted = filter.is_none_or(|filter| filter.admits(&record));
                    let record = Record::new(record, keys);
                    if is_admitted { self.schedule.push(record) } else { self.schedule.skip(record) }
                }
                self.note_checkpoint();
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
