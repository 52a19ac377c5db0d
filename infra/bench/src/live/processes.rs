//! The other processes, and what is said to them.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use clap::ValueEnum;
use serde::Serialize;

use super::Part;
use crate::Result;

/// Another process of this program, which is told and says a line at a time.
pub(super) struct Process {
    child: Child,
    said: BufReader<ChildStdout>,
}

/// Starts a process that says one line, waits for its end, and gives the line.
pub(super) fn ask(part: Part, folder: &Path, about: &impl Serialize) -> Result<String> {
    let mut process = Process::start(part, folder, about)?;
    let line = process.hear()?;
    process.end()?;
    Ok(line)
}

impl Process {
    pub(super) fn start(part: Part, folder: &Path, about: &impl Serialize) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let value = part.to_possible_value().ok_or("a part without a name")?;
        command.args(["--part", value.get_name()]).arg("--folder").arg(folder);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let said = child.stdout.take().ok_or("the other process says nothing")?;
        let mut process = Self { child, said: BufReader::new(said) };
        process.tell(&serde_json::to_string(about)?)?;
        Ok(process)
    }

    pub(super) fn tell(&mut self, line: &str) -> Result<()> {
        let input = self.child.stdin.as_mut().ok_or("the other process does not listen")?;
        Ok(writeln!(input, "{line}")?)
    }

    pub(super) fn hear(&mut self) -> Result<String> {
        let mut line = String::new();
        match self.said.read_line(&mut line)? {
            0 => Err("the other process has ended early".into()),
            _ => Ok(line),
        }
    }

    /// Says no more, and waits until it has ended.
    pub(super) fn end(mut self) -> Result<()> {
        drop(self.child.stdin.take());
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("the other process: {status}").into()) }
    }
}

/// What the one that started this process says.
pub(super) fn told() -> Result<String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line)
}
