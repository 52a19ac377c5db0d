//! The process with the backend.

use std::{path::Path, time::Duration};

use tunelink_local::backend::Backend;

use super::{
    Part,
    people::{self, in_folder},
    plan::{Measured, Plan},
    processes::{Process, told},
};
use crate::{Result, process::memory};

/// Reads a plan, lets clients act on it, and says what was measured.
pub(super) async fn serve(folder: &Path) -> Result<()> {
    let plan: Plan = serde_json::from_str(&told()?)?;
    let backend = Backend::start(in_folder(folder)).await?;
    let plan = Plan { url: backend.url(), ..plan };
    people::read(&plan).await?;
    let this = std::process::id();
    let before = memory(this)?;
    let mut clients = Process::start(Part::Clients, folder, &plan)?;
    tokio::task::block_in_place(|| clients.hear())?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (open, after) = (backend.open_sockets(), memory(this)?);
    let measuring = move || {
        clients.tell("send")?;
        clients.hear().map(|outcome| (clients, outcome))
    };
    let (clients, outcome) = tokio::task::spawn_blocking(measuring).await??;
    let outcome = serde_json::from_str(&outcome)?;
    let measured = Measured { open, left: backend.open_sockets(), before, after, outcome };
    println!("{}", serde_json::to_string(&measured)?);
    backend.stop().await;
    clients.end()
}
