//! What `TuneLink` costs with so many musicians, and what breaks first: `cargo run --package capacity` works it out from
//! files that the reader can replace, and with `--write` puts it into docs/CAPACITY.md.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to its user")]

mod bill;
mod document;
mod inputs;
mod listed;
mod markdown;
mod memory;
mod reach;
mod tables;
mod usage;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;

use self::{
    inputs::{Files, Inputs},
    tables::Section,
};

/// Whatever goes wrong ends the program.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Works out what `TuneLink` costs, and what breaks first
#[derive(Debug, Parser)]
struct Options {
    /// How many active musicians
    #[arg(default_values_t = SIZES)]
    musicians: Vec<f64>,
    /// What each operation asks of DynamoDB, in place of infra/costs.json
    #[arg(long, value_name = "FILE")]
    costs: Option<PathBuf>,
    /// What a musician does, in place of infra/capacity/traffic.json
    #[arg(long, value_name = "FILE")]
    traffic: Option<PathBuf>,
    /// In place of infra/capacity/prices.json
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// What may not be passed, in place of infra/capacity/limits.json
    #[arg(long, value_name = "FILE")]
    limits: Option<PathBuf>,
    /// Where the functions' memory stands, in place of template.yaml
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// Writes docs/CAPACITY.md, of the repository's own files
    #[arg(long, conflicts_with_all = ["musicians", "costs", "traffic", "prices", "limits", "template"])]
    write: bool,
}

/// What docs/CAPACITY.md is about.
const SIZES: [f64; 3] = [1e4, 1e6, 1e8];

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let own = Files::of_the_repository();
    let inputs = Inputs::read(&Files {
        costs: options.costs.clone().unwrap_or(own.costs),
        traffic: options.traffic.clone().unwrap_or(own.traffic),
        prices: options.prices.clone().unwrap_or(own.prices),
        limits: options.limits.clone().unwrap_or(own.limits),
        template: options.template.clone().unwrap_or(own.template),
    })?;
    let sections = tables::sections(&inputs, &options.musicians)?;
    if options.write {
        let file = root().join(document::FILE);
        let document = fs::read_to_string(&file)?;
        return Ok(fs::write(file, document::with(&document, &sections)?)?);
    }
    for Section { name, text } in sections {
        println!("## {name}\n\n{text}");
    }
    Ok(())
}

/// The root of the repository that this was built from.
fn root() -> &'static Path {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.ancestors().nth(2).unwrap_or(crate_folder)
}

/// Whether two figures are the same but for rounding.
#[cfg(test)]
fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * other.abs().max(1.0)
}
