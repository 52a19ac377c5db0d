//! `tunelink`: the backend on one machine.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to its user")]

mod audit;
mod demo;

use std::fmt::Display;
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};
use tunelink::observe::{self, JsonLines, Metrics};
use tunelink_local::backend::{Backend, Data};
use tunelink_local::cli::{Cli, Command, LogFormat, Serve, Target};
use tunelink_local::keys;
use tunelink_local::stream::Redriven;
use tunelink_local::target;

/// The system's keeps what each thread has freed: under load the process has two to three times as much memory with it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One line a call, the gateway's: the operation's own, and those of reactions, are for AWS. The emulator warns of every
/// condition that does not hold, which is daily business.
const LOG_FILTER: &str = "info,dynoxide=error,tunelink::operation=warn,tunelink::reaction=warn";

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    log(cli.log);
    let outcome = match cli.command {
        None => serve(cli.serve).await,
        Some(Command::Serve(serve_options)) => serve(serve_options).await,
        Some(Command::MakeAdmin { member, target }) => make_admin(&target, &member).await,
        Some(Command::Seed { target }) => seed(&target).await,
        Some(Command::Demo(options)) => demo::run(&options).await,
        Some(Command::Redrive { target, queue: Some(queue), live_endpoint }) => {
            report(target::redrive_queue(&target, &queue, live_endpoint).await)
        }
        Some(Command::Redrive { target, .. }) if target.aws => {
            Err("--queue has to say where the dead letters are".to_owned())
        }
        Some(Command::Redrive { target, .. }) => redrive(&target).await,
        Some(Command::MakeKeys { secret, after }) => make_keys(&secret, after.as_deref()),
        Some(Command::Audit(options)) => return audit::run(&options).await,
        Some(Command::EraseDue { target }) => erase_due(&target).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("tunelink: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(serve: Serve) -> Result<(), String> {
    let options = serve.options();
    let data = options.data.clone();
    // Asked for first, so that a signal during the start ends it properly.
    let stop = stop_signal()?;
    let backend = Backend::start(options).await.map_err(text)?;
    println!("{}", banner(&backend, &data));
    stop.await;
    eprintln!("Stopping …");
    backend.stop().await;
    Ok(())
}

async fn make_admin(target: &Target, member: &str) -> Result<(), String> {
    let opened = target::open(target).await.map_err(text)?;
    let outcome = functions::admin::make_admin(opened.app(), member).await;
    opened.close().await;
    match outcome {
        Ok(user_id) => println!("{member} ({user_id}) is an admin now, and has to log in again."),
        Err(tunelink::Error { code: tunelink::Code::NotFound, .. }) => {
            return Err(format!("there is no account {member}"));
        }
        Err(error) => return Err(text(error)),
    }
    Ok(())
}

async fn seed(target: &Target) -> Result<(), String> {
    let opened = target::open(target).await.map_err(text)?;
    let outcome = functions::catalogue::seed(opened.app()).await;
    opened.close().await;
    let added = outcome.map_err(text)?;
    println!("{added} entries were added to the catalogue.");
    Ok(())
}

async fn erase_due(target: &Target) -> Result<(), String> {
    let opened = target::open(target).await.map_err(text)?;
    let outcome = functions::admin::erase_due(opened.app()).await;
    opened.close().await;
    let erased = outcome.map_err(text)?;
    println!("{erased} accounts were erased.");
    Ok(())
}

async fn redrive(target: &Target) -> Result<(), String> {
    let opened = target::open(target).await.map_err(text)?;
    let outcome = opened.redrive().await;
    opened.close().await;
    report(outcome)
}

fn make_keys(secret: &Path, after: Option<&Path>) -> Result<(), String> {
    println!("{}", keys::write_secret(secret, after).map_err(text)?);
    eprintln!("The private keys are in {}. The line above is for the public ones.", secret.display());
    Ok(())
}

fn report(outcome: tunelink_local::error::Result<Redriven>) -> Result<(), String> {
    let Redriven { succeeded, failed, gone } = outcome.map_err(text)?;
    println!("{succeeded} dead letters were made up for.");
    if failed + gone > 0 {
        return Err(format!("{failed} failed again, and the records of {gone} are no longer in the stream"));
    }
    Ok(())
}

fn banner(backend: &Backend, data: &Data) -> String {
    let url = backend.url();
    let data = match data {
        Data::Memory => "in memory, gone when this stops".to_owned(),
        Data::Directory(folder) => folder.display().to_string(),
    };
    format!(
        "\n  TuneLink is running\n\n  API        {url}/v1\n  Try it     {url}/docs\n  Console    {url}/console\n  \
         DynamoDB   {}, table {}\n  Data       {data}\n\n  Ctrl-C stops it.\n",
        backend.dynamodb_url(),
        backend.table(),
    )
}

/// Resolves when the user, or whatever supervises the process, wants it to end.
#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()>, String> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt()).map_err(text)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(text)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> Result<impl Future<Output = ()>, String> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

fn log(format: LogFormat) {
    if format == LogFormat::Json {
        let lines = JsonLines::new(std::io::stderr, Metrics::off());
        let filter = EnvFilter::try_from_default_env();
        match filter {
            Ok(filter) => tracing_subscriber::registry().with(lines.with_filter(filter)).init(),
            Err(_) => tracing_subscriber::registry()
                .with(lines.with_filter(observe::what_is_told(tracing::Level::INFO)))
                .init(),
        }
        return;
    }
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LOG_FILTER));
    let is_terminal = std::io::stderr().is_terminal();
    let format = tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(is_terminal);
    format.with_env_filter(filter).with_target(false).compact().init();
}

pub(crate) fn text(error: impl Display) -> String {
    error.to_string()
}
