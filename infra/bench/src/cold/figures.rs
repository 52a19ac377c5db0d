//! The table, and what stands over it.

use std::fmt::Write;

use super::Warm;
use crate::Result;

/// What was measured of a function, and of the one that does nothing beside it. Times are in milliseconds.
pub(crate) struct Figures {
    pub(super) name: String,
    pub(super) polled: f64,
    pub(super) answered: f64,
    pub(super) hello_polled: f64,
    pub(super) hello_answered: f64,
    /// In bytes.
    pub(super) size: u64,
    pub(super) hello_size: u64,
    pub(super) warm: Warm,
}

/// What is to be reached.
const START: f64 = 1.8;
const WARM: f64 = 2.0;
/// In bytes.
const SIZE: u64 = 8_000_000;

/// Whether a function hashes a password with each call.
pub(super) fn hashes(name: &str) -> bool {
    ["change_password", "delete_my_account", "issue_token", "log_in", "register"].contains(&name)
}

/// Everything in Markdown.
pub(crate) fn table(all: &[Figures]) -> Result<String> {
    let hello = all.first().ok_or("nothing was measured")?;
    let mut text = String::new();
    let reads: Vec<&Figures> = all.iter().filter(|figures| figures.reads()).collect();
    writeln!(text, "| what | may be | worst | which |\n|---|---|---|---|")?;
    worst(&mut text, "start of a read ÷ hello-world's", START, &reads, Figures::start)?;
    worst(&mut text, "start of a read until its first reply ÷ hello-world's", START, &reads, Figures::reply)?;
    let others: Vec<&Figures> = all.iter().filter(|figures| !hashes(&figures.name)).collect();
    let cpu = |figures: &Figures| figures.cpu() / hello_cpu(all);
    worst(&mut text, "processor time of a warm call ÷ hello-world's", WARM, &others, cpu)?;
    let every: Vec<&Figures> = all.iter().collect();
    worst(&mut text, "size, MB", megabytes(SIZE), &every, |figures| megabytes(figures.size))?;
    writeln!(
        text,
        "\nHello-world: {:.1} MB, {:.1} MiB of memory, {:.1} ms to its first poll, {:.1} ms to its first reply, \
         {:.3} ms of processor time for a warm call.\n",
        megabytes(hello.hello_size),
        mebibytes(hello.warm.hello_memory),
        crate::median::median(all.iter().map(|figures| figures.hello_polled).collect()),
        crate::median::median(all.iter().map(|figures| figures.hello_answered).collect()),
        hello_cpu(all),
    )?;
    writeln!(
        text,
        "| function | first poll, ms | ÷ | first reply, ms | ÷ | warm call, ms | ÷ | reply | MB | MiB |"
    )?;
    writeln!(text, "|---|---|---|---|---|---|---|---|---|---|")?;
    for figures in all {
        let Figures { name, polled, answered, size, warm, .. } = figures;
        let status = warm.status.map_or_else(|| "—".to_owned(), |status| status.to_string());
        writeln!(
            text,
            "| {name} | {polled:.1} | {:.2} | {answered:.1} | {:.2} | {:.3} | {:.1} | {status} | {:.1} | {:.1} |",
            figures.start(),
            figures.reply(),
            figures.cpu(),
            cpu(figures),
            megabytes(*size),
            mebibytes(warm.memory),
        )?;
    }
    Ok(text)
}

fn worst(
    text: &mut String,
    what: &str,
    most: f64,
    all: &[&Figures],
    figure: impl Fn(&Figures) -> f64,
) -> Result<()> {
    let Some(worst) = all.iter().max_by(|a, b| figure(a).total_cmp(&figure(b))) else { return Ok(()) };
    writeln!(text, "| {what} | {most:.1} | {:.2} | {} |", figure(worst), worst.name)?;
    Ok(())
}

/// Of all its calls, for the processor's time is told in steps of 10 ms.
fn hello_cpu(all: &[Figures]) -> f64 {
    let time: f64 = all.iter().map(|figures| figures.warm.hello_cpu.as_secs_f64()).sum();
    let calls: f64 = all.iter().map(|figures| f64::from(figures.warm.calls)).sum();
    time * 1e3 / calls
}

impl Figures {
    fn reads(&self) -> bool {
        functions::ALL.iter().any(|function| function.name == self.name && function.route.method == "GET")
    }

    fn start(&self) -> f64 {
        self.polled / self.hello_polled
    }

    fn reply(&self) -> f64 {
        self.answered / self.hello_answered
    }

    /// In milliseconds per call.
    fn cpu(&self) -> f64 {
        self.warm.cpu.as_secs_f64() * 1e3 / f64::from(self.warm.calls)
    }
}

/// As files are counted: millions of bytes.
#[expect(clippy::cast_precision_loss, reason = "no binary has 2^52 bytes")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn mebibytes(kibibytes: u32) -> f64 {
    f64::from(kibibytes) / 1024.0
}
