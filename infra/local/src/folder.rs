//! The folder in which the local backend keeps its data, used by one process at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A folder that this process alone works on, until it drops this.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Closing the file gives up the lock, whatever way the process ends.
    _lock: File,
}

impl Folder {
    /// Opens the folder, making it where it is missing.
    pub fn open(path: &Path) -> Result<Self> {
        let failed = |cause| Error::File { path: path.to_owned(), cause };
        fs::create_dir_all(path).map_err(failed)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path.join("lock"));
        let lock = lock.map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {
                // Where the process before us served is of no use to anybody.
                let _ = fs::remove_file(endpoint_file(path));
                Ok(Self { path: path.to_owned(), _lock: lock })
            }
            Err(TryLockError::WouldBlock) => Err(Error::FolderInUse { folder: path.to_owned() }),
            Err(TryLockError::Error(cause)) => Err(failed(cause)),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn database(&self) -> PathBuf {
        self.path.join("dynamodb.sqlite")
    }

    pub fn keys(&self) -> PathBuf {
        self.path.join("keys.env")
    }

    /// What functions need that run on this data in processes of their own.
    pub fn functions(&self) -> PathBuf {
        self.path.join("functions.env")
    }

    /// Notes where this process serves DynamoDB, for those that find the folder in use.
    pub fn publish_endpoint(&self, url: &str) -> Result<()> {
        let path = endpoint_file(&self.path);
        write_atomically(&path, url).map_err(|cause| Error::File { path, cause })
    }

    /// Where the process that works on `folder` serves DynamoDB.
    pub fn published_endpoint(folder: &Path) -> Result<String> {
        let path = endpoint_file(folder);
        fs::read_to_string(&path).map_err(|cause| Error::File { path, cause })
    }
}

/// Writes a file that only its owner may read, so that it is there whole or not at all.
pub(crate) fn write_atomically(path: &Path, content: &str) -> io::Result<()> {
    let draft = path.with_extension("draft");
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = options.open(&draft)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, path)
}

fn endpoint_file(folder: &Path) -> PathBuf {
    folder.join("endpoint")
}
