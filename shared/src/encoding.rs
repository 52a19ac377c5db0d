//! Bytes as text and back, and the keyed hashes over them.

use aws_lc_rs::{
    aead::{self, Aad, LessSafeKey, Nonce, UnboundKey},
    constant_time, digest, hmac,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// base64url without padding (RFC 4648 §5).
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `None` unless the text is canonical base64url without padding.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// SHA-256 as base64url.
pub fn sha256(bytes: &[u8]) -> String {
    base64url(&digest(bytes))
}

/// The 32 bytes of SHA-256.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    hash
}

/// A secret for HMAC-SHA-256 (RFC 2104), bound to one use by a label in front of each message.
#[derive(Clone)]
pub struct Secret(hmac::Key);

impl Secret {
    pub fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The 32 byte tag of a message under a label. Labels hold no zero byte, so no two uses meet.
    pub fn tag(&self, label: &str, message: &[u8]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(label.as_bytes());
        context.update(&[0]);
        context.update(message);
        context.sign().as_ref().to_vec()
    }

    /// Whether `tag` begins the tag of this message, compared in constant time.
    pub fn verifies(&self, label: &str, message: &[u8], tag: &[u8]) -> bool {
        let expected = self.tag(label, message);
        tag.len() >= 16
            && expected
                .get(..tag.len())
                .is_some_and(|expected| constant_time::verify_slices_are_equal(expected, tag).is_ok())
    }
}

impl Secret {
    /// Encrypts a message under a label; what comes of it is the same each time. `None` only if it is too long.
    pub fn seal(&self, label: &str, mut message: Vec<u8>) -> Option<Vec<u8>> {
        self.sealing_key(label)?.seal_in_place_append_tag(nonce(), Aad::empty(), &mut message).ok()?;
        Some(message)
    }

    /// What was sealed under the label; `None` when it was not, or has been altered.
    pub fn unseal(&self, label: &str, mut sealed: Vec<u8>) -> Option<Vec<u8>> {
        let message = self.sealing_key(label)?.open_in_place(nonce(), Aad::empty(), &mut sealed).ok()?;
        Some(message.to_vec())
    }

    /// AES-256-GCM-SIV (RFC 8452): a nonce that repeats gives away that two messages are the same, and no more.
    fn sealing_key(&self, label: &str) -> Option<LessSafeKey> {
        UnboundKey::new(&aead::AES_256_GCM_SIV, &self.tag(label, b"seal")).ok().map(LessSafeKey::new)
    }
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; aead::NONCE_LEN])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_tag_holds_for_its_label_and_message_alone(message: Vec<u8>, other: Vec<u8>, flip in 0..32usize) {
            let secret = Secret::new(b"key");
            let mut tag = secret.tag("a", &message);
            prop_assert!(secret.verifies("a", &message, &tag));
            prop_assert!(!secret.verifies("b", &message, &tag));
            prop_assert_eq!(secret.verifies("a", &other, &tag), message == other);
            prop_assert!(!Secret::new(b"kez").verifies("a", &message, &tag));
            prop_assert!(!secret.verifies("a", &message, &tag[..15]));
            tag[flip] ^= 1;
            prop_assert!(!secret.verifies("a", &message, &tag));
        }
    }
}
