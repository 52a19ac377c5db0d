//! Why the backend does not start.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug)]
pub enum Error {
    /// Something else listens there; `option` is the command-line option that chooses another port.
    AddressInUse { address: SocketAddr, option: &'static str },
    /// Another process works on the data folder.
    FolderInUse { folder: PathBuf },
    /// A file or folder of ours cannot be used.
    File { path: PathBuf, cause: io::Error },
    /// The process may not listen there.
    Listen { address: SocketAddr, cause: io::Error },
    /// `template.yaml` says something of the table that is not understood here.
    Template(String),
    /// DynamoDB, embedded or not, refused.
    Store(String),
    /// The table is not the one of `template.yaml`.
    TableDiffers { table: String, differences: Vec<String> },
    /// A variable is missing or wrong.
    Configuration(String),
    /// The backend came up and cannot work.
    App(tunelink::Error),
    /// What the generated worlds are made from is unusable.
    World(String),
    /// Two operations claim one route.
    Route(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddressInUse { address, option } => {
                write!(
                    f,
                    "port {} is taken: stop what uses it, or choose another with {option}",
                    address.port()
                )
            }
            Self::FolderInUse { folder } => write!(
                f,
                "another TuneLink works on {}: stop it, or choose another folder with --data",
                folder.display()
            ),
            Self::File { path, cause } => write!(f, "{}: {cause}", path.display()),
            Self::Listen { address, cause } => write!(f, "cannot listen on {address}: {cause}"),
            Self::Template(problem) => write!(f, "template.yaml, resource Table: {problem}"),
            Self::Store(problem) => write!(f, "DynamoDB: {problem}"),
            Self::TableDiffers { table, differences } => write!(
                f,
                "the table {table} is not the one that template.yaml describes ({}). A table's keys and indexes \
                 are not changed here: remove the data folder to start afresh, or choose another table",
                differences.join("; ")
            ),
            Self::Configuration(problem) => write!(f, "configuration: {problem}"),
            Self::App(error) => write!(f, "{error}"),
            Self::World(problem) => write!(f, "a generated world: {problem}"),
            Self::Route(problem) => write!(f, "routes: {problem}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { cause, .. } | Self::Listen { cause, .. } => Some(cause),
            _ => None,
        }
    }
}
