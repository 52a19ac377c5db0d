//! A client that does not read harms nobody but itself.

use std::time::{Duration, Instant};

use tunelink_local::live::Limits;

use super::harness::{Live, Socket, next_text};

const LONG: usize = 128 * 1024;

/// Posts to a client that does not read until nothing more fits in line.
async fn congest(live: &Live, id: &str) {
    let long = "a".repeat(LONG);
    for _ in 0..1000 {
        if let Err(error) = live.post(id, long.as_str()).await {
            assert_eq!(error, "LimitExceededException");
            return;
        }
    }
    panic!("the line has no end");
}

fn limits() -> Limits {
    Limits { waiting: 4, closing: Duration::from_millis(200), ..Limits::default() }
}

#[tokio::test]
async fn a_client_that_does_not_read_delays_nobody() {
    let live = Live::start(limits()).await;
    let (_stuck, stuck_id) = live.open().await;
    let mut others: Vec<(Socket, String)> = Vec::new();
    for _ in 0..20 {
        others.push(live.open().await);
    }
    congest(&live, &stuck_id).await;
    for round in 0..3 {
        let started = Instant::now();
        assert_eq!(live.post(&stuck_id, "x").await, Err("LimitExceededException".to_owned()));
        for (_, id) in &others {
            live.post(id, format!("round {round}")).await.unwrap();
        }
        for (socket, _) in &mut others {
            assert_eq!(next_text(socket).await, format!("round {round}"));
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn a_client_that_reads_again_gets_all_that_was_taken_for_it() {
    let live = Live::start(limits()).await;
    let (mut socket, id) = live.open().await;
    congest(&live, &id).await;
    assert_eq!(next_text(&mut socket).await.len(), LONG);
    while live.post(&id, "last").await.is_err() {
        assert_eq!(next_text(&mut socket).await.len(), LONG);
    }
    let last = loop {
        let text = next_text(&mut socket).await;
        if text.len() != LONG {
            break text;
        }
    };
    assert_eq!(last, "last");
}

#[tokio::test]
async fn a_client_that_does_not_read_can_be_closed() {
    let live = Live::start(limits()).await;
    let (_stuck, id) = live.open().await;
    congest(&live, &id).await;
    let started = Instant::now();
    live.management.delete_connection().connection_id(&id).send().await.unwrap();
    assert_eq!(live.event("DISCONNECT").await["requestContext"]["disconnectStatusCode"], 1000);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_client_that_does_not_read_is_idle() {
    let live = Live::start(Limits { idle: Duration::from_millis(500), ..limits() }).await;
    let (_stuck, id) = live.open().await;
    congest(&live, &id).await;
    assert_eq!(live.event("DISCONNECT").await["requestContext"]["disconnectStatusCode"], 1001);
}
