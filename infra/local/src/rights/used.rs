//! Which rights were made use of. The tests write it down, because only all of them together tell which right nothing
//! needs.

use std::{
    collections::{BTreeSet, HashMap},
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    sync::{LazyLock, Mutex, PoisonError},
};

use super::{Right, Rights};

/// The folder into which each process writes what its functions made use of, a line each.
const FOLDER: &str = "TUNELINK_RIGHTS_USED";

/// `1`: calls for which a function has no right are let through, so that what a new operation needs is found.
const LEARN: &str = "TUNELINK_RIGHTS_LEARN";

static NOTED: LazyLock<Mutex<HashMap<&'static str, BTreeSet<Right>>>> = LazyLock::new(Mutex::default);

#[expect(clippy::disallowed_methods, reason = "no setting of the backend")]
static USED: LazyLock<Option<PathBuf>> = LazyLock::new(|| std::env::var_os(FOLDER).map(PathBuf::from));

#[expect(clippy::disallowed_methods, reason = "no setting of the backend")]
static LEARNS: LazyLock<bool> = LazyLock::new(|| std::env::var_os(LEARN).is_some_and(|value| value == "1"));

pub(super) fn everything_is_allowed() -> bool {
    *LEARNS
}

/// Writes down what was not yet.
pub(super) fn note(function: &'static str, needs: &[Right]) {
    let Some(folder) = &*USED else { return };
    let mut noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    let noted = noted.entry(function).or_default();
    for need in needs {
        if noted.insert(need.clone())
            && let Err(error) = write(folder, function, need)
        {
            tracing::error!(%error, "what is made use of cannot be written down");
        }
    }
}

fn write(folder: &Path, function: &str, need: &Right) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let file = folder.join(std::process::id().to_string());
    let mut file = fs::OpenOptions::new().create(true).append(true).open(file)?;
    writeln!(file, "{function} {need}")
}

/// What all processes wrote into the folder.
pub fn read(folder: &Path) -> io::Result<Rights> {
    let mut rights = Rights::new();
    for file in fs::read_dir(folder)? {
        for line in fs::read_to_string(file?.path())?.lines() {
            let (function, right) = line.split_once(' ').ok_or_else(|| io::Error::other(line.to_owned()))?;
            rights.entry(function.to_owned()).or_default().insert(right.parse().map_err(io::Error::other)?);
        }
    }
    Ok(rights)
}
