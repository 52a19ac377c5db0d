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
/// A line is `KEY=value` with nothing quoted.
pub fn load_or_create(file: &Path) -> Result<Variables> {
    let failed = |cause| Error::File { path: file.to_owned(), cause };
    match fs::read_to_string(file) {
        Ok(lines) => {
            let known = parse(&lines);
            // A file of before has no secret for the log yet.
            let mut variables = generate()?;
            variables.retain(|name, _| name == "TUNELINK_LOG_SECRET" && !known.contains_key(name));
            let is_whole = variables.is_empty();
            variables.extend(known);
            if !is_whole {
                save(file, &variables).map_err(failed)?;
            }
            Ok(variables)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let variables = generate()?;
            save(file, &variables).map_err(failed)?;
            Ok(variables)
        }
        Err(error) => Err(failed(error)),
    }
}

fn save(file: &Path, variables: &Variables) -> std::io::Result<()> {
    let lines: Vec<String> = variables.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    write_atomically(file, &lines.concat())
}

/// Makes new secrets.
pub fn generate() -> Result<Variables> {
    secrets().map_err(|Unspecified| Error::Configuration("the system gives no randomness".to_owned()))
}

/// What the secret on AWS has.
const SECRET: [&str; 3] = ["TUNELINK_SIGNING_KEY", "TUNELINK_SIGNING_KEY_ID", "TUNELINK_REFRESH_SECRET"];

/// Writes new keys into a file for Secrets Manager, which nobody else can read, and gives the public keys: a JSON
/// object of key id to key. With the file of the keys in use, its public key is among them, and its refresh secret
/// stays, so that nobody is logged out.
pub fn write_secret(file: &Path, after: Option<&Path>) -> Result<String> {
    let failed = |path: &Path, cause| Error::File { path: path.to_owned(), cause };
    let mut made = generate()?;
    let mut public: BTreeMap<String, String> = json(&made["TUNELINK_VERIFYING_KEYS"])?;
    if let Some(after) = after {
        let old = fs::read_to_string(after).map_err(|cause| failed(after, cause))?;
        let old: Variables = json(&old)?;
        let (id, key) = public_key(&old)
            .ok_or_else(|| Error::Configuration(format!("{} has no signing key", after.display())))?;
        public.insert(id, key);
        made.extend(old.into_iter().filter(|(name, _)| name == "TUNELINK_REFRESH_SECRET"));
    }
    made.retain(|name, _| SECRET.contains(&name.as_str()));
    if file.exists() {
        return Err(failed(file, ErrorKind::AlreadyExists.into()));
    }
    write_atomically(file, &serde_json::json!(made).to_string()).map_err(|cause| failed(file, cause))?;
    Ok(serde_json::json!(public).to_string())
}

fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::Configuration(format!("no JSON object: {error}")))
}

/// Id and public key of the signing key.
fn public_key(variables: &Variables) -> Option<(String, String)> {
    let pair = STANDARD.decode(variables.get("TUNELINK_SIGNING_KEY")?).ok()?;
    let pair = Ed25519KeyPair::from_pkcs8(&pair).ok()?;
    let key = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    Some((variables.get("TUNELINK_SIGNING_KEY_ID")?.clone(), key))
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
        ("TUNELINK_LOG_SECRET".to_owned(), random()?),
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

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    #[test]
    fn keys_for_a_deployment_follow_those_in_use() {
        let (first, second) = (scratch(), scratch());
        let old: Variables = json(&write_secret(&first, None).unwrap()).unwrap();
        let both: Variables = json(&write_secret(&second, Some(&first)).unwrap()).unwrap();
        assert_eq!((old.len(), both.len()), (1, 2));
        assert!(old.iter().all(|(id, key)| both.get(id) == Some(key)));
        let read = |file| json::<Variables>(&fs::read_to_string(file).unwrap()).unwrap();
        let (before, after) = (read(&first), read(&second));
        assert_eq!(before["TUNELINK_REFRESH_SECRET"], after["TUNELINK_REFRESH_SECRET"]);
        assert_ne!(before["TUNELINK_SIGNING_KEY"], after["TUNELINK_SIGNING_KEY"]);
        assert!(both.contains_key(&after["TUNELINK_SIGNING_KEY_ID"]));
        assert!(write_secret(&second, None).is_err(), "a file that is there stays");
        for file in [first, second] {
            fs::remove_file(file).unwrap();
        }
    }

    fn scratch() -> std::path::PathBuf {
        std::env::temp_dir().join(format!("keys-{}.env", uuid::Uuid::now_v7()))
    }

    #[test]
    fn the_keys_of_the_first_start_are_kept() {
        let file = scratch();
        let first = load_or_create(&file).unwrap();
        assert_eq!(first.len(), 6);
        assert_eq!(load_or_create(&file).unwrap(), first);
        // A file of a time when there was no secret for the log.
        let lines = fs::read_to_string(&file).unwrap();
        let older: Vec<&str> =
            lines.lines().filter(|line| !line.starts_with("TUNELINK_LOG_SECRET")).collect();
        fs::write(&file, older.join("\n")).unwrap();
        let completed = load_or_create(&file).unwrap();
        assert_eq!(load_or_create(&file).unwrap(), completed);
        assert!(completed.len() == 6 && completed["TUNELINK_LOG_SECRET"] != first["TUNELINK_LOG_SECRET"]);
        fs::remove_file(file).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_the_keys() {
        use std::os::unix::fs::PermissionsExt;
        let file = scratch();
        load_or_create(&file).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        fs::remove_file(file).unwrap();
    }

    #[test]
    fn what_is_signed_is_verified_by_the_key_of_that_id() {
        let made = generate().unwrap();
        let der = STANDARD.decode(&made["TUNELINK_SIGNING_KEY"]).unwrap();
        let keys: Variables = serde_json::from_str(&made["TUNELINK_VERIFYING_KEYS"]).unwrap();
        let public = URL_SAFE_NO_PAD.decode(&keys[&made["TUNELINK_SIGNING_KEY_ID"]]).unwrap();
        assert_eq!(public.len(), 32);
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).unwrap();
        UnparsedPublicKey::new(&ED25519, public).verify(b"text", pair.sign(b"text").as_ref()).unwrap();
    }

    #[test]
    fn secrets_are_32_bytes_and_differ() {
        let (one, other) = (generate().unwrap(), generate().unwrap());
        for name in ["TUNELINK_REFRESH_SECRET", "TUNELINK_CURSOR_SECRET", "TUNELINK_LOG_SECRET"] {
            assert_eq!(STANDARD.decode(&one[name]).unwrap().len(), 32);
            assert_ne!(one[name], other[name]);
        }
        assert_ne!(one["TUNELINK_REFRESH_SECRET"], one["TUNELINK_CURSOR_SECRET"]);
    }

    #[test]
    fn a_file_may_have_comments_and_values_with_equals_signs() {
        let read = parse("# mine\nA=b==\n\nB = {\"k\":\"v\"}\n");
        assert_eq!(read, Variables::from([("A".into(), "b==".into()), ("B".into(), "{\"k\":\"v\"}".into())]));
    }
}
