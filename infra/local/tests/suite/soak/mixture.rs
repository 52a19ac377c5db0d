//! What becomes of calls.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tunelink_local::rights;

use crate::{events::Dice, harness::Fault};

/// Of 1,000 calls some 50 meet with something, the same for the same seed and order of calls. Reactions are killed, too;
/// each is begun again by the stream. `number` counts.
pub(super) fn of(seed: u64, number: Arc<AtomicUsize>) -> impl FnMut(&str, &str) -> Option<Fault> {
    let mut dice = Dice(seed);
    move |operation, _| {
        let rolled = dice.roll(1000);
        let reacts = rights::caller() == Some(functions::REACT.name);
        let fault = match rolled {
            0..15 => Fault::Throttle,
            15..20 => Fault::Fail,
            20..25 => Fault::LoseReply,
            25 => Fault::Hang,
            26 => Fault::HangAfter,
            27..37 if writes(operation) => Fault::Conflict,
            37..47 if operation.starts_with("Batch") => Fault::Unprocessed,
            47..57 => Fault::OneItem,
            57..59 if reacts => Fault::KillBefore,
            59..61 if reacts => Fault::KillAfter,
            _ => return None,
        };
        number.fetch_add(1, Ordering::Relaxed);
        Some(fault)
    }
}

fn writes(operation: &str) -> bool {
    matches!(operation, "TransactWriteItems" | "PutItem" | "UpdateItem" | "DeleteItem")
}
