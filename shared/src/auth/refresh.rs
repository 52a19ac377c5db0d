use uuid::Uuid;

use crate::{
    domain::{DeviceId, SessionId, UserId},
    encoding::{Secret, base64url, from_base64url},
};

/// A refresh token: opaque to the client, and nothing that has to be stored. It names a session and a
/// generation; the next generation replaces it. (RFC 9700 §4.14.2, refresh token rotation)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    pub user_id: UserId,
    pub session_id: SessionId,
    pub generation: u32,
}

/// Proves that a device has logged in to an account before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceProof {
    pub user_id: UserId,
    pub device_id: DeviceId,
}

const REFRESH: &str = "refresh token 1";
const DEVICE: &str = "device proof 1";

impl RefreshToken {
    pub fn seal(&self, secret: &Secret) -> String {
        let mut bytes = [self.user_id.0.as_bytes().as_slice(), self.session_id.0.as_bytes()].concat();
        bytes.extend_from_slice(&self.generation.to_be_bytes());
        seal(secret, REFRESH, bytes)
    }

    /// `None` unless this secret sealed it.
    pub fn open(secret: &Secret, text: &str) -> Option<Self> {
        let bytes = open(secret, REFRESH, text)?;
        let (user, rest) = bytes.split_at_checked(16)?;
        let (session, generation) = rest.split_at_checked(16)?;
        Some(Self {
            user_id: UserId(Uuid::from_slice(user).ok()?),
            session_id: SessionId(Uuid::from_slice(session).ok()?),
            generation: u32::from_be_bytes(generation.try_into().ok()?),
        })
    }
}

impl DeviceProof {
    pub fn seal(&self, secret: &Secret) -> String {
        seal(secret, DEVICE, [self.user_id.0.as_bytes().as_slice(), self.device_id.0.as_bytes()].concat())
    }

    /// `None` unless this secret sealed it.
    pub fn open(secret: &Secret, text: &str) -> Option<Self> {
        let bytes = open(secret, DEVICE, text)?;
        let (user, device) = bytes.split_at_checked(16)?;
        Some(Self {
            user_id: UserId(Uuid::from_slice(user).ok()?),
            device_id: DeviceId(Uuid::from_slice(device).ok()?),
        })
    }
}

const TAG: usize = 32;

fn seal(secret: &Secret, label: &str, mut bytes: Vec<u8>) -> String {
    bytes.extend(secret.tag(label, &bytes));
    base64url(&bytes)
}

fn open(secret: &Secret, label: &str, text: &str) -> Option<Vec<u8>> {
    let mut bytes = from_base64url(text)?;
    let tag = bytes.split_off(bytes.len().checked_sub(TAG)?);
    secret.verifies(label, &bytes, &tag).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn only_the_secret_that_sealed_a_token_opens_it(user: u128, session: u128, generation: u32, byte in 0..68usize) {
            let secret = Secret::new(b"secret");
            let token = RefreshToken {
                user_id: UserId(Uuid::from_u128(user)),
                session_id: SessionId(Uuid::from_u128(session)),
                generation,
            };
            let text = token.seal(&secret);
            prop_assert_eq!(RefreshToken::open(&secret, &text), Some(token));
            prop_assert_eq!(RefreshToken::open(&Secret::new(b"other"), &text), None);
            prop_assert_eq!(DeviceProof::open(&secret, &text), None);
            let mut bytes = from_base64url(&text).unwrap();
            bytes[byte] ^= 1;
            prop_assert_eq!(RefreshToken::open(&secret, &base64url(&bytes)), None);
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,120}") {
            let secret = Secret::new(b"secret");
            prop_assert_eq!(RefreshToken::open(&secret, &text), None);
            prop_assert_eq!(DeviceProof::open(&secret, &text), None);
        }
    }
}
