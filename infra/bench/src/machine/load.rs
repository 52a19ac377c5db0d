//! Connections that each ask one request after the other.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::Barrier, task::JoinSet};

use super::http::{Connection, Request};
use crate::Result;

/// What the connection of this number asks for the so-manieth time, both from 0; nothing when there is no more.
pub(super) type Ask = Arc<dyn Fn(usize, usize) -> Option<Request> + Send + Sync>;

/// What became of it.
#[derive(Debug, Default)]
pub(super) struct Load {
    /// Of all requests, the shortest first.
    times: Vec<Duration>,
    /// How many requests each connection made.
    by_connection: Vec<usize>,
    /// Calls of DynamoDB, all together.
    calls: f64,
    lasted: Duration,
}

/// Asks for so many seconds. A request that is refused ends it all.
pub(super) async fn run(address: SocketAddr, connections: u16, seconds: u64, ask: Ask) -> Result<Load> {
    let connections = usize::from(connections);
    let ready = Arc::new(Barrier::new(connections));
    let mut workers = JoinSet::new();
    for worker in 0..connections {
        let (ask, ready) = (Arc::clone(&ask), Arc::clone(&ready));
        workers.spawn(async move {
            let connection = Connection::open(address).await;
            ready.wait().await;
            work(connection?, Duration::from_secs(seconds), |turn| ask(worker, turn)).await
        });
    }
    let mut all = Load::default();
    while let Some(one) = workers.join_next().await {
        all.add(one??);
    }
    all.times.sort_unstable();
    Ok(all)
}

async fn work(
    mut connection: Connection,
    time: Duration,
    ask: impl Fn(usize) -> Option<Request>,
) -> Result<Load> {
    let mut load = Load::default();
    let began = Instant::now();
    while began.elapsed() < time
        && let Some(request) = ask(load.times.len())
    {
        let asked = Instant::now();
        let reply = connection.send(&request).await?.ok(&request)?;
        load.times.push(asked.elapsed());
        load.calls += reply.calls;
    }
    load.lasted = began.elapsed();
    load.by_connection.push(load.times.len());
    Ok(load)
}

impl Load {
    fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        self.by_connection.extend(other.by_connection);
        self.calls += other.calls;
        self.lasted = self.lasted.max(other.lasted);
    }

    #[expect(clippy::cast_precision_loss, reason = "there are not that many requests")]
    pub(super) fn requests(&self) -> f64 {
        self.times.len() as f64
    }

    pub(super) fn per_second(&self) -> f64 {
        self.requests() / self.lasted.as_secs_f64()
    }

    /// Calls of DynamoDB for a request.
    pub(super) fn calls(&self) -> f64 {
        self.calls / self.requests().max(1.0)
    }

    /// The time within which so many of a thousand requests were answered, in milliseconds.
    pub(super) fn per_mille(&self, rank: usize) -> f64 {
        let at = (self.times.len() * rank / 1000).min(self.times.len().saturating_sub(1));
        self.times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }

    pub(super) fn connections(&self) -> usize {
        self.by_connection.len()
    }

    /// The fewest and the most requests of a connection.
    pub(super) fn spread(&self) -> (usize, usize) {
        let each = || self.by_connection.iter().copied();
        (each().min().unwrap_or_default(), each().max().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_all_connections_are_put_together() {
        let of = |milliseconds: &[u64]| Load {
            times: milliseconds.iter().map(|ms| Duration::from_millis(*ms)).collect(),
            by_connection: vec![milliseconds.len()],
            calls: 2.0 * f64::from(u32::try_from(milliseconds.len()).unwrap()),
            lasted: Duration::from_secs(2),
        };
        let mut all = of(&[1, 2, 3]);
        all.add(of(&[4]));
        assert!((all.per_second() - 2.0).abs() < 1e-9);
        assert!((all.calls() - 2.0).abs() < 1e-9);
        assert_eq!(all.spread(), (1, 3));
        assert!((all.per_mille(500) - 3.0).abs() < 1e-9);
        assert!((all.per_mille(1000) - 4.0).abs() < 1e-9);
    }
}
