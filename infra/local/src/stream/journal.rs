use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::letter::DeadLetter;
use crate::error::{Error, Result};
use crate::folder::write_atomically;

/// How far a stream was processed, and what was given up on the way.
#[derive(Clone)]
pub struct Journal(Arc<Kept>);

enum Kept {
    Memory(Mutex<Memory>),
    Folder(PathBuf),
}

#[derive(Default)]
struct Memory {
    checkpoint: Option<Checkpoint>,
    letters: BTreeMap<String, DeadLetter>,
}

/// The last record up to which all are done with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Checkpoint {
    pub(super) stream_arn: String,
    pub(super) shard_id: String,
    pub(super) sequence_number: String,
}

impl Journal {
    pub fn in_memory() -> Self {
        Self(Arc::new(Kept::Memory(Mutex::default())))
    }

    /// Kept in `folder`, as `checkpoint.json` and one file in `dead-letters/` for each letter.
    pub fn in_folder(folder: &Path) -> Self {
        Self(Arc::new(Kept::Folder(folder.to_owned())))
    }

    /// The records that were given up, in the order of the stream.
    pub async fn letters(&self) -> Result<Vec<DeadLetter>> {
        let mut letters = self.run(Kept::letters).await?;
        letters.sort_by(|a, b| place(a).cmp(&place(b)));
        Ok(letters)
    }

    /// Removes a letter whose record is done with after all.
    pub async fn remove(&self, letter: &DeadLetter) -> Result<()> {
        let name = name(letter);
        self.run(move |kept| kept.remove(&name)).await
    }

    /// Keeps a letter, in place of any other about the same record.
    pub(super) async fn keep(&self, letter: DeadLetter) -> Result<()> {
        self.run(move |kept| kept.keep(letter)).await
    }

    /// The checkpoint, if there is one that can be read.
    pub(super) async fn checkpoint(&self) -> Result<Option<Checkpoint>> {
        self.run(Kept::checkpoint).await
    }

    pub(super) async fn save(&self, checkpoint: Checkpoint) -> Result<()> {
        self.run(move |kept| kept.save(checkpoint)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Kept) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if let Kept::Memory(_) = &*self.0 {
            return work(&self.0);
        }
        let kept = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || work(&kept)).await;
        done.map_err(|error| Error::Store(error.to_string()))?
    }
}

impl Kept {
    fn letters(&self) -> Result<Vec<DeadLetter>> {
        let folder = match self {
            Self::Memory(memory) => return Ok(lock(memory).letters.values().cloned().collect()),
            Self::Folder(folder) => letters_in(folder),
        };
        let files = match fs::read_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            files => files.map_err(|cause| failed(&folder, cause))?,
        };
        let mut letters = Vec::new();
        for file in files {
            let path = file.map_err(|cause| failed(&folder, cause))?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let json = fs::read(&path).map_err(|cause| failed(&path, cause))?;
                let letter = serde_json::from_slice(&json);
                letters.push(letter.map_err(|error| failed(&path, error.into()))?);
            }
        }
        Ok(letters)
    }

    fn keep(&self, letter: DeadLetter) -> Result<()> {
        let name = name(&letter);
        match self {
            Self::Memory(memory) => {
                lock(memory).letters.insert(name, letter);
                Ok(())
            }
            Self::Folder(folder) => {
                let folder = letters_in(folder);
                fs::create_dir_all(&folder).map_err(|cause| failed(&folder, cause))?;
                write(&folder.join(name), &letter)
            }
        }
    }

    fn remove(&self, name: &str) -> Result<()> {
        match self {
            Self::Memory(memory) => {
                lock(memory).letters.remove(name);
                Ok(())
            }
            Self::Folder(folder) => {
                let path = letters_in(folder).join(name);
                match fs::remove_file(&path) {
                    Err(cause) if cause.kind() != ErrorKind::NotFound => Err(failed(&path, cause)),
                    _ => Ok(()),
                }
            }
        }
    }

    fn checkpoint(&self) -> Result<Option<Checkpoint>> {
        let path = match self {
            Self::Memory(memory) => return Ok(lock(memory).checkpoint.clone()),
            Self::Folder(folder) => checkpoint_in(folder),
        };
        let json = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            json => json.map_err(|cause| failed(&path, cause))?,
        };
        let checkpoint = serde_json::from_slice(&json);
        Ok(checkpoint
            .inspect_err(|error| tracing::warn!("the checkpoint cannot be read: {error}"))
            .unwrap_or_default())
    }

    fn save(&self, checkpoint: Checkpoint) -> Result<()> {
        match self {
            Self::Memory(memory) => {
                lock(memory).checkpoint = Some(checkpoint);
                Ok(())
            }
            Self::Folder(folder) => write(&checkpoint_in(folder), &checkpoint),
        }
    }
}

fn write(path: &Path, content: &impl Serialize) -> Result<()> {
    let json = serde_json::to_string_pretty(content).map_err(|error| failed(path, error.into()))?;
    write_atomically(path, &json).map_err(|cause| failed(path, cause))
}

/// A letter's file: one record has one letter, however often it was given up.
fn name(letter: &DeadLetter) -> String {
    format!("{}.json", letter.batch.start_sequence_number)
}

fn place(letter: &DeadLetter) -> (usize, &str) {
    super::redrive::ordinal(&letter.batch.start_sequence_number)
}

fn letters_in(folder: &Path) -> PathBuf {
    folder.join("dead-letters")
}

fn checkpoint_in(folder: &Path) -> PathBuf {
    folder.join("checkpoint.json")
}

fn lock(memory: &Mutex<Memory>) -> std::sync::MutexGuard<'_, Memory> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

fn failed(path: &Path, cause: io::Error) -> Error {
    Error::File { path: path.to_owned(), cause }
}
