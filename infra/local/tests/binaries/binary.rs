//! The binary of a function as a process of its own.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus},
    time::Duration,
};

use tunelink_local::{generated::root, keys::Variables};

use crate::runtime::{Outcome, Runtime, TIMEOUT};

/// How often it is looked whether a process has ended.
const PAUSE: Duration = Duration::from_millis(20);

/// A process that serves a function; it ends when this is dropped.
pub(crate) struct Binary {
    name: String,
    process: Child,
    runtime: Runtime,
    log: PathBuf,
}

/// The names of all binaries that there have to be.
pub(crate) fn names() -> Vec<String> {
    let files = fs::read_dir(root().join("functions/src/bin")).expect("the folder is there");
    let stem = |file: PathBuf| file.file_stem().expect("a name").to_str().expect("ASCII").to_owned();
    let mut names: Vec<String> = files.map(|file| stem(file.expect("it is readable").path())).collect();
    names.sort();
    names
}

impl Binary {
    /// Starts it with these environment variables and no others but Lambda's own.
    pub(crate) async fn start(name: &str, environment: &Variables) -> Self {
        let program = folder().join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        assert!(
            program.is_file(),
            "{} is missing. Build the functions first: cargo build --package functions --bins (--release), or say \
             in TUNELINK_BINARIES where they are",
            program.display()
        );
        let logs = Path::new(env!("CARGO_TARGET_TMPDIR")).join("binaries");
        fs::create_dir_all(&logs).expect("the folder can be made");
        let log = logs.join(format!("{name}-{}.log", uuid::Uuid::now_v7()));
        let output = File::create(&log).expect("the log can be written");
        let runtime = Runtime::start(name).await;
        let process = Command::new(program)
            .env_clear()
            .envs(lambda(name, &runtime))
            .envs(environment)
            .stdout(output.try_clone().expect("a file has many handles"))
            .stderr(output)
            .spawn()
            .expect("the binary can be run");
        Self { name: name.to_owned(), process, runtime, log }
    }

    /// Calls the function with an event.
    pub(crate) async fn invoke(&mut self, event: &str) -> Outcome {
        let Self { name, process, runtime, log } = self;
        tokio::select! {
            outcome = runtime.invoke(event) => outcome,
            status = ended(process) => panic!("{name} ended with {status}: {}", read(log)),
            () = tokio::time::sleep(TIMEOUT) => panic!("{name} does not answer: {}", read(log)),
        }
    }

    /// Waits for it to end of itself, and gives what it said.
    pub(crate) async fn end(mut self) -> (ExitStatus, String) {
        let status = tokio::time::timeout(TIMEOUT, ended(&mut self.process)).await;
        (status.unwrap_or_else(|_| panic!("{} goes on: {}", self.name, self.log())), self.log())
    }

    /// What it has said so far.
    pub(crate) fn log(&self) -> String {
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

/// Where the binaries are: beside this test's own programs, unless something else is said.
fn folder() -> PathBuf {
    #[allow(clippy::disallowed_methods)]
    if let Some(folder) = std::env::var_os("TUNELINK_BINARIES") {
        return root().join(folder);
    }
    let test = std::env::current_exe().expect("this runs from a file");
    test.ancestors().nth(2).expect("tests are in target/{profile}/deps").to_owned()
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
