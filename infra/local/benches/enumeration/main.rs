//! Whether the time that an answer takes tells who has an account: wrong passwords for accounts that there are and for
//! names that nobody has, one of each at a time, at every door that somebody could knock at. See `docs/SECURITY.md`.
//!
//! `cargo bench --package tunelink-local --bench enumeration`, and behind `--` any of the options below. Only Linux has
//! the addresses that calls come from.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to its user")]

mod doors;
mod figures;
mod street;

use std::ops::RangeInclusive;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use self::doors::Door;
use self::figures::{Times, area, median};
use self::street::Street;

/// Whatever goes wrong ends the measurement.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How far apart the times may be: half is what tells nothing at all.
const MAY_BE: RangeInclusive<f64> = 0.45..=0.55;

/// Measures whether the time of an answer tells who has an account
#[derive(Debug, Parser)]
struct Options {
    /// Pairs of a known and an unknown name, at each door
    #[arg(long, default_value_t = 1_000)]
    pairs: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What `cargo bench` says to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match measure(&Options::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("the time tells more than it may ({MAY_BE:?})");
            ExitCode::FAILURE
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Whether nothing is told at any door.
async fn measure(options: &Options) -> Result<bool> {
    let street = Street::new(options.pairs).await?;
    let mut good = true;
    println!("door      pairs  known ms  unknown ms  area under the curve");
    for door in Door::ALL {
        street.wait_for_the_hour();
        let Times { known, unknown } = street.walk(door, options.seed).await?;
        let area = area(&known, &unknown);
        let [at_known, at_unknown] = [&known, &unknown].map(|times| millis(median(times)));
        let name = door.name();
        println!("{name:<9} {:>5} {at_known:>9.3} {at_unknown:>11.3}  {area:.3}", known.len());
        good &= MAY_BE.contains(&area);
    }
    street.close().await;
    Ok(good)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
