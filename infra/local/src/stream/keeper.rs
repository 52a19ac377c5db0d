use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::journal::{Checkpoint, Journal};
use super::reader::Stream;
use crate::database;

/// The shortest time between two checkpoints that are kept.
const PAUSE: Duration = Duration::from_millis(100);
/// How often the stream is trimmed.
const TRIMS: Duration = Duration::from_hours(1);

/// Keeps the checkpoints that come, and trims the stream behind them, until there will be no more.
pub(super) async fn keep(
    journal: Journal,
    stream: Stream,
    mut checkpoints: watch::Receiver<Option<Checkpoint>>,
    stop: CancellationToken,
) {
    let mut trims = tokio::time::interval_at(Instant::now(), TRIMS);
    let mut kept = checkpoints.borrow_and_update().clone();
    loop {
        tokio::select! {
            changed = checkpoints.changed() => {
                if changed.is_err() {
                    return;
                }
                let checkpoint = checkpoints.borrow_and_update().clone();
                if let Some(checkpoint) = checkpoint.clone()
                    && let Err(error) = journal.save(checkpoint).await
                {
                    tracing::error!("what was processed will be processed again: {error}");
                    checkpoints.mark_changed();
                } else {
                    kept = checkpoint;
                }
                stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
            }
            _ = trims.tick() => {
                if let Some(checkpoint) = &kept {
                    trim(&stream, checkpoint.sequence_number.clone()).await;
                }
            }
        }
    }
}

async fn trim(stream: &Stream, passed: String) {
    let Some((file, table)) = stream.trim.clone() else { return };
    match tokio::task::spawn_blocking(move || database::trim(&file, &table, &passed)).await {
        Ok(Ok(0)) | Err(_) => {}
        Ok(Ok(records)) => tracing::debug!(records, "the stream was trimmed"),
        Ok(Err(error)) => tracing::warn!("the stream is trimmed later: {error}"),
    }
}
