//! The binary of a function as a process of its own.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus},
    time::{Duration, Instant},
};

use super::runtime::{Outcome, Runtime, TIMEOUT};
use crate::{generated::root, keys::Variables};

/// How often it is looked whether a process has ended.
const PAUSE: Duration = Duration::from_millis(20);

/// A process that serves a function; it ends when this is dropped.
pub struct Binary {
    name: String,
    process: Child,
    began: Instant,
    runtime: Runtime,
    log: PathBuf,
}

impl Binary {
    /// Starts it with these environment variables and no others but Lambda's own.
    pub async fn start(name: &str, environment: &Variables) -> Self {
        let program = program(name);
        assert!(
            program.is_file(),
            "{} is missing. Build the functions first: cargo build --package functions --bins (--release), or say \
             in TUNELINK_BINARIES where they are",
            program.display()
        );
        let log = std::env::temp_dir().join(format!("tunelink-{}.log", uuid::Uuid::now_v7()));
        let output = File::create(&log).expect("the log can be written");
        let runtime = Runtime::start(name).await;
        let began = Instant::now();
        let process = Command::new(program)
            .env_clear()
            .envs(lambda(name, &runtime))
            .envs(environment)
            .stdout(output.try_clone().expect("a file has many handles"))
            .stderr(output)
            .spawn()
            .expect("the binary can be run");
        Self { name: name.to_owned(), process, began, runtime, log }
    }

    /// How long it took from its start until it asked for its first event; before that, nothing.
    pub fn time_to_poll(&self) -> Option<Duration> {
        self.runtime.polled()?.checked_duration_since(self.began)
    }

    /// How long it is since it was started.
    pub fn age(&self) -> Duration {
        self.began.elapsed()
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Calls the function with an event.
    pub async fn invoke(&mut self, event: &str) -> Outcome {
        let Self { name, process, runtime, log, .. } = self;
        tokio::select! {
            outcome = runtime.invoke(event) => outcome,
            status = ended(process) => panic!("{name} ended with {status}: {}", read(log)),
            () = tokio::time::sleep(TIMEOUT) => panic!("{name} does not answer: {}", read(log)),
        }
    }

    /// Waits for it to end of itself, and gives what it said.
    pub async fn end(mut self) -> (ExitStatus, String) {
        let status = tokio::time::timeout(TIMEOUT, ended(&mut self.process)).await;
        (status.unwrap_or_else(|_| panic!("{} goes on: {}", self.name, self.log())), self.log())
    }

    /// What it has said so far.
    pub fn log(&self) -> String {
        read(&self.log)
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_file(&self.log);
    }
}

/// The file of a binary.
pub fn program(name: &str) -> PathBuf {
    folder().join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Where the binaries are: beside this program or that of this test, unless something else is said.
fn folder() -> PathBuf {
    #[allow(clippy::disallowed_methods)]
    if let Some(folder) = std::env::var_os("TUNELINK_BINARIES") {
        return root().join(folder);
    }
    let this = std::env::current_exe().expect("this runs from a file");
    let folder = this.parent().expect("a file is in a folder");
    let folder = if folder.ends_with("deps") { folder.parent() } else { Some(folder) };
    folder.expect("tests are in target/{profile}/deps").to_owned()
}

/// What Lambda sets for every function, but for region and credentials:
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime>.
fn lambda(name: &str, runtime: &Runtime) -> Variables {
    let version = "$LATEST";
    let variables = [
        ("AWS_LAMBDA_RUNTIME_API", runtime.address()),
        ("AWS_LAMBDA_FUNCTION_NAME", name.to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", version.to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()),
        ("AWS_LAMBDA_LOG_LEVEL", "INFO".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
        ("AWS_LAMBDA_LOG_STREAM_NAME", format!("1970/01/01/[{version}]0")),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_Image".to_owned()),
        ("_HANDLER", "bootstrap".to_owned()),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin".to_owned()),
        ("TZ", ":UTC".to_owned()),
    ];
    variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

async fn ended(process: &mut Child) -> ExitStatus {
    loop {
        if let Some(status) = process.try_wait().expect("it is ours") {
            return status;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn read(log: &Path) -> String {
    fs::read_to_string(log).unwrap_or_default()
}
