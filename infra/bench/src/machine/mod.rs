//! The local program as users start it, with a world in its table: how long it takes to start, what memory it has, and
//! how many requests a second it answers. Whoever asks has to share the processor with it.

mod figures;
mod http;
mod load;
mod operations;
mod people;
mod program;
mod table;
mod used;

use std::path::PathBuf;

use tunelink_local::generated::root;

use self::{
    figures::Figures, load::Load, operations::Operations, people::People, program::Program, used::Used,
};
use crate::{Result, process};

/// How large the world is, and how long each operation is asked for.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// Events in the world of the local program
    #[arg(long, default_value_t = 100_000)]
    events: u32,
    /// Musicians in it
    #[arg(long, default_value_t = 100_000)]
    musicians: u32,
    /// Connections that ask one request after the other
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u16).range(2..))]
    connections: u16,
    /// Connections at a time when there are many
    #[arg(long, default_value_t = 1_000)]
    crowd: u16,
    /// Seconds for each operation
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
}

/// Measures, and gives tables in Markdown.
pub(crate) async fn run(options: &Options) -> Result<String> {
    let world = world(options)?;
    let folder = root().join(format!("target/machine-{}", std::process::id()));
    copy(&world, &folder)?;
    let measured = measure(&folder, options).await;
    std::fs::remove_dir_all(&folder)?;
    measured?.table()
}

async fn measure(folder: &std::path::Path, options: &Options) -> Result<Figures> {
    let emulator = table::calls_per_second(folder, options.connections, options.seconds).await?;
    let program = Program::start(folder).await?;
    let (idle, started) = (process::memory(program.id())?, program.started());
    let people = People::register(&program, usize::from(options.connections) * 2).await?;
    let mut loads = Vec::new();
    for (name, ask) in Operations::new(&program, &people).await?.all() {
        eprintln!("{name}");
        let before = Used::until_now(program.id())?;
        let load = load::run(program.address(), options.connections, options.seconds, ask).await?;
        loads.push((name, load, Used::until_now(program.id())?.since(before)));
    }
    eprintln!("{} connections", options.crowd);
    let reads = Operations::new(&program, &people).await?.get_event();
    let crowd = load::run(program.address(), options.crowd, options.seconds * 2, reads).await?;
    let under_load = process::peak_memory(program.id())?;
    Ok(Figures { emulator, started, idle, under_load, loads, crowd })
}

/// The data folder of a world of that size, which is made when it is not there yet.
fn world(options: &Options) -> Result<PathBuf> {
    let Options { events, musicians, .. } = options;
    let folder = root().join(format!("target/worlds/machine-{events}-{musicians}"));
    if !folder.join("dynamodb.sqlite").exists() {
        program::fill(&folder, *events, *musicians)?;
    }
    Ok(folder)
}

/// Every run begins with the same world.
fn copy(from: &std::path::Path, to: &std::path::Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for file in std::fs::read_dir(from)? {
        let file = file?;
        if file.file_type()?.is_file() {
            std::fs::copy(file.path(), to.join(file.file_name()))?;
        }
    }
    Ok(())
}
