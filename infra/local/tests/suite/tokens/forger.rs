use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

use crate::harness::{Person, World};

/// Signs what it likes with the backend's own key: what is refused then is refused for nothing but its flaw.
pub(super) struct Forger {
    key: Ed25519KeyPair,
    pub(super) header: Value,
    pub(super) payload: Value,
}

impl Forger {
    /// Begins with the token that this person has, issued a moment ago.
    pub(super) fn new(world: &World, person: &Person) -> Self {
        let variables = world.backend().environment_of("log_in");
        let key = STANDARD.decode(&variables["TUNELINK_SIGNING_KEY"]).expect("the key is base64");
        let key = Ed25519KeyPair::from_pkcs8(&key).expect("the key is one");
        let mut parts = person.access_token.split('.').map(json_of);
        let (header, mut payload) = (parts.next().expect("a header"), parts.next().expect("a payload"));
        let now = world.app().now().as_second();
        (payload["iat"], payload["exp"]) = (now.into(), (now + 900).into());
        Self { key, header, payload }
    }

    /// The token without a flaw.
    pub(super) fn good(&self) -> String {
        self.token(&self.header, &self.payload)
    }

    pub(super) fn token(&self, header: &Value, payload: &Value) -> String {
        self.sign(&base64url(header.to_string()), &base64url(payload.to_string()))
    }

    /// The token of parts that are encoded.
    pub(super) fn sign(&self, header: &str, payload: &str) -> String {
        format!("{header}.{payload}.{}", base64url(self.signature(&format!("{header}.{payload}"))))
    }

    pub(super) fn signature(&self, text: &str) -> [u8; 64] {
        self.key.sign(text.as_bytes()).as_ref().try_into().expect("64 bytes")
    }

    pub(super) fn public_key(&self) -> &[u8] {
        self.key.public_key().as_ref()
    }

    /// With something else in the header; null takes it out.
    pub(super) fn with_header(&self, name: &str, to: Value) -> String {
        self.token(&with(&self.header, name, to), &self.payload)
    }

    /// With another claim; null takes it out.
    pub(super) fn with_claim(&self, name: &str, to: Value) -> String {
        self.token(&self.header, &with(&self.payload, name, to))
    }

    /// What is signed when the header says this, without the signature.
    pub(super) fn unsigned(&self, header: &Value) -> String {
        format!("{}.{}", base64url(header.to_string()), base64url(self.payload.to_string()))
    }

    /// Signed by somebody else's key of the same kind.
    pub(super) fn by_another_key(&self, header: &Value) -> String {
        let other = Ed25519KeyPair::generate().expect("there is randomness");
        let mut header = header.clone();
        if header["jwk"].is_object() {
            header["jwk"]["x"] = base64url(other.public_key().as_ref()).into();
        }
        let text = self.unsigned(&header);
        format!("{text}.{}", base64url(other.sign(text.as_bytes()).as_ref()))
    }

    /// Signed with a shared secret where there is none: HS256 (RFC 7518 §3.2).
    pub(super) fn by_secret(&self, secret: &[u8]) -> String {
        let text = self.unsigned(&with(&self.header, "alg", json!("HS256")));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), text.as_bytes());
        format!("{text}.{}", base64url(tag.as_ref()))
    }

    /// ES256 by somebody's own key.
    pub(super) fn by_ecdsa(&self) -> String {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("there is randomness");
        let text = self.unsigned(&with(&self.header, "alg", json!("ES256")));
        let signature = key.sign(&SystemRandom::new(), text.as_bytes()).expect("it signs");
        format!("{text}.{}", base64url(signature.as_ref()))
    }

    /// RS256 by somebody's own key.
    pub(super) fn by_rsa(&self) -> String {
        let key = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).expect("there is randomness");
        let text = self.unsigned(&with(&self.header, "alg", json!("RS256")));
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).expect("it signs");
        format!("{text}.{}", base64url(signature))
    }
}

/// The object with this field; without it where that is null.
pub(super) fn with(object: &Value, name: &str, to: Value) -> Value {
    let mut object = object.clone();
    let fields = object.as_object_mut().expect("an object");
    if to.is_null() {
        fields.remove(name);
    } else {
        fields.insert(name.to_owned(), to);
    }
    object
}

pub(super) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn json_of(part: &str) -> Value {
    let bytes = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}
