//! What Linux tells of another process: <https://man7.org/linux/man-pages/man5/proc.5.html>.

use std::{fs, time::Duration};

use crate::Result;

/// `USER_HZ`, which is 100 on every architecture that functions run on: what the times in `stat` are counted in.
const TICK: Duration = Duration::from_millis(10);

/// The processor time that a process took so far, in the kernel and out of it, in steps of 10 ms.
pub(crate) fn cpu(process: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    ticks(&stat).map(|ticks| TICK * ticks).ok_or_else(|| format!("what does this say: {stat}").into())
}

/// The most memory that a process had at a time, in KiB.
pub(crate) fn peak_memory(process: u32) -> Result<u32> {
    status(process, "VmHWM:")
}

/// The memory that a process has, in KiB.
pub(crate) fn memory(process: u32) -> Result<u32> {
    status(process, "VmRSS:")
}

fn status(process: u32, field: &str) -> Result<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let size = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    size.ok_or_else(|| format!("there is no {field}").into())
}

/// Fields 14 and 15. The name in field 2 may have spaces in it.
fn ticks(stat: &str) -> Option<u32> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let (user, kernel): (u32, u32) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    user.checked_add(kernel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_a_name_with_spaces() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 31 11 0 0 20 0 1 0 5 1 1 1";
        assert_eq!(ticks(stat), Some(42));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_has_memory() {
        assert!(peak_memory(std::process::id()).unwrap() > 0);
        assert!(cpu(std::process::id()).is_ok());
    }
}
