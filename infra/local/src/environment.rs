//! What a function finds in its environment that runs in a process of its own on the data of a local backend.

use std::net::SocketAddr;
use std::path::Path;

use crate::error::{Error, Result};
use crate::folder::write_atomically;
use crate::keys::Variables;
use crate::store::REGION;

/// The settings, and where the services are that Lambda's own environment leads to: DynamoDB at `dynamodb`, SNS and
/// the sockets at the backend's `address`. The credentials are none.
pub(crate) fn of_functions(settings: &Variables, dynamodb: &str, address: SocketAddr) -> Variables {
    let places = [
        ("TUNELINK_LIVE_ENDPOINT", format!("http://{address}/live")),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.to_owned()),
        ("AWS_ENDPOINT_URL_SNS", format!("http://{address}/_local/sns")),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
    ];
    let mut variables = settings.clone();
    variables.extend(places.map(|(name, value)| (name.to_owned(), value)));
    variables
}

/// Writes them to `file` for `cargo lambda watch --env-file`, and for shells.
pub(crate) fn write(file: &Path, variables: &Variables) -> Result<()> {
    let failed = |cause| Error::File { path: file.to_owned(), cause };
    write_atomically(file, &lines(variables)).map_err(failed)
}

/// All values are quoted: of an unquoted one, `cargo lambda watch` takes neither `=` nor `"`, and Base64 and JSON have
/// them. None has an apostrophe.
fn lines(variables: &Variables) -> String {
    let lines: Vec<String> = variables.iter().map(|(name, value)| format!("{name}='{value}'\n")).collect();
    lines.concat()
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::keys;

    #[test]
    fn a_shell_reads_what_was_written() {
        let address = SocketAddr::from(([127, 0, 0, 1], 3000));
        let variables = of_functions(&keys::generate().unwrap(), "http://127.0.0.1:8000", address);
        let file = std::env::temp_dir().join(format!("functions-{}.env", uuid::Uuid::now_v7()));
        write(&file, &variables).unwrap();
        let script = "set -a; . \"$0\"; env";
        let output = Command::new("sh").args(["-c", script]).arg(&file).env_clear().output().unwrap();
        std::fs::remove_file(file).unwrap();
        let read = String::from_utf8(output.stdout).unwrap();
        for (name, value) in variables {
            assert!(read.lines().any(|line| line == format!("{name}={value}")), "{name}: {read}");
        }
    }
}
