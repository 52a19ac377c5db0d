//! docs/PERFORMANCE.md, whose sections stand between marks.

use std::{fmt::Write, fs, thread::available_parallelism};

use tunelink::app::Clock;
use tunelink_local::generated::root;

use crate::Result;

/// A section with the machine, the command and the date.
pub(crate) fn dated(text: &str) -> String {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let date = Clock::default().now().strftime("%Y-%m-%d").to_string();
    let machine = machine();
    let command = format!("cargo run --release --package bench -- {}", arguments.join(" "));
    format!("`{command}`, {date}, on {machine}.\n\n{}", text.trim_end())
}

/// Puts a section where its marks are; there have to be some.
pub(crate) fn put(section: &str, text: &str) -> Result<()> {
    let file = root().join("docs/PERFORMANCE.md");
    let document = fs::read_to_string(&file)?;
    let replaced = replace(&document, section, text)
        .ok_or_else(|| format!("{} has no <!-- bench: {section} -->", file.display()))?;
    Ok(fs::write(file, replaced)?)
}

fn replace(document: &str, section: &str, text: &str) -> Option<String> {
    let mark = format!("<!-- bench: {section} -->");
    let (before, rest) = document.split_once(&mark)?;
    let (_, after) = rest.split_once("<!-- end -->")?;
    Some(format!("{before}{mark}\n{text}\n<!-- end -->{after}"))
}

fn machine() -> String {
    let cores = available_parallelism().map_or(1, usize::from);
    let mut machine = format!("{cores} cores");
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    if let Some((_, model)) = model {
        // Writing to a String cannot fail.
        let _ = write!(machine, " ({model})");
    }
    machine
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let document = "a\n<!-- bench: x -->\nold\n<!-- end -->\nb\n<!-- bench: y -->\n<!-- end -->\n";
        let replaced = replace(document, "x", "new").unwrap();
        assert_eq!(replaced, "a\n<!-- bench: x -->\nnew\n<!-- end -->\nb\n<!-- bench: y -->\n<!-- end -->\n");
        assert_eq!(replace(&replaced, "z", "new"), None);
    }
}
