use std::time::Duration;

use crate::{Result, process::cpu};

/// Processor time that was taken by the local program and by whoever asks it.
#[derive(Clone, Copy)]
pub(super) struct Used {
    program: Duration,
    asking: Duration,
}

impl Used {
    /// Until now, by the program of this process id.
    pub(super) fn until_now(program: u32) -> Result<Self> {
        Ok(Self { program: cpu(program)?, asking: cpu(std::process::id())? })
    }

    pub(super) fn since(self, before: Self) -> Self {
        let Self { program, asking } = before;
        Self { program: self.program.saturating_sub(program), asking: self.asking.saturating_sub(asking) }
    }

    /// The program's for each of so many requests, in milliseconds.
    pub(super) fn each(self, requests: f64) -> f64 {
        self.program.as_secs_f64() * 1e3 / requests.max(1.0)
    }

    /// The part of both that whoever asks has taken, in per cent.
    pub(super) fn share_of_asking(self) -> f64 {
        let both = self.program + self.asking;
        100.0 * self.asking.as_secs_f64() / both.as_secs_f64().max(f64::EPSILON)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_before_does_not_count() {
        let used = |program, asking| Used {
            program: Duration::from_millis(program),
            asking: Duration::from_millis(asking),
        };
        let since = used(400, 150).since(used(100, 50));
        assert!((since.each(10.0) - 30.0).abs() < 1e-9);
        assert!((since.share_of_asking() - 25.0).abs() < 1e-9);
    }
}
