//! Takes a TCP port, or says how to choose another.

use std::io::ErrorKind;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::error::{Error, Result};

/// Listens on `address`; `option` is what changes its port on the command line.
///
/// Returns the address with the port that port 0 became.
pub(crate) async fn listen(address: SocketAddr, option: &'static str) -> Result<(TcpListener, SocketAddr)> {
    let failed = |cause: std::io::Error| match cause.kind() {
        ErrorKind::AddrInUse => Error::AddressInUse { address, option },
        _ => Error::Listen { address, cause },
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}
