use std::collections::HashMap;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Claims;
use crate::{
    domain::{SessionId, UserId},
    error::{Code, Error, Result},
};

/// How long an access token is good, in seconds.
pub const ACCESS_TOKEN_SECONDS: i64 = 15 * 60;
/// The media type of a JWT access token (RFC 9068 §2.1).
const TYPE: &str = "at+jwt";
const AUDIENCE: &str = "tunelink";
/// How far ahead of ours the clock of an issuing function may be, in seconds.
const SKEW: i64 = 60;

#[derive(Serialize, Deserialize)]
struct Payload {
    iss: String,
    aud: String,
    sub: Uuid,
    sid: Uuid,
    iat: i64,
    exp: i64,
    /// In none of ours, and of effect all the same (RFC 7519 §4.1.5).
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
}

/// The private key that access tokens are signed with; only the functions that issue tokens hold it.
#[derive(Clone)]
pub struct SigningKey {
    id: String,
    key: EncodingKey,
    issuer: String,
}

/// The public keys by their id: the current one, and those before and after it during a rotation.
#[derive(Clone)]
pub struct VerifyingKeys {
    keys: HashMap<String, DecodingKey>,
    validation: Validation,
}

impl SigningKey {
    /// `pkcs8` is an Ed25519 key in PKCS #8 (RFC 8410).
    pub fn new(id: String, pkcs8: &[u8], issuer: String) -> Self {
        Self { id, key: EncodingKey::from_ed_der(pkcs8), issuer }
    }

    /// Signs an access token (RFC 9068) for a session.
    pub fn issue(&self, claims: Claims, now: Timestamp) -> Result<String> {
        let header =
            Header { typ: Some(TYPE.into()), kid: Some(self.id.clone()), ..Header::new(Algorithm::EdDSA) };
        let iat = now.as_second();
        let payload = Payload {
            iss: self.issuer.clone(),
            aud: AUDIENCE.into(),
            sub: claims.user_id.0,
            sid: claims.session_id.0,
            iat,
            exp: iat + ACCESS_TOKEN_SECONDS,
            nbf: None,
        };
        jsonwebtoken::encode(&header, &payload, &self.key).map_err(Error::internal)
    }
}

impl VerifyingKeys {
    pub fn new(keys: HashMap<String, DecodingKey>, issuer: &str) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // Time is ours to tell: the library would ask the system's clock.
        validation.validate_exp = false;
        Self { keys, validation }
    }

    /// What a token says, if it is one of ours and still good at `now`.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| Code::InvalidToken)?;
        if header.typ.as_deref() != Some(TYPE) || header.crit.is_some() {
            return Err(Code::InvalidToken.into());
        }
        let key = header.kid.as_ref().and_then(|id| self.keys.get(id)).ok_or(Code::InvalidToken)?;
        let payload = jsonwebtoken::decode::<Payload>(token, key, &self.validation)
            .map_err(|_| Code::InvalidToken)?
            .claims;
        let now = now.as_second();
        let begins = payload.nbf.map_or(payload.iat, |nbf| nbf.max(payload.iat));
        if begins > now + SKEW || payload.exp - payload.iat != ACCESS_TOKEN_SECONDS {
            return Err(Code::InvalidToken.into());
        }
        if payload.exp <= now {
            return Err(Code::TokenExpired.into());
        }
        Ok(Claims { user_id: UserId(payload.sub), session_id: SessionId(payload.sid) })
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
    use serde_json::{Value, json};

    use super::*;
    use crate::encoding::{base64url, from_base64url};

    const ISSUER: &str = "https://test";

    struct Pair {
        pkcs8: Vec<u8>,
        public: String,
    }

    fn pair() -> Pair {
        let pair = Ed25519KeyPair::generate().unwrap();
        Pair {
            pkcs8: pair.to_pkcs8().unwrap().as_ref().to_vec(),
            public: base64url(pair.public_key().as_ref()),
        }
    }

    fn keys(pairs: &[(&str, &Pair)]) -> VerifyingKeys {
        let key = |(id, pair): &(&str, &Pair)| {
            ((*id).to_owned(), DecodingKey::from_ed_components(&pair.public).unwrap())
        };
        VerifyingKeys::new(pairs.iter().map(key).collect(), ISSUER)
    }

    fn claims() -> Claims {
        Claims { user_id: UserId(Uuid::from_u128(1)), session_id: SessionId(Uuid::from_u128(2)) }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// A token of our key with any header and payload.
    fn forge(pair: &Pair, header: &Value, payload: &Value) -> String {
        let text = format!(
            "{}.{}",
            base64url(header.to_string().as_bytes()),
            base64url(payload.to_string().as_bytes())
        );
        let key = Ed25519KeyPair::from_pkcs8(&pair.pkcs8).unwrap();
        let signature = base64url(key.sign(text.as_bytes()).as_ref());
        format!("{text}.{signature}")
    }

    fn header() -> Value {
        json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": "a" })
    }

    fn payload() -> Value {
        json!({ "iss": ISSUER, "aud": "tunelink", "sub": Uuid::from_u128(1), "sid": Uuid::from_u128(2),
                "iat": 1000, "exp": 1900 })
    }

    #[test]
    fn a_token_is_good_from_its_issue_to_its_end() {
        let pair = pair();
        let token =
            SigningKey::new("a".into(), &pair.pkcs8, ISSUER.into()).issue(claims(), at(1000)).unwrap();
        let keys = keys(&[("a", &pair)]);
        assert_eq!(keys.verify(&token, at(1000)).unwrap(), claims());
        assert_eq!(keys.verify(&token, at(1899)).unwrap(), claims());
        assert_eq!(keys.verify(&token, at(1900)).unwrap_err().code, Code::TokenExpired);
        assert_eq!(keys.verify(&token, at(900)).unwrap_err().code, Code::InvalidToken);
    }

    #[test]
    fn tokens_of_old_and_new_key_are_good_during_a_rotation() {
        let (old, new, retired) = (pair(), pair(), pair());
        let keys = keys(&[("old", &old), ("new", &new)]);
        for (id, pair, good) in
            [("old", &old, true), ("new", &new, true), ("retired", &retired, false), ("old", &new, false)]
        {
            let token =
                SigningKey::new(id.into(), &pair.pkcs8, ISSUER.into()).issue(claims(), at(1000)).unwrap();
            assert_eq!(keys.verify(&token, at(1001)).is_ok(), good, "{id}");
        }
    }

    #[test]
    fn a_token_that_lacks_or_bends_anything_is_refused() {
        let pair = pair();
        let keys = keys(&[("a", &pair)]);
        assert!(keys.verify(&forge(&pair, &header(), &payload()), at(1001)).is_ok());
        let bend = |mut value: Value, name: &str, to: Value| {
            value[name] = to;
            value
        };
        let drop = |mut value: Value, name: &str| {
            value.as_object_mut().unwrap().remove(name);
            value
        };
        for name in ["iss", "aud", "sub", "sid", "iat", "exp"] {
            assert!(
                keys.verify(&forge(&pair, &header(), &drop(payload(), name)), at(1001)).is_err(),
                "no {name}"
            );
        }
        for name in ["alg", "typ", "kid"] {
            assert!(
                keys.verify(&forge(&pair, &drop(header(), name), &payload()), at(1001)).is_err(),
                "no {name}"
            );
        }
        for (name, to) in [
            ("alg", json!("none")),
            ("alg", json!("HS256")),
            ("alg", json!("Ed25519")),
            ("typ", json!("JWT")),
            ("kid", json!("b")),
            ("kid", json!("")),
            ("crit", json!(["exp"])),
            ("crit", json!([])),
        ] {
            assert!(
                keys.verify(&forge(&pair, &bend(header(), name, to), &payload()), at(1001)).is_err(),
                "{name}"
            );
        }
        for (name, to) in [
            ("iss", json!("other")),
            ("aud", json!("other")),
            ("aud", json!(["other"])),
            ("sub", json!("x")),
            ("exp", json!("1900")),
            ("exp", json!(99_999)),
            ("nbf", json!(1062)),
            ("nbf", json!("1000")),
            ("exp", json!(1e300)),
            ("iat", json!(-1)),
        ] {
            assert!(
                keys.verify(&forge(&pair, &header(), &bend(payload(), name, to)), at(1001)).is_err(),
                "{name}"
            );
        }
    }

    #[test]
    fn any_altered_byte_breaks_a_token() {
        let pair = pair();
        let keys = keys(&[("a", &pair)]);
        let token = forge(&pair, &header(), &payload());
        for (index, byte) in token.bytes().enumerate() {
            for other in [b'A', b'B', b'.', b'=', b'-'] {
                let mut bytes = token.clone().into_bytes();
                bytes[index] = other;
                if byte != other {
                    assert!(keys.verify(&String::from_utf8(bytes).unwrap(), at(1001)).is_err(), "{index}");
                }
            }
        }
        assert!(from_base64url(token.split('.').next().unwrap()).is_some());
        assert!(
            keys.verify("", at(0)).is_err()
                && keys.verify("a.b", at(0)).is_err()
                && keys.verify("..", at(0)).is_err()
        );
    }
}
