//! How the binary of each function starts, what a call of it takes of the processor, and how large it is: each beside a
//! function that does nothing, in the same run. The table is in this process, so that its work is not counted.

mod figures;
mod people;
mod warm;

use std::{fs, time::Duration};

use serde_json::Value;
use tunelink_local::{
    backend::{Backend, Options as BackendOptions},
    keys::Variables,
    lambda::{self, Binary, Outcome, sample},
};

use self::figures::Figures;
use crate::{Result, median::median, process};

/// The function that does nothing, in functions/examples/, where it is built with the libraries that the others have.
const HELLO: &str = "examples/hello";

/// How often and how long functions are measured.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// How often each binary is started
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..))]
    starts: u32,
    /// How often each function is called once it is warm
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(20..))]
    calls: u32,
    /// Measures these functions alone, and not all
    #[arg(long)]
    only: Vec<String>,
}

/// A function to measure.
struct Subject {
    name: String,
    environment: Variables,
    /// A request of somebody who may make it.
    event: String,
}

/// How long a start took, in milliseconds: until the first event was asked for, and until it was answered.
struct Start {
    polled: f64,
    answered: f64,
}

/// Measures, and gives a table in Markdown.
pub(crate) async fn run(options: &Options) -> Result<String> {
    let mut settings = BackendOptions::ephemeral();
    settings.reacts = false;
    settings.variables.insert("TUNELINK_ATTEMPTS_PER_ADDRESS".to_owned(), "1000000".to_owned());
    let backend = Backend::start(settings).await?;
    let measured = measure_all(&backend, options).await;
    backend.stop().await;
    figures::table(&measured?)
}

async fn measure_all(backend: &Backend, options: &Options) -> Result<Vec<Figures>> {
    let asked = |name: &String| options.only.is_empty() || options.only.contains(name);
    let mut all = Vec::new();
    for name in lambda::names().into_iter().filter(asked) {
        eprintln!("{name}");
        let event = people::request(backend, &name).await?.to_string();
        let subject = Subject { environment: backend.environment_of(&name), name, event };
        all.push(measure(&subject, options).await?);
    }
    Ok(all)
}

async fn measure(subject: &Subject, options: &Options) -> Result<Figures> {
    let hello = Subject {
        name: HELLO.to_owned(),
        environment: Variables::new(),
        event: sample("get_health").to_string(),
    };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..options.starts {
        theirs.push(start(&hello).await?);
        ours.push(start(subject).await?);
    }
    let warm = warm::measure(subject, &hello, options.calls).await?;
    Ok(Figures {
        name: subject.name.clone(),
        polled: of(&ours, |start| start.polled),
        answered: of(&ours, |start| start.answered),
        hello_polled: of(&theirs, |start| start.polled),
        hello_answered: of(&theirs, |start| start.answered),
        hello_size: size(HELLO)?,
        size: size(&subject.name)?,
        warm,
    })
}

/// Starts a function, calls it once and ends it.
async fn start(subject: &Subject) -> Result<Start> {
    let mut binary = Binary::start(&subject.name, &subject.environment).await;
    answer(&mut binary, subject).await?;
    let answered = milliseconds(binary.age());
    let polled = binary.time_to_poll().ok_or("it answered before it was asked")?;
    Ok(Start { polled: milliseconds(polled), answered })
}

async fn answer(binary: &mut Binary, subject: &Subject) -> Result<Value> {
    match binary.invoke(&subject.event).await {
        Outcome::Answer(answer) => Ok(answer),
        Outcome::Error(error) => Err(format!("{} fails: {error}", subject.name).into()),
    }
}

fn of(starts: &[Start], figure: impl Fn(&Start) -> f64) -> f64 {
    median(starts.iter().map(figure).collect())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// In bytes.
fn size(name: &str) -> Result<u64> {
    Ok(fs::metadata(lambda::program(name))?.len())
}

/// What a function and the one that does nothing take once they are warm.
struct Warm {
    /// The status of the last reply; none where the function does not answer requests.
    status: Option<u64>,
    cpu: Duration,
    hello_cpu: Duration,
    calls: u32,
    /// In KiB.
    memory: u32,
    hello_memory: u32,
}

impl Warm {
    fn peak(&mut self, ours: &Binary, theirs: &Binary) -> Result<()> {
        (self.memory, self.hello_memory) =
            (process::peak_memory(ours.id())?, process::peak_memory(theirs.id())?);
        Ok(())
    }
}
