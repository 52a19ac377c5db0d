use std::{fmt::Write, time::Duration};

use super::{Load, Used};
use crate::Result;

/// What was measured.
pub(super) struct Figures {
    /// Reads of an item that the table answers in a second.
    pub(super) emulator: f64,
    pub(super) started: Duration,
    /// In KiB.
    pub(super) idle: u32,
    pub(super) under_load: u32,
    pub(super) loads: Vec<(&'static str, Load, Used)>,
    pub(super) crowd: Load,
}

/// What is aimed at: requests a second, and the 99th percentile in milliseconds.
const AIMS: [(&str, f64, Option<f64>); 4] = [
    ("get_event", 3000.0, Some(30.0)),
    ("search_events", 400.0, None),
    ("create_event", 1000.0, None),
    ("log_in", 40.0, None),
];

impl Figures {
    /// In Markdown.
    pub(super) fn table(&self) -> Result<String> {
        let mut text = String::new();
        let Self { emulator, started, idle, under_load, loads, crowd } = self;
        writeln!(
            text,
            "Started in {:.0} ms; {:.0} MiB idle (60 are aimed at), {:.0} MiB at most under load (250). The embedded \
             DynamoDB alone answers {emulator:.0} reads of an item a second.\n",
            started.as_secs_f64() * 1e3,
            mebibytes(*idle),
            mebibytes(*under_load),
        )?;
        writeln!(
            text,
            "| operation | a second | aim | p50, ms | p99, ms | calls | share of what the table could \
             | processor, ms | share of asking |"
        )?;
        writeln!(text, "|---|--:|--:|--:|--:|--:|--:|--:|--:|")?;
        for (name, load, used) in loads {
            let aim = AIMS.iter().find(|(of, ..)| of == name);
            let aim = aim.map_or(String::new(), |(_, least, longest)| {
                longest.map_or(format!("{least}"), |longest| format!("{least}, p99 {longest} ms"))
            });
            let (calls, rate) = (load.calls(), load.per_second());
            let share =
                if calls > 0.0 { format!("{:.0} %", 100.0 * rate * calls / emulator) } else { String::new() };
            let (half, most) = (load.per_mille(500), load.per_mille(990));
            let (each, asking) = (used.each(load.requests()), used.share_of_asking());
            writeln!(
                text,
                "| {name} | {rate:.0} | {aim} | {half:.1} | {most:.1} | {calls:.1} | {share} | {each:.2} | {asking:.0} % |",
            )?;
        }
        let (fewest, most) = crowd.spread();
        let (rate, half, longest) = (crowd.per_second(), crowd.per_mille(500), crowd.per_mille(990));
        let all = crowd.connections();
        writeln!(
            text,
            "\n`get_event` over {all} connections at a time: {rate:.0} a second, p50 {half:.0} ms, p99 {longest:.0} ms; \
             each connection was answered {fewest} to {most} times, and none refused.",
        )?;
        Ok(text)
    }
}

fn mebibytes(kibibytes: u32) -> f64 {
    f64::from(kibibytes) / 1024.0
}
