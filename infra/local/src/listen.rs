//! Takes a TCP port, or says how to choose another.

use std::io::ErrorKind;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

use crate::error::{Error, Result};

/// Listens on `address`; `option` is what changes its port on the command line.
///
/// Returns the address with the port that port 0 became.
pub(crate) async fn listen(address: SocketAddr, option: &'static str) -> Result<(TcpListener, SocketAddr)> {
    let failed = |cause: std::io::Error| match cause.kind() {
        ErrorKind::AddrInUse => Error::AddressInUse { address, option },
        _ => Error::Listen { address, cause },
    };
    let listener = bind(address).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// What is accepted has the options of the listener: without this one, a reply that is written in parts may wait for the
/// client's delayed acknowledgement of the first, 40 ms on Linux.
fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_nodelay(true)?;
    // On Windows it would let two programs have the same port.
    socket.set_reuseaddr(cfg!(unix))?;
    socket.bind(address)?;
    socket.listen(1024)
}
