use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use uuid::Uuid;

use super::forger::{Forger, base64url, with};
use crate::harness::Person;

/// A token that is not good, and what is wrong with it.
pub(super) type Forgery = (String, String);

/// All of them. `ended` is a session of the same person that is over, `other` somebody else.
pub(super) fn all(forger: &Forger, ended: &Person, other: &Person) -> Vec<Forgery> {
    let mut all = algorithms(forger);
    all.extend(keys(forger));
    all.extend(headers(forger));
    all.extend(claims(forger));
    all.extend(sessions(forger, ended, other));
    all.extend(encodings(forger));
    all.extend(signatures(forger));
    all
}

fn named<const N: usize>(forgeries: [(&str, String); N]) -> Vec<Forgery> {
    forgeries.into_iter().map(|(what, token)| (what.to_owned(), token)).collect()
}

/// RFC 8725 §2.1, §3.1.
fn algorithms(forger: &Forger) -> Vec<Forgery> {
    let unsigned = |alg: &str| format!("{}.", forger.unsigned(&with(&forger.header, "alg", json!(alg))));
    let public = forger.public_key();
    let mut found = named([
        ("alg none", unsigned("none")),
        ("alg None", unsigned("None")),
        ("alg NONE", unsigned("NONE")),
        ("no alg, no signature", format!("{}.", forger.unsigned(&with(&forger.header, "alg", Value::Null)))),
        ("alg none, with our signature", forger.with_header("alg", json!("none"))),
        ("HS256 with the public key", forger.by_secret(public)),
        ("HS256 with the public key as it is published", forger.by_secret(base64url(public).as_bytes())),
        (
            "HS256 with the public key in standard base64",
            forger.by_secret(STANDARD.encode(public).as_bytes()),
        ),
        ("HS256 with nothing", forger.by_secret(b"")),
        ("HS256 with the name of the key", forger.by_secret(forger.header["kid"].to_string().as_bytes())),
        ("ES256", forger.by_ecdsa()),
        ("RS256", forger.by_rsa()),
    ]);
    for alg in ["Ed25519", "eddsa", "EDDSA", "ES256", "RS256", "PS256", "HS256", "HS512", "", " EdDSA"] {
        found.push((format!("our signature as {alg:?}"), forger.with_header("alg", json!(alg))));
    }
    for alg in [json!(["EdDSA"]), json!(0), json!({}), Value::Null] {
        found.push((format!("alg is {alg}"), forger.with_header("alg", alg)));
    }
    found
}

/// RFC 8725 §3.2, §3.10: which key it is, is ours to say.
fn keys(forger: &Forger) -> Vec<Forgery> {
    let another = |header: &Value| forger.by_another_key(header);
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": "" });
    let mut found = named([
        ("another key under our name", another(&forger.header)),
        ("another key, in the header", another(&with(&forger.header, "jwk", jwk.clone()))),
        (
            "another key, in the header alone",
            another(&with(&with(&forger.header, "jwk", jwk), "kid", Value::Null)),
        ),
        (
            "another key, at an address",
            another(&with(&forger.header, "jku", json!("https://example.org/jwks.json"))),
        ),
        (
            "another key, in a certificate",
            another(&with(&forger.header, "x5u", json!("https://example.org/x5u"))),
        ),
        ("another key, in a chain", another(&with(&forger.header, "x5c", json!(["MIIB"])))),
    ]);
    for kid in [
        Value::Null,
        json!(""),
        json!("other"),
        json!("../../../../dev/null"),
        json!("' OR 1=1 --"),
        json!("\u{0}"),
        json!(0),
        json!([forger.header["kid"]]),
        json!(forger.header["kid"].as_str().unwrap_or_default().to_uppercase() + "x"),
    ] {
        found.push((format!("kid is {kid}"), forger.with_header("kid", kid)));
    }
    found
}

/// RFC 7515 §4.1.9, §4.1.11; RFC 9068 §2.1.
fn headers(forger: &Forger) -> Vec<Forgery> {
    let mut found = Vec::new();
    for (name, to) in [
        ("typ", Value::Null),
        ("typ", json!("JWT")),
        ("typ", json!("AT+JWT ")),
        ("typ", json!("refresh+jwt")),
        ("typ", json!("")),
        ("typ", json!(1)),
        ("crit", json!(["exp"])),
        ("crit", json!(["b64"])),
        ("crit", json!([])),
        ("crit", json!("exp")),
    ] {
        found.push((format!("{name} is {to}"), forger.with_header(name, to)));
    }
    let payload = base64url(forger.payload.to_string());
    for header in ["", "null", "[]", "\"EdDSA\"", "{", "{}", "0"] {
        found.push((format!("the header is {header:?}"), forger.sign(&base64url(header), &payload)));
    }
    found
}

/// RFC 7519 §4.1, RFC 9068 §4.
fn claims(forger: &Forger) -> Vec<Forgery> {
    let mut found = Vec::new();
    for name in ["iss", "aud", "sub", "sid", "iat", "exp"] {
        found.push((format!("no {name}"), forger.with_claim(name, Value::Null)));
        for to in [json!(true), json!({}), json!(""), json!("x"), json!(-1), json!(1e300), json!(u64::MAX)] {
            found.push((format!("{name} is {to}"), forger.with_claim(name, to)));
        }
    }
    let now = forger.payload["iat"].as_i64().unwrap_or_default();
    let times = |iat: i64, exp: i64| {
        let payload = with(&with(&forger.payload, "iat", json!(iat)), "exp", json!(exp));
        forger.token(&forger.header, &payload)
    };
    found.extend(named([
        ("it ended", times(now - 900, now)),
        ("it ended long ago", times(now - 90_000, now - 89_100)),
        ("it is good for a day", times(now, now + 86_400)),
        ("it is issued tomorrow", times(now + 86_400, now + 87_300)),
        ("it ends before it is issued", times(now, now - 900)),
        ("it is not good yet", forger.with_claim("nbf", json!(now + 600))),
        ("its end is text", forger.with_claim("exp", json!((now + 900).to_string()))),
        (
            "its end is a fraction",
            forger.with_claim("exp", json!(900.5 + i32::try_from(now).map_or(0.0, f64::from))),
        ),
        ("another issuer", forger.with_claim("iss", json!("https://example.org"))),
        ("issuers", forger.with_claim("iss", json!([forger.payload["iss"]]))),
        ("another audience", forger.with_claim("aud", json!("example"))),
        ("other audiences", forger.with_claim("aud", json!(["example"]))),
    ]));
    let header = base64url(forger.header.to_string());
    let text = forger.payload.to_string();
    let twice = format!("{{\"exp\":{},{}", now + 86_400, &text[1..]);
    for (what, payload) in [
        ("two ends", twice.as_str()),
        ("no claims", "{}"),
        ("null", "null"),
        ("a list", "[]"),
        ("nothing", ""),
        ("half of the claims", &text[..text.len() / 2]),
        ("claims, and something else", &format!("{text}x")),
    ] {
        found.push((format!("the payload is {what}"), forger.sign(&header, &base64url(payload))));
    }
    found
}

/// Tokens that we could have issued, of sessions that there are not.
fn sessions(forger: &Forger, ended: &Person, other: &Person) -> Vec<Forgery> {
    let nobody = Uuid::now_v7().to_string();
    named([
        ("a session that ended", forger.with_claim("sid", json!(ended.session_id))),
        ("somebody else's session", forger.with_claim("sid", json!(other.session_id))),
        ("somebody else, in our session", forger.with_claim("sub", json!(other.id))),
        ("a session that never was", forger.with_claim("sid", json!(nobody))),
        ("somebody who never was", forger.with_claim("sub", json!(nobody))),
        ("the person for the session", forger.with_claim("sid", forger.payload["sub"].clone())),
        ("the session for the person", forger.with_claim("sub", forger.payload["sid"].clone())),
        ("the refresh token", ended.refresh_token.clone()),
    ])
}

/// RFC 7515 §2, §7.1; RFC 4648 §3.5, §5.
fn encodings(forger: &Forger) -> Vec<Forgery> {
    let good = forger.good();
    let [header, payload, signature] = parts(&good);
    // Of a length that leaves bits in the last character of which nothing is made.
    let loose = |text: &Value| {
        let mut text = text.to_string();
        while text.len() % 3 != 1 {
            text.push(' ');
        }
        bumped(&base64url(text))
    };
    let spaced = base64url(format!("\u{feff}{}", forger.payload));
    let mut found = named([
        ("padding behind the header", forger.sign(&format!("{header}="), payload)),
        ("padding behind the payload", forger.sign(header, &format!("{payload}=="))),
        ("padding behind the signature", format!("{good}==")),
        ("loose bits in the header", forger.sign(&loose(&forger.header), payload)),
        ("loose bits in the payload", forger.sign(header, &loose(&forger.payload))),
        ("loose bits in the signature", format!("{header}.{payload}.{}", bumped(signature))),
        ("a byte order mark", forger.sign(header, &spaced)),
        ("the claims as they are", forger.sign(header, &forger.payload.to_string().replace(' ', ""))),
        ("two parts", format!("{header}.{payload}")),
        ("one part", header.to_owned()),
        ("four parts", format!("{good}.")),
        ("five parts", format!("{header}..{payload}.{signature}.{signature}")),
        ("a part before it", format!(".{good}")),
        ("no header", format!(".{payload}.{signature}")),
        ("no payload", format!("{header}..{signature}")),
        ("no signature", format!("{header}.{payload}.")),
        ("parts in another order", format!("{payload}.{header}.{signature}")),
        ("a space within", format!("{header}. {payload}.{signature}")),
        ("a tab behind", format!("{good}\t.")),
        ("percent-encoded dots", good.replace('.', "%2E")),
        ("capitals", good.to_uppercase()),
        ("quotes around", format!("\"{good}\"")),
        ("twice", format!("{good},{good}")),
        ("as JSON", json!({ "protected": header, "payload": payload, "signature": signature }).to_string()),
    ]);
    // The other alphabet, of a signature that shows the difference.
    let dashed = (0..1000).map(|jti| forger.with_claim("jti", json!(jti))).find(|token| {
        let [_, _, signature] = parts(token);
        signature.contains(['-', '_'])
    });
    let dashed = dashed.expect("one of many has a dash");
    let [header, payload, signature] = parts(&dashed);
    let standard = signature.replace('-', "+").replace('_', "/");
    found.push(("the other alphabet".to_owned(), format!("{header}.{payload}.{standard}")));
    found
}

/// RFC 8032 §5.1.7, §8.4.
fn signatures(forger: &Forger) -> Vec<Forgery> {
    let text = forger.unsigned(&forger.header);
    let good = forger.signature(&text);
    let token = |signature: &[u8]| format!("{text}.{}", base64url(signature));
    let mut identity = [0; 64];
    identity[0] = 1;
    let mut found = named([
        ("S and the order", token(&plus_order(good))),
        ("R of order one, S of zero", token(&identity)),
        ("zeros", token(&[0; 64])),
        ("ones", token(&[0xff; 64])),
        ("half of it", token(&good[..32])),
        ("a byte less", token(&good[..63])),
        ("a byte more", token(&[&good[..], &[0]].concat())),
        ("twice", token(&[good, good].concat())),
        ("in reverse", token(&good.iter().rev().copied().collect::<Vec<_>>())),
        ("of the payload alone", token(&forger.signature(parts(&forger.good())[1]))),
        ("of something else", token(&forger.signature("tunelink"))),
    ]);
    for bit in (0..512).step_by(37) {
        let mut signature = good;
        signature[bit / 8] ^= 1 << (bit % 8);
        found.push((format!("bit {bit} of the signature"), token(&signature)));
    }
    found
}

fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<_> = token.split('.').collect();
    parts.try_into().expect("a token has three parts")
}

/// The same bytes: the last character has bits of which nothing is made, and one of them is set.
fn bumped(part: &str) -> String {
    let (all, last) = part.split_at(part.len() - 1);
    let next = char::from(last.as_bytes()[0] + 1);
    // The alphabet has no gap behind A, Q, g and w, which is where the characters with such bits end.
    assert!(["A", "Q", "g", "w"].contains(&last), "{last} has no such bits");
    format!("{all}{next}")
}

/// The same point of the curve, said by another number: S + L, of which RFC 8032 wants to hear nothing.
fn plus_order(mut signature: [u8; 64]) -> [u8; 64] {
    // 2^252 + 27742317777372353535851937790883648493, the least significant byte first.
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0;
    for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    signature
}
