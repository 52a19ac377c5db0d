//! How long a message takes from one person to the others' sockets, and what an open socket costs in memory, beside
//! what they may: a backend with many sockets open, and their clients, each in a process of its own.

mod clients;
mod figures;
mod people;
mod plan;
mod processes;
mod sent;
mod serving;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use tunelink_local::generated::root;

use self::plan::Plan;
use crate::Result;

/// The most members of a conversation in which all may write.
const LARGEST_GROUP: u32 = tunelink::domain::MAX_MEMBERS;

/// How many sockets there are, and how much is said. Each of two processes has a file open for every socket: `ulimit -n`
/// has to be some hundreds above their number.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// People with an open socket each; two by two they talk to each other
    #[arg(long, value_delimiter = ',', default_value = "10,100,1000,5000", value_parser = clap::value_parser!(u32).range(2..))]
    sockets: Vec<u32>,
    /// Messages per second, over all conversations
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
    /// Messages per second in the largest group, whose members all receive them
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    group_rate: u32,
    /// Seconds that messages are sent for
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    talk: u32,
    /// Runs as another process of this measurement, on its data folder
    #[arg(long, hide = true, requires = "folder")]
    part: Option<Part>,
    #[arg(long, hide = true)]
    folder: Option<PathBuf>,
}

/// What another process does; it reads what it needs as a line of JSON.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Part {
    /// Registers people. The memory in which passwords are hashed is then not there to be used again by sockets, whose
    /// memory could not be seen.
    Register,
    /// Runs the backend, and the clients by a process of their own
    Serve,
    Clients,
}

/// Measures, and gives tables in Markdown.
pub(crate) fn run(options: &Options) -> Result<String> {
    let folder = root().join(format!("target/live-{}", std::process::id()));
    let measured = tokio::task::block_in_place(|| measure_in(&folder, options));
    std::fs::remove_dir_all(&folder)?;
    measured
}

/// What this process is for, if another one of the same measurement has started it.
pub(crate) async fn part(options: &Options) -> Option<Result<()>> {
    let (part, folder) = options.part.zip(options.folder.as_deref())?;
    Some(match part {
        Part::Register => people::register_in(folder).await,
        Part::Serve => serving::serve(folder).await,
        Part::Clients => clients::run().await,
    })
}

fn measure_in(folder: &Path, options: &Options) -> Result<String> {
    let most = options.sockets.iter().copied().max().unwrap_or_default().max(LARGEST_GROUP);
    eprintln!("registering {most} people");
    let people = processes::ask(Part::Register, folder, &(most, LARGEST_GROUP))?;
    let people: people::People = serde_json::from_str(&people)?;
    let plan = |people, rate| Plan { url: String::new(), rate, seconds: options.talk, people };
    let mut all = Vec::new();
    for sockets in &options.sockets {
        eprintln!("{sockets} sockets");
        let some = people.pairs.iter().take(usize::try_from(*sockets)?).cloned().collect();
        let said = processes::ask(Part::Serve, folder, &plan(some, options.rate))?;
        all.push(("in pairs", options.rate, serde_json::from_str(&said)?));
    }
    eprintln!("a group of {LARGEST_GROUP}");
    let said = processes::ask(Part::Serve, folder, &plan(people.group, options.group_rate))?;
    all.push(("one group", options.group_rate, serde_json::from_str(&said)?));
    Ok(figures::table(&all)?)
}
