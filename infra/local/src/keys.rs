//! The secrets of a local backend: made at its first start, and the same ever after.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::error::{Error, Result};
use crate::folder::write_atomically;

/// Configuration variables by name.
pub type Variables = BTreeMap<String, String>;

/// Reads the variables of `file`, making the file where it is missing.
///
/// A line is `KEY=value` with nothing quoted, as `cargo lambda watch --env-file` reads it.
pub fn load_or_create(file: &Path) -> Result<Variables> {
    let failed = |cause| Error::File { path: file.to_owned(), cause };
    match fs::read_to_string(file) {
        Ok(lines) => Ok(parse(&lines)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let variables = generate()?;
            let lines: Vec<String> =
                variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
            write_atomically(file, &(lines.join("\n") + "\n")).map_err(failed)?;
            Ok(variables)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Makes new secrets.
pub fn generate() -> Result<Variables> {
    secrets().map_err(|Unspecified| Error::Configuration("the system gives no randomness".to_owned()))
}

fn secrets() -> std::result::Result<Variables, Unspecified> {
    let pair = Ed25519KeyPair::generate()?;
    let public = pair.public_key().as_ref();
    let id = URL_SAFE_NO_PAD.encode(&digest(&SHA256, public).as_ref()[..9]);
    let verifying = serde_json::json!({ &id: URL_SAFE_NO_PAD.encode(public) });
    let signing = STANDARD.encode(pair.to_pkcs8v1()?);
    Ok(Variables::from([
        ("TUNELINK_SIGNING_KEY".to_owned(), signing),
        ("TUNELINK_SIGNING_KEY_ID".to_owned(), id),
        ("TUNELINK_VERIFYING_KEYS".to_owned(), verifying.to_string()),
        ("TUNELINK_REFRESH_SECRET".to_owned(), random()?),
        ("TUNELINK_CURSOR_SECRET".to_owned(), random()?),
    ]))
}

fn random() -> std::result::Result<String, Unspecified> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes)?;
    Ok(STANDARD.encode(bytes))
}

fn parse(lines: &str) -> Variables {
    let entries = lines.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    entries.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
}
