//! Refresh tokens and device proofs: each is opened by the secret that sealed it, as what it was sealed as, and in one
//! form alone.

use std::sync::LazyLock;

use libfuzzer_sys::Corpus;
use tunelink::{
    auth::{DeviceProof, RefreshToken},
    domain::DeviceId,
    encoding::{Secret, base64url},
};
use uuid::Uuid;

use crate::backend::{CALLER, CONFIG};

static SECRET: LazyLock<&Secret> =
    LazyLock::new(|| &CONFIG.issuing().expect("there is a secret").refresh_secret);

const TOKEN: RefreshToken =
    RefreshToken { user_id: CALLER.user_id, session_id: CALLER.session_id, generation: 1 };
const PROOF: DeviceProof = DeviceProof { user_id: CALLER.user_id, device_id: DeviceId(Uuid::from_u128(3)) };

/// Under an even first byte the rest is a text as a client sends it; under an odd one it is bytes that are sealed.
pub(crate) fn run(data: &[u8]) -> Corpus {
    let Some((first, rest)) = data.split_first() else { return Corpus::Reject };
    if first % 2 == 1 {
        resealed(rest);
        return Corpus::Keep;
    }
    let Ok(text) = std::str::from_utf8(rest) else { return Corpus::Reject };
    let is_token = text == TOKEN.seal(&SECRET);
    assert_eq!(RefreshToken::open(&SECRET, text), is_token.then_some(TOKEN), "{text}");
    let is_proof = text == PROOF.seal(&SECRET);
    assert_eq!(DeviceProof::open(&SECRET, text), is_proof.then_some(PROOF), "{text}");
    Corpus::Keep
}

/// What holds where the seal is right, and what is under it may be anything.
fn resealed(bytes: &[u8]) {
    let seal = |label: &str| base64url(&[bytes, SECRET.tag(label, bytes).as_slice()].concat());
    let (token, proof) = (seal("refresh token 1"), seal("device proof 1"));
    let opened = RefreshToken::open(&SECRET, &token);
    assert_eq!(opened.map(|opened| opened.seal(&SECRET)), (bytes.len() == 36).then_some(token.clone()));
    let opened = DeviceProof::open(&SECRET, &proof);
    assert_eq!(opened.map(|opened| opened.seal(&SECRET)), (bytes.len() == 32).then_some(proof.clone()));
    assert_eq!(RefreshToken::open(&SECRET, &proof), None);
    assert_eq!(DeviceProof::open(&SECRET, &token), None);
}
