//! What is read off the times.

use std::time::Duration;

/// How long answers took, by whether the account was there.
#[derive(Default)]
pub(crate) struct Times {
    pub(crate) known: Vec<Duration>,
    pub(crate) unknown: Vec<Duration>,
}

/// How probable it is that an answer about a known account took longer than one about an unknown one: the area under
/// the ROC curve of whoever tells them apart by time, which is Mann and Whitney's U over the number of pairs. From 0 to
/// 1; half tells nothing.
pub(crate) fn area(known: &[Duration], unknown: &[Duration]) -> f64 {
    let mut unknown = unknown.to_vec();
    unknown.sort_unstable();
    let halves: usize = known
        .iter()
        .map(|time| {
            let shorter = unknown.partition_point(|other| other < time);
            let not_longer = unknown.partition_point(|other| other <= time);
            shorter + not_longer
        })
        .sum();
    number(halves) / (2.0 * number(known.len()) * number(unknown.len()))
}

pub(crate) fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}
