use std::{
    num::NonZero,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use tokio::sync::oneshot;

use crate::error::{Error, Result};

type Job = Box<dyn FnOnce() + Send>;

/// As many threads as there are cores, started by the first job. The allocator keeps for each thread what it has freed:
/// were the runtime's hundreds of threads to take turns, each would hold on to the memory of a hash.
#[derive(Clone, Default)]
pub(super) struct Threads(Arc<OnceLock<Sender<Job>>>);

impl Threads {
    /// Runs it when a thread is free, unless nobody waits for it any more.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let job = move || {
            if !answer.is_closed() {
                // Who waited may have left meanwhile.
                let _ = answer.send(work());
            }
        };
        self.0.get_or_init(start).send(Box::new(job)).map_err(|error| Error::internal(error.to_string()))?;
        answered.await.map_err(Error::internal)
    }
}

pub(super) fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

fn start() -> Sender<Job> {
    let (sender, jobs) = channel();
    let jobs = Arc::new(Mutex::new(jobs));
    for _ in 0..cores() {
        let jobs = Arc::clone(&jobs);
        thread::spawn(move || {
            while let Some(job) = next(&jobs) {
                // A panic is told to whoever waits, whose answer never comes; the thread goes on.
                let _ = catch_unwind(AssertUnwindSafe(job));
            }
        });
    }
    sender
}

/// The next job; none when nobody can send one any more.
fn next(jobs: &Mutex<Receiver<Job>>) -> Option<Job> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_fails_its_own_job_alone() {
        let threads = Threads::default();
        for _ in 0..cores() * 2 {
            assert!(threads.run::<()>(|| panic!("on purpose")).await.is_err());
        }
        assert_eq!(threads.run(|| 42).await.unwrap(), 42);
    }

    #[tokio::test]
    async fn jobs_run_on_no_more_threads_than_there_are_cores() {
        let threads = Threads::default();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..cores() * 20 {
            seen.insert(threads.run(|| thread::current().id()).await.unwrap());
        }
        assert!(seen.len() <= cores());
    }
}
