//! Writes the generated files; with `--check` only says which are out of date.
//!
//! `--rights FOLDER` sets down first what each function has the right to do, from what the tests made use of; see
//! `docs/ADDING-AN-OPERATION.md`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to its user")]

use std::{collections::BTreeSet, io, path::PathBuf, process::ExitCode};

use clap::Parser;
use tunelink_local::{
    generated::{self, COMMAND, File},
    rights::{Rights, used},
};

#[derive(Parser)]
struct Options {
    /// Change nothing, and say what is out of date
    #[arg(long)]
    check: bool,
    /// The folder into which the whole of the tests wrote what functions made use of (`TUNELINK_RIGHTS_USED`)
    #[arg(long, value_name = "FOLDER")]
    rights: Option<PathBuf>,
}

fn main() -> io::Result<ExitCode> {
    let options = Options::parse();
    let mut stale = 0;
    if let Some(folder) = &options.rights {
        let used = used::read(folder)?;
        if options.check {
            stale += say_differences(&used)?;
        } else {
            bring(&generated::rights(&used), &options, &mut stale)?;
        }
    }
    for file in generated::files()? {
        bring(&file, &options, &mut stale)?;
    }
    if options.check && stale > 0 {
        eprintln!("bring them up to date with: {COMMAND}");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn bring(file: &File, options: &Options, stale: &mut usize) -> io::Result<()> {
    if file.is_up_to_date() {
        return Ok(());
    }
    *stale += 1;
    if options.check {
        eprintln!("{} is out of date", file.path.display());
    } else {
        file.write()?;
        println!("wrote {}", file.path.display());
    }
    Ok(())
}

/// Says which rights are listed and not used, or used and not listed; gives their number.
fn say_differences(used: &Rights) -> io::Result<usize> {
    let listed = generated::listed_rights()?;
    let pairs = |rights: &Rights| -> BTreeSet<String> {
        rights
            .iter()
            .flat_map(|(name, rights)| rights.iter().map(move |right| format!("{name}: {right}")))
            .collect()
    };
    let (listed, used) = (pairs(&listed), pairs(used));
    for right in listed.difference(&used) {
        eprintln!("no test needs the right of {right}");
    }
    for right in used.difference(&listed) {
        eprintln!("a test needs a right that is not listed, of {right}");
    }
    Ok(listed.symmetric_difference(&used).count())
}
