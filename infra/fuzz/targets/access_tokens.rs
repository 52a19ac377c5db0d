//! Access tokens: nobody but the key's owner can make one, and of those only the well-formed are good.

use std::sync::LazyLock;

use jiff::Timestamp;
use libfuzzer_sys::Corpus;
use serde_json::Value;
use tunelink::{
    auth::{ACCESS_TOKEN_SECONDS, Claims},
    encoding::base64url,
};

use crate::backend::{CALLER, CONFIG, sign};

static NOW: LazyLock<Timestamp> =
    LazyLock::new(|| Timestamp::from_second(1_800_000_000).expect("a time within range"));

/// The only one that was ever issued.
static ISSUED: LazyLock<String> = LazyLock::new(|| {
    let key = &CONFIG.issuing().expect("there is a key").signing_key;
    key.issue(CALLER, *NOW).expect("the key signs")
});

/// With a line break in it: header and payload, which are signed by the key. Without: a token as a client sends it.
pub(crate) fn run(data: &[u8]) -> Corpus {
    if let Some(at) = data.iter().position(|byte| *byte == b'\n') {
        signed(&data[..at], &data[at + 1..]);
        return Corpus::Keep;
    }
    let Ok(token) = std::str::from_utf8(data) else { return Corpus::Reject };
    let verified = CONFIG.verifying_keys.verify(token, *NOW).ok();
    assert_eq!(verified, (token == *ISSUED).then_some(CALLER), "{token}");
    Corpus::Keep
}

fn signed(header: &[u8], payload: &[u8]) {
    let text = format!("{}.{}", base64url(header), base64url(payload));
    let token = format!("{text}.{}", base64url(&sign(text.as_bytes())));
    let Ok(Claims { user_id, session_id }) = CONFIG.verifying_keys.verify(&token, *NOW) else { return };
    let header: Value = serde_json::from_slice(header).expect("a header is JSON");
    let payload: Value = serde_json::from_slice(payload).expect("a payload is JSON");
    assert_eq!(
        (&header["alg"], &header["typ"], &header["crit"]),
        (&"EdDSA".into(), &"at+jwt".into(), &Value::Null)
    );
    assert_eq!((&payload["iss"], &payload["aud"]), (&"tunelink".into(), &"tunelink".into()));
    let id = |name: &str| payload[name].as_str().and_then(|text| uuid::Uuid::try_parse(text).ok());
    assert_eq!((id("sub"), id("sid")), (Some(user_id.0), Some(session_id.0)));
    let time = |name: &str| i128::from(payload[name].as_i64().expect("a time is a number"));
    assert_eq!(time("exp") - time("iat"), ACCESS_TOKEN_SECONDS.into());
    assert!(time("exp") > NOW.as_second().into() && time("iat") <= i128::from(NOW.as_second()) + 60);
}
