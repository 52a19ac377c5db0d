//! Writes the generated files; with `--check` only says which are out of date.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to its user")]

use std::{io, process::ExitCode};

use tunelink_local::generated::{self, COMMAND};

fn main() -> io::Result<ExitCode> {
    let check = std::env::args().any(|argument| argument == "--check");
    let mut stale = 0;
    for file in generated::files()?.into_iter().filter(|file| !file.is_up_to_date()) {
        stale += 1;
        if check {
            eprintln!("{} is out of date", file.path.display());
        } else {
            file.write()?;
            println!("wrote {}", file.path.display());
        }
    }
    if check && stale > 0 {
        eprintln!("bring them up to date with: {COMMAND}");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
