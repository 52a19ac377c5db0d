//! What a search costs in worlds of different sizes, beside what it may cost: see `docs/LOCATION-SEARCH.md`.
//!
//! `cargo bench --package tunelink-local --bench search`, and behind `--` any of the options below.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to its user")]

mod demands;
mod figures;
mod queries;
mod worlds;
mod writes;

use std::process::ExitCode;

use clap::Parser;
use tunelink_local::error::Error;

use self::figures::Figures;

/// Measures the search for events and for musicians, by the capacity that DynamoDB's engine reports
#[derive(Debug, Parser)]
struct Options {
    /// Sizes of worlds, in events
    #[arg(long, value_delimiter = ',', default_value = "10000,100000")]
    events: Vec<u32>,
    /// Musicians in each world
    #[arg(long, default_value_t = 20_000)]
    musicians: u32,
    /// Searches for each radius and order
    #[arg(long, default_value_t = 500)]
    queries: u32,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What `cargo bench` says to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<(), Error> {
    let mut by_size: Vec<(u32, Figures)> = Vec::new();
    for events in &options.events {
        let (data, world) = worlds::open(*events, options.musicians, options.seed).await?;
        let figures = queries::measure(&data.app, &world, options.queries).await?;
        data.close().await;
        demands::print(*events, &figures);
        by_size.push((*events, figures));
    }
    demands::print_growth(&by_size);
    writes::measure().await
}
