//! What was measured, beside what it may be.

use crate::plan::Outcome;

/// What the median and the 99th percentile may be, in milliseconds.
const DEMANDED: [f64; 2] = [25.0, 150.0];

pub(crate) struct Figures {
    /// Sockets that were open before the first message, and after the last.
    pub(crate) open: usize,
    pub(crate) left: usize,
    /// Resident memory without sockets and with them, in bytes.
    pub(crate) before: Option<u64>,
    pub(crate) after: Option<u64>,
    pub(crate) outcome: Outcome,
}

impl Figures {
    pub(crate) fn print(&self, rate: u32) {
        let Outcome { arrived, replied, refused, lost } = &self.outcome;
        println!("\n## {} sockets, {rate} messages/s\n", self.open);
        println!("| ms | measured | demanded |\n|---|---|---|");
        let [median, late] = DEMANDED;
        line("request to frame, p50", quantile(arrived, 50), Some(median));
        line("request to frame, p99", quantile(arrived, 99), Some(late));
        line("request to frame, longest", quantile(arrived, 100), None);
        line("request to reply, p50", quantile(replied, 50), None);
        line("request to reply, p99", quantile(replied, 99), None);
        println!("\n{} messages arrived, {lost} did not, {refused} were refused", arrived.len());
        println!("{} of {} sockets are still open", self.left, self.open);
        if let (Some(before), Some(after), true) = (self.before, self.after, self.open > 0) {
            let each = after.saturating_sub(before) / u64::try_from(self.open).unwrap_or(u64::MAX);
            println!(
                "{:.1} KiB resident per socket, its rows in the store's caches included ({:.0} to {:.0} MiB)",
                kibibytes(each),
                kibibytes(before) / 1024.0,
                kibibytes(after) / 1024.0,
            );
        }
    }
}

fn line(what: &str, measured: f64, demanded: Option<f64>) {
    match demanded {
        Some(demanded) => {
            println!(
                "| {what} | {measured:.1}{} | {demanded} |",
                if measured > demanded { " !" } else { "" }
            );
        }
        None => println!("| {what} | {measured:.1} | |"),
    }
}

/// The value in milliseconds that so many per cent of the microseconds do not pass; not a number where there are none.
fn quantile(microseconds: &[u64], per_cent: usize) -> f64 {
    let mut sorted = microseconds.to_vec();
    sorted.sort_unstable();
    let at = (sorted.len() * per_cent).div_ceil(100).saturating_sub(1);
    #[expect(clippy::cast_precision_loss, reason = "less than a day")]
    sorted.get(at).map_or(f64::NAN, |value| *value as f64 / 1e3)
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn kibibytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}
