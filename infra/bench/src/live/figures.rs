//! What was measured, beside what it may be.

use std::fmt::{Error, Write};

use super::plan::{Measured, Outcome};

/// What the median and the 99th percentile may be in pairs, in milliseconds.
const DEMANDED: [f64; 2] = [25.0, 150.0];

/// Of each measurement who talked, how many messages a second there were, and what was measured.
pub(super) fn table(all: &[(&str, u32, Measured)]) -> Result<String, Error> {
    let [median, late] = DEMANDED;
    let mut text = format!(
        "From the request to the frame at another's socket, in milliseconds; in pairs p50 may be {median} and p99 {late}.\n\n\
         | sockets | who | messages/s | p50 | p99 | longest | reply p50 | reply p99 | frames | lost | refused | still open \
         | KiB for each |\n|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for (who, rate, measured) in all {
        let Measured { open, left, before, after, outcome } = measured;
        let Outcome { arrived, replied, refused, lost } = outcome;
        let [p50, p99, longest] = [50, 99, 100].map(|per_cent| quantile(arrived, per_cent));
        let [reply_p50, reply_p99] = [50, 99].map(|per_cent| quantile(replied, per_cent));
        let each =
            f64::from(after.saturating_sub(*before)) / f64::from(u32::try_from(*open).unwrap_or(1).max(1));
        let frames = arrived.len();
        writeln!(
            text,
            "| {open} | {who} | {rate} | {p50:.1} | {p99:.1} | {longest:.1} | {reply_p50:.1} | {reply_p99:.1} | {frames} \
             | {lost} | {refused} | {left} | {each:.1} |",
        )?;
    }
    Ok(text)
}

/// The value in milliseconds that so many per cent of the microseconds do not pass; not a number where there are none.
fn quantile(microseconds: &[u64], per_cent: usize) -> f64 {
    let mut sorted = microseconds.to_vec();
    sorted.sort_unstable();
    let at = (sorted.len() * per_cent).div_ceil(100).saturating_sub(1);
    #[expect(clippy::cast_precision_loss, reason = "less than a day")]
    sorted.get(at).map_or(f64::NAN, |value| *value as f64 / 1e3)
}
