//! What no log may have in it: whatever people send of their own, and the tokens that they are given. Both it and the
//! log of the whole suite are written down, for `.ci/logs` to look for the one in the other.

use std::{
    collections::HashSet,
    env, fs,
    io::Write,
    path::PathBuf,
    sync::{LazyLock, Mutex, Once},
};

use serde_json::Value;
use tracing::Level;

use super::log;

/// The folder into which each process writes its log, and what may not be in it.
const FOLDER: &str = "TUNELINK_TEST_LOGS";

/// As much of a secret as is looked for: less may be in a line by chance, and of a longer one this much is enough.
const LENGTH: std::ops::RangeInclusive<usize> = 12..=30;

#[expect(clippy::disallowed_methods, reason = "no setting of the backend")]
static FILES: LazyLock<Option<Files>> =
    LazyLock::new(|| env::var_os(FOLDER).map(|path| Files::in_folder(path.into())));

struct Files {
    log: Mutex<fs::File>,
    secrets: Mutex<(HashSet<String>, fs::File)>,
}

impl Files {
    fn in_folder(folder: PathBuf) -> Self {
        fs::create_dir_all(&folder).expect("the folder can be made");
        let file = |kind: &str| {
            let path = folder.join(format!("{}.{kind}", std::process::id()));
            fs::File::create(path).expect("the file can be written")
        };
        Self { log: Mutex::new(file("log")), secrets: Mutex::new((HashSet::new(), file("secrets"))) }
    }
}

/// Has all that is logged on any thread written down, in every detail.
pub(super) fn log_all() {
    static ONCE: Once = Once::new();
    if FILES.is_some() {
        ONCE.call_once(|| {
            let lines = log::lines(Level::TRACE, Everything);
            tracing::subscriber::set_global_default(lines).expect("nobody else listens");
        });
    }
}

/// Where all lines go.
#[derive(Clone, Copy)]
pub(super) struct Everything;

impl Write for Everything {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if let Some(files) = &*FILES {
            files.log.lock().expect("no test panics while it holds this").write_all(bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Says that this is nobody else's business.
pub(super) fn keep(secret: &str) {
    let Some(files) = &*FILES else { return };
    // As it would be in a line.
    let quoted = Value::from(secret).to_string();
    let secret: String = quoted.trim_matches('"').chars().take(*LENGTH.end()).collect();
    if secret.chars().count() < *LENGTH.start() {
        return;
    }
    let mut secrets = files.secrets.lock().expect("no test panics while it holds this");
    if secrets.0.insert(secret.clone()) {
        writeln!(secrets.1, "{secret}").expect("the file can be written");
    }
}

/// Every text that somebody sends.
pub(super) fn keep_all(sent: &Value) {
    match sent {
        Value::String(text) => keep(text),
        Value::Array(values) => values.iter().for_each(keep_all),
        Value::Object(members) => members.values().for_each(keep_all),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
