//! The end-to-end suite: every test has a backend of its own and speaks HTTP. The files mirror the domains.

#![allow(unreachable_pub, reason = "nothing outside of a test can reach it")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

/// Prints a figure: `--nocapture` shows it.
macro_rules! figure {
    ($($part:tt)*) => {{
        #[allow(clippy::print_stdout)]
        {
            println!($($part)*);
        }
    }};
}

mod accounts;
mod audit;
mod budgets;
mod catalogue;
mod contract;
mod conversations;
mod events;
mod harness;
mod idempotency;
mod live;
mod matrix;
mod notifications;
mod platform;
mod privacy;
mod reading;
mod reliability;
mod requests;
mod scenes;
mod soak;
mod tokens;
mod worlds;
