//! What it all costs: `cargo run --release --package bench -- cold` measures, prints what it found and puts it into
//! docs/PERFORMANCE.md.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to its user")]

mod cold;
mod live;
mod machine;
mod median;
mod process;
mod report;
mod search;

use std::process::ExitCode;

use clap::{Parser, ValueEnum};

/// Whatever goes wrong ends the measurement.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures what TuneLink costs, and writes it to docs/PERFORMANCE.md
#[derive(Debug, Parser)]
struct Options {
    /// What is measured
    #[arg(required_unless_present = "part")]
    sections: Vec<Section>,
    /// Prints only
    #[arg(long)]
    dry: bool,
    #[command(flatten)]
    cold: cold::Options,
    #[command(flatten)]
    machine: machine::Options,
    #[command(flatten)]
    live: live::Options,
    #[command(flatten)]
    search: search::Options,
}

/// A part of docs/PERFORMANCE.md.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Section {
    /// How each function's binary starts, what a call of it takes, and how large it is
    Cold,
    /// How many requests the local program answers, how fast, and with how much memory
    Machine,
    /// How long messages take to sockets, and what a socket takes of memory
    Live,
    /// What searches and writes ask of DynamoDB, beside what they may
    Search,
}

impl Section {
    const fn name(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Machine => "machine",
            Self::Live => "live",
            Self::Search => "search",
        }
    }

    /// Measures, and gives what there is to say of it in Markdown.
    async fn run(self, options: &Options) -> Result<String> {
        match self {
            Self::Cold => cold::run(&options.cold).await,
            Self::Machine => machine::run(&options.machine).await,
            Self::Live => live::run(&options.live),
            Self::Search => search::run(&options.search).await,
        }
    }
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

async fn run(options: &Options) -> Result<()> {
    if let Some(done) = live::part(&options.live).await {
        return done;
    }
    for section in &options.sections {
        let text = report::dated(&section.run(options).await?);
        println!("{text}");
        if !options.dry {
            report::put(section.name(), &text)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_options_of_the_sections_get_along() {
        Options::command().debug_assert();
    }
}
