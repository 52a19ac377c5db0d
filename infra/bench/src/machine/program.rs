//! The local program, as a process of its own.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tunelink_local::lambda;

use super::http::{Connection, Request};
use crate::Result;

/// A running local program. It ends with this.
pub(super) struct Program {
    child: Child,
    address: SocketAddr,
    started: Duration,
}

impl Program {
    /// Starts it on a data folder, and waits until it says that it is well.
    pub(super) async fn start(folder: &Path) -> Result<Self> {
        const LONGEST: Duration = Duration::from_mins(1);
        let (api, dynamodb) = (free_port()?, free_port()?);
        let mut command = Command::new(lambda::program("tunelink"));
        command.arg("--data").arg(folder).arg("--attempts-per-address").arg("1000000000");
        command.args(["--port", &api.to_string(), "--dynamodb-port", &dynamodb.to_string()]);
        let began = Instant::now();
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, api));
        let mut program = Self { child, address, started: Duration::ZERO };
        while !is_well(address).await {
            if began.elapsed() > LONGEST || program.child.try_wait()?.is_some() {
                return Err("the local program does not start".into());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        program.started = began.elapsed();
        Ok(program)
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// From the start of the process to its first answer.
    pub(super) const fn started(&self) -> Duration {
        self.started
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes a world into a folder.
pub(super) fn fill(folder: &Path, events: u32, musicians: u32) -> Result<()> {
    let mut demo = Command::new(lambda::program("tunelink"));
    demo.arg("demo").args(["--events", &events.to_string(), "--musicians", &musicians.to_string()]);
    let status = demo.arg("--data").arg(folder).stdout(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(format!("the world was not made: {status}").into()) }
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

async fn is_well(address: SocketAddr) -> bool {
    let Ok(mut connection) = Connection::open(address).await else { return false };
    connection.send(&Request::get("/v1/health")).await.is_ok_and(|reply| reply.status == 200)
}
