//! Rows that have a partition to themselves or share it with others of their kind.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use uuid::Uuid;

use super::{
    Finding, Invariant, Notes, Partition,
    notes::parsed,
    person::{differs, twice},
};
use crate::{
    domain::{
        AccountStatus, CatalogueKind, Conversation, Device, Genre, Instrument, Profile, Slug, UserId,
        canonical,
    },
    store::{
        Item, Key, Write,
        accounts::{Credential, Owner},
        catalogue,
        connections::Connection,
        conversations::Direct,
        devices,
        erasure::Erasure,
        jobs,
        keys::{self, Row},
        load::Progress,
        seed::Seeded,
        tickets::Ticket,
    },
};

/// A partition whose rows tell of nothing else in it.
pub(super) struct Alone;

/// What is counted of attempts.
#[derive(Serialize, Deserialize)]
struct Bucket {
    attempts: u32,
    expires: i64,
}

/// Who is registering a token.
#[derive(Serialize, Deserialize)]
struct Claim {
    claim: Uuid,
    expires: i64,
}

/// How long an erasure may take that is due: those of one day, and another attempt at them the next.
const ERASING: SignedDuration = SignedDuration::from_hours(48);

impl Partition for Alone {
    fn row(&mut self, key: &Key, item: Item, notes: &mut Notes) {
        match key.row() {
            Some(Row::Username) => name(Invariant::UsernameOwned, key, &item, notes, |profile| {
                keys::username(&canonical(&profile.username))
            }),
            Some(Row::Email) => name(Invariant::EmailOwned, key, &item, notes, |profile| {
                keys::email(&canonical(&profile.email))
            }),
            Some(Row::Credential) => credential(key, &item, notes),
            Some(Row::Erasure) => erasure(key, &item, notes),
            Some(Row::Connection) => socket(key, &item, notes),
            Some(Row::Token) => token(key, &item, notes),
            Some(Row::Direct) => direct(key, &item, notes),
            Some(Row::Job) => job(key, &item, notes),
            Some(Row::Entry(kind)) => entry(kind, key, &item, notes),
            Some(Row::Claim) => rewritten::<Claim>(key, &item, notes),
            Some(Row::Ticket) => ticket(key, &item, notes),
            Some(Row::Throttle) => rewritten::<Bucket>(key, &item, notes),
            Some(Row::Seeded) => rewritten::<Seeded>(key, &item, notes),
            Some(Row::World) => rewritten::<Progress>(key, &item, notes),
            _ => notes.find(Invariant::KnownRows, key, "a row of a known kind", "another"),
        }
    }

    fn end(self: Box<Self>, _: &mut Notes) {}
}

/// A row whose key does not follow from what it says.
fn rewritten<T: DeserializeOwned + Serialize>(key: &Key, item: &Item, notes: &mut Notes) {
    if let Some(row) = notes.read::<T>(key, item) {
        notes.compare(key, item, Write::put(key.clone(), &row));
    }
}

/// A name that is somebody's: the profile has to have it.
fn name(invariant: Invariant, key: &Key, item: &Item, notes: &mut Notes, of: fn(&Profile) -> Key) {
    let Some(owner) = notes.read::<Owner>(key, item) else { return };
    notes.compare(key, item, Write::put(key.clone(), &owner));
    let (at, user) = (key.clone(), owner.user_id);
    notes.ask(keys::profile(user), move |profile| {
        let is_own = parsed::<Profile>(profile).is_some_and(|profile| of(&profile) == at);
        let expected = format!("a profile of {user} that has it");
        (!is_own).then(|| Finding::new(invariant, &at, expected, differs(profile)))
    });
}

fn credential(key: &Key, item: &Item, notes: &mut Notes) {
    let Some(credential) = notes.read::<Credential>(key, item) else { return };
    notes.compare(key, item, Write::put(keys::credential(credential.user_id), &credential));
    let at = key.clone();
    notes.ask(keys::profile(credential.user_id), move |found| {
        let profile = parsed::<Profile>(found).filter(|profile| profile.status != AccountStatus::Erased);
        let expected = "a profile of somebody who is not erased";
        profile.is_none().then(|| Finding::new(Invariant::CredentialOwned, &at, expected, differs(found)))
    });
}

fn erasure(key: &Key, item: &Item, notes: &mut Notes) {
    let Some(erasure) = notes.read::<Erasure>(key, item) else { return };
    notes.compare(key, item, Write::put(keys::erasure(erasure.user_id), &erasure));
    notes.done_by(key, erasure.due + ERASING);
    let at = key.clone();
    notes.ask(keys::profile(erasure.user_id), move |found| {
        let leaves = parsed::<Profile>(found).is_some_and(|profile| !profile.is_active());
        let expected = "a profile of somebody who left";
        (!leaves).then(|| Finding::new(Invariant::ErasureListed, &at, expected, differs(found)))
    });
}

fn socket(key: &Key, item: &Item, notes: &mut Notes) {
    let Some(socket) = notes.read::<Connection>(key, item) else { return };
    notes.compare(key, item, Write::put(keys::connection(&socket.connection_id), &socket.as_written()));
    if socket.expires > notes.now.as_second() {
        twice(key, &socket, keys::connection_of(socket.user_id, &socket.connection_id), notes);
    }
}

fn token(key: &Key, item: &Item, notes: &mut Notes) {
    let Some(owner) = notes.read::<devices::Owner>(key, item) else { return };
    notes.compare(key, item, Write::put(key.clone(), &owner));
    let at = key.clone();
    notes.ask(keys::device(owner.user_id, owner.device_id), move |found| {
        let is_owned = parsed::<Device>(found).is_some_and(|device| {
            keys::push_token(device.platform, &device.token) == at && devices::owner(&device) == owner
        });
        (!is_owned).then(|| Finding::new(Invariant::TokensOwned, &at, "its device", differs(found)))
    });
}

fn direct(key: &Key, item: &Item, notes: &mut Notes) {
    let Some(direct) = notes.read::<Direct>(key, item) else { return };
    notes.compare(key, item, Write::put(key.clone(), &direct));
    let at = key.clone();
    notes.ask(keys::conversation(direct.conversation_id), move |found| {
        let pair = parsed::<Conversation>(found).and_then(|conversation| conversation.pair);
        let is_theirs = pair.is_some_and(|[one, other]: [UserId; 2]| keys::direct(one, other) == at);
        (!is_theirs)
            .then(|| Finding::new(Invariant::DirectPair, &at, "a conversation of the two", differs(found)))
    });
}

fn ticket(key: &Key, item: &Item, notes: &mut Notes) {
    if let Some(ticket) = notes.read::<Ticket>(key, item) {
        notes.compare(key, item, Write::put(key.clone(), &ticket.as_written()));
    }
}

fn job(key: &Key, item: &Item, notes: &mut Notes) {
    let Some(row) = notes.read::<jobs::Kept>(key, item) else { return };
    notes.compare(key, item, row.as_written());
    notes.follows(key, row.made_at());
}

fn entry(kind: CatalogueKind, key: &Key, item: &Item, notes: &mut Notes) {
    fn of<T: DeserializeOwned + Serialize>(
        (kind, id): (CatalogueKind, fn(&T) -> &Slug),
        key: &Key,
        item: &Item,
        notes: &mut Notes,
    ) {
        if let Some(row) = notes.read::<catalogue::Row<T>>(key, item) {
            notes.compare(key, item, Write::put(keys::catalogue(kind, id(&row.entry)), &row));
        }
    }
    match kind {
        CatalogueKind::Instrument => of::<Instrument>((kind, |entry| &entry.id), key, item, notes),
        CatalogueKind::Genre => of::<Genre>((kind, |entry| &entry.id), key, item, notes),
    }
}
