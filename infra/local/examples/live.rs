//! A client of the live side for the terminal: prints what comes over a socket, and sends what is typed.
//!
//! ```sh
//! cargo run --example live -- "$token"
//! ```
//!
//! It is as simple as it can be: the socket is not opened again once it is lost, and nothing is synchronised. The
//! console (`infra/local/src/console/live.js`) shows how an app does that.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to its user")]

use std::error::Error;

use clap::Parser;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};

/// Print the frames of a socket, and send each line of the input as one.
#[derive(Parser)]
struct Options {
    /// An access token
    token: String,
    /// Where the sockets are
    #[arg(long, default_value = "ws://127.0.0.1:3000/live")]
    url: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let mut request = options.url.into_client_request()?;
    request.headers_mut().insert("authorization", format!("Bearer {}", options.token).parse()?);
    let (socket, _) = connect_async(request).await?;
    eprintln!("Connected. Each line is sent as a frame; the end of the input ends it.");
    let (mut to, mut from) = socket.split();
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    loop {
        tokio::select! {
            frame = from.next() => match frame.transpose()? {
                Some(Message::Text(text)) => println!("{text}"),
                // Pings are answered by the library.
                Some(Message::Ping(_) | Message::Pong(_)) => {}
                _ => break,
            },
            line = lines.next_line() => match line? {
                Some(line) => to.send(Message::text(line)).await?,
                None => return Ok(to.close().await?),
            },
        }
    }
    eprintln!("The server closed the socket.");
    Ok(())
}
