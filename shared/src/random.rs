//! Random bytes from the operating system.

use aws_lc_rs::rand;

use crate::error::{Error, Result};

pub fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(Error::internal)?;
    Ok(bytes)
}

/// A number in `0..=most`, for jitter.
pub fn up_to(most: u64) -> u64 {
    bytes().map_or(most, |bytes| u64::from_le_bytes(bytes) % most.saturating_add(1))
}
