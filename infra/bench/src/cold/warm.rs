//! What a call takes of the processor once a function is warm.

use tunelink_local::lambda::Binary;

use super::{Subject, Warm, answer, figures::hashes};
use crate::{Result, process::cpu};

/// How many calls are made before any is counted.
const WARMING: u32 = 20;
/// The two functions take turns of so many calls.
const TURN: u32 = 50;

/// Calls both functions equally often, except that one which hashes passwords is called 20 times less.
pub(crate) async fn measure(subject: &Subject, hello: &Subject, calls: u32) -> Result<Warm> {
    let calls = if hashes(&subject.name) { calls / 20 } else { calls };
    let mut ours = Binary::start(&subject.name, &subject.environment).await;
    let mut theirs = Binary::start(&hello.name, &hello.environment).await;
    for _ in 0..WARMING {
        answer(&mut ours, subject).await?;
        answer(&mut theirs, hello).await?;
    }
    let (before, hello_before) = (cpu(ours.id())?, cpu(theirs.id())?);
    let mut status = None;
    for turn in (0..calls).step_by(TURN as usize) {
        for _ in turn..calls.min(turn + TURN) {
            answer(&mut theirs, hello).await?;
        }
        for _ in turn..calls.min(turn + TURN) {
            status = answer(&mut ours, subject).await?["statusCode"].as_u64();
        }
    }
    let hello_cpu = cpu(theirs.id())?.saturating_sub(hello_before);
    let cpu = cpu(ours.id())?.saturating_sub(before);
    let mut warm = Warm { status, cpu, hello_cpu, calls, memory: 0, hello_memory: 0 };
    warm.peak(&ours, &theirs)?;
    Ok(warm)
}
