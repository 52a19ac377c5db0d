//! The only place that spells a key. `docs/DATA-MODEL.md` has the table of them all.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::{
    domain::{CatalogueKind, SessionId, Slug, UserId},
    encoding::sha256,
};

/// Partition and sort key of an item.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
pub struct Key {
    pub pk: String,
    pub sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    /// An item that has its partition to itself.
    fn alone(pk: String) -> Self {
        Self { sk: pk.clone(), pk }
    }

    pub(super) fn attributes(&self) -> [(String, AttributeValue); 2] {
        [
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ]
    }
}

/// The partition of everything that is one person's.
pub fn user(id: UserId) -> String {
    format!("U#{id}")
}

pub fn profile(id: UserId) -> Key {
    Key::new(user(id), "PROFILE")
}

pub fn credential(id: UserId) -> Key {
    Key::new(user(id), "CREDENTIAL")
}

/// `name` in its canonical form.
pub fn username(name: &str) -> Key {
    Key::alone(format!("USERNAME#{name}"))
}

/// `address` in its canonical form.
pub fn email(address: &str) -> Key {
    Key::alone(format!("EMAIL#{address}"))
}

pub const SESSION: &str = "SESSION#";

pub fn session(user_id: UserId, id: SessionId) -> Key {
    Key::new(user(user_id), format!("{SESSION}{id}"))
}

pub const BLOCK: &str = "BLOCK#";

pub fn block(blocker: UserId, blocked: UserId) -> Key {
    Key::new(user(blocker), format!("{BLOCK}{blocked}"))
}

/// In `related`: who has blocked this person.
pub fn blockers_of(blocked: UserId) -> String {
    format!("U#{blocked}#BLOCKERS")
}

/// An instrument that a person plays, or a genre that they like.
pub fn taste(user_id: UserId, kind: CatalogueKind, id: &Slug) -> Key {
    Key::new(user(user_id), format!("{}{id}", prefix(kind)))
}

/// What the sort keys of a kind begin with, in a person's partition and in the catalogue's.
pub const fn prefix(kind: CatalogueKind) -> &'static str {
    match kind {
        CatalogueKind::Instrument => "INSTRUMENT#",
        CatalogueKind::Genre => "GENRE#",
    }
}

/// In `related`: who plays this instrument or likes this genre.
pub fn users_of(kind: CatalogueKind, id: &Slug) -> String {
    format!("{}{id}", prefix(kind))
}

/// In `near`: who plays this instrument, or any, in a cell of the grid.
pub fn near(instrument: Option<&Slug>, cell: &str) -> String {
    format!("N#{}#{cell}", instrument.map_or("*", Slug::as_str))
}

/// Where in its cell of `near` a person is: every prefix of the geohash is a smaller cell.
pub fn near_entry(geohash: &str, user_id: UserId) -> String {
    format!("{geohash}#{user_id}")
}

pub const CATALOGUE: &str = "CATALOGUE";

pub fn catalogue(kind: CatalogueKind, id: &Slug) -> Key {
    Key::new(CATALOGUE, format!("{}{id}", prefix(kind)))
}

/// Remembers which entries the catalogue was seeded with.
pub fn seeded() -> Key {
    Key::new(CATALOGUE, "SEEDED")
}

/// The record of an idempotency key, by the hash of the key.
pub fn once(owner: UserId, hash: &str) -> Key {
    Key::new(user(owner), format!("ONCE#{hash}"))
}

/// A bucket of attempts. What it is about is hashed: it may be an address or somebody's guess at a name.
pub fn throttle(about: &str) -> Key {
    Key::alone(format!("THROTTLE#{}", sha256(about.as_bytes())))
}

pub const ERASURES: &str = "ERASURE";

/// An account that is to be erased, at once or when its owner has been away for long enough.
pub fn erasure(id: UserId) -> Key {
    Key::new(ERASURES, user(id))
}
