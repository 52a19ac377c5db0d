//! How long a message takes from one person to the other's socket, and what an open socket costs in memory, beside
//! what they may: a backend with many sockets open, and their clients in a process of their own.
//!
//! `cargo bench --package tunelink-local --bench live`, and behind `--` any of the options below. Each of the two
//! processes has a file open for every socket: `ulimit -n` has to be some hundreds above their number.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to its user")]

mod clients;
mod figures;
mod memory;
mod people;
mod plan;
mod sent;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use tunelink_local::backend::Backend;

use self::clients::Clients;
use self::figures::Figures;
use self::plan::Plan;

/// Whatever goes wrong ends the measurement.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures how long messages take from one person to the other's socket
#[derive(Debug, Parser)]
struct Options {
    /// People with an open socket each; two by two they talk to each other
    #[arg(long, default_value_t = 1_000)]
    sockets: u32,
    /// Messages per second, over all conversations
    #[arg(long, default_value_t = 50)]
    rate: u32,
    /// Seconds that are measured
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Registers people in a new data folder for another process of this program
    #[arg(long, hide = true)]
    prepare: Option<PathBuf>,
    /// Runs as the clients of another process of this program
    #[arg(long, hide = true)]
    clients: bool,
    /// What `cargo bench` says to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let done = match &options.prepare {
        _ if options.clients => clients::run().await,
        Some(folder) => people::register_in(folder, options.sockets).await,
        None => measure(&options).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(options: &Options) -> Result<()> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("live-{}", std::process::id()));
    let measured = measure_in(&folder, options).await;
    std::fs::remove_dir_all(&folder)?;
    measured
}

async fn measure_in(folder: &Path, options: &Options) -> Result<()> {
    eprintln!("registering {} people", options.sockets);
    let people = tokio::task::block_in_place(|| people::prepare(folder, options.sockets))?;
    let backend = Backend::start(people::in_folder(folder)).await?;
    let plan = Plan { url: backend.url(), rate: options.rate, seconds: options.seconds, people };
    people::read(&plan).await?;
    let before = memory::resident();
    let mut clients = Clients::start(&plan)?;
    tokio::task::block_in_place(|| clients.opened())?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (open, after) = (backend.open_sockets(), memory::resident());
    eprintln!("{open} sockets are open; sending for {} s", options.seconds);
    let measuring = move || clients.measured().map(|outcome| (clients, outcome));
    let (clients, outcome) = tokio::task::spawn_blocking(measuring).await??;
    let figures = Figures { open, before, after, outcome, left: backend.open_sockets() };
    figures.print(options.rate);
    let stopping = Instant::now();
    backend.stop().await;
    eprintln!("stopped in {:.1} s", stopping.elapsed().as_secs_f64());
    clients.end()
}
