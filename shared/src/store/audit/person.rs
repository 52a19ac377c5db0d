//! What is a person's.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde::Deserialize;

use super::{Finding, Invariant, Notes, Partition, notes::parsed};
use crate::{
    domain::{
        AccountStatus, CatalogueKind, Device, MAX_TASTES, Profile, Session, SessionId, UserId, canonical,
    },
    idempotency::Record,
    store::{
        Item, Key, Write,
        accounts::{Credential, Owner},
        blocks::{self, Block},
        connections::Connection,
        devices::{self, MAX_DEVICES},
        keys::{self, Row},
        nearby,
        notifications::Notification,
        preferences,
        sessions::{self, MAX_SESSIONS},
        tastes::Taste,
    },
};

/// A profile as it is stored, less what it has in the index.
#[derive(Clone, Deserialize)]
pub(super) struct Stored {
    #[serde(flatten)]
    pub(super) profile: Profile,
    nearby_version: Option<u64>,
}

/// A person's partition, as far as it was read.
#[derive(Default)]
pub(super) struct Person {
    first: Option<Key>,
    profile: Option<(Key, Stored)>,
    /// The profile and all that is played or liked, as they are.
    found: HashMap<Key, Item>,
    tastes: Vec<Taste>,
    sessions: Vec<(Key, Session)>,
    sockets: Vec<(Key, Connection)>,
    devices: Vec<(Key, Device)>,
    counts_devices: bool,
}

impl Partition for Person {
    fn row(&mut self, key: &Key, item: Item, notes: &mut Notes) {
        self.first.get_or_insert_with(|| key.clone());
        match key.row() {
            Some(Row::Profile) => {
                self.profile = notes.read(key, &item).map(|profile| (key.clone(), profile));
                self.found.insert(key.clone(), item);
            }
            Some(Row::Taste(_)) => {
                self.tastes.extend(notes.read::<Taste>(key, &item));
                self.found.insert(key.clone(), item);
            }
            Some(Row::Session) => {
                let Some(session) = notes.read::<Session>(key, &item) else { return };
                notes.compare(key, &item, session_row(&session));
                self.sessions.push((key.clone(), session));
            }
            Some(Row::OwnConnection) => self.socket(key, &item, notes),
            Some(Row::Device) => self.device(key, &item, notes),
            Some(Row::Devices) => {
                self.counts_devices = true;
                if let Some(changes) = notes.read::<devices::Changes>(key, &item) {
                    notes.compare(key, &item, Write::put(key.clone(), &changes));
                }
            }
            _ => apart(key, &item, notes),
        }
    }

    fn end(self: Box<Self>, notes: &mut Notes) {
        let Some((key, Stored { profile, nearby_version })) = &self.profile else {
            if let Some(first) = self.first.filter(|first| !self.found.contains_key(&profile_of(first))) {
                notes.find(Invariant::PersonExists, &first, "a profile beside it", "none");
            }
            return;
        };
        let written = nearby::rows(profile, self.tastes.clone(), *nearby_version);
        compare_all(written, &self.found, notes);
        names(key, profile, notes);
        standing(key, profile, notes);
        self.limits(key, notes);
        self.sessions_of(profile, notes);
        // An erasure that goes on has ended the sessions, and not yet all the rest.
        if profile.status != AccountStatus::Erased {
            self.sockets_and_devices(notes);
        }
    }
}

impl Person {
    fn socket(&mut self, key: &Key, item: &Item, notes: &mut Notes) {
        let Some(socket) = notes.read::<Connection>(key, item) else { return };
        let own = keys::connection_of(socket.user_id, &socket.connection_id);
        notes.compare(key, item, Write::put(own, &socket.as_written()));
        if socket.expires > notes.now.as_second() {
            twice(key, &socket, keys::connection(&socket.connection_id), notes);
            self.sockets.push((key.clone(), socket));
        }
    }

    fn device(&mut self, key: &Key, item: &Item, notes: &mut Notes) {
        let Some(device) = notes.read::<Device>(key, item) else { return };
        notes.compare(key, item, Write::put(keys::device(device.user_id, device.device_id), &device));
        let (at, owner) = (key.clone(), devices::owner(&device));
        notes.ask(keys::push_token(device.platform, &device.token), move |token| {
            let is_owned = parsed::<devices::Owner>(token).is_some_and(|found| found == owner);
            (!is_owned).then(|| Finding::new(Invariant::TokensOwned, &at, "its token", differs(token)))
        });
        self.devices.push((key.clone(), device));
    }

    fn limits(&self, key: &Key, notes: &mut Notes) {
        for kind in [CatalogueKind::Instrument, CatalogueKind::Genre] {
            let number = self.tastes.iter().filter(|taste| taste.kind == kind).count();
            if number > MAX_TASTES as usize {
                let prefix = keys::prefix(kind);
                notes.find(
                    Invariant::TastesLimited,
                    key,
                    format!("{MAX_TASTES} of {prefix} at most"),
                    number.to_string(),
                );
            }
        }
        if self.devices.len() > MAX_DEVICES {
            let number = self.devices.len().to_string();
            notes.find(Invariant::DevicesAllowed, key, format!("{MAX_DEVICES} devices at most"), number);
        }
        if let Some((device, _)) = self.devices.first().filter(|_| !self.counts_devices) {
            notes.find(Invariant::DevicesAllowed, device, "a count of changes beside it", "none");
        }
    }

    fn sessions_of(&self, profile: &Profile, notes: &mut Notes) {
        let stands = |session: &Session, now: Timestamp| session.expires > now.as_second();
        let standing: Vec<_> =
            self.sessions.iter().filter(|(_, session)| stands(session, notes.now)).collect();
        for (key, session) in &standing {
            if session.role != profile.role || !profile.is_active() {
                let what = |role, active: bool| format!("{role:?}, active: {active}");
                notes.find(
                    Invariant::SessionsAllowed,
                    key,
                    what(profile.role, true),
                    what(session.role, profile.is_active()),
                );
            }
        }
        if let Some((key, _)) = standing.get(MAX_SESSIONS) {
            let number = standing.len().to_string();
            notes.find(Invariant::SessionsAllowed, key, format!("{MAX_SESSIONS} at most"), number);
        }
    }

    fn sockets_and_devices(&self, notes: &mut Notes) {
        let sessions: HashSet<SessionId> =
            self.sessions.iter().map(|(_, session)| session.session_id).collect();
        let sockets = self.sockets.iter().map(|(key, socket)| (key, socket.session_id));
        let devices = self.devices.iter().map(|(key, device)| (key, device.session_id));
        let sockets = sockets.map(|of| (Invariant::SocketsSessions, of));
        let devices = devices.map(|of| (Invariant::DevicesAllowed, of));
        for (invariant, (key, session)) in sockets.chain(devices) {
            if !sessions.contains(&session) {
                notes.find(invariant, key, "its session", "none");
            }
        }
    }
}

/// Rows that tell of nothing else in the partition.
fn apart(key: &Key, item: &Item, notes: &mut Notes) {
    match key.row() {
        Some(Row::Block) => {
            if let Some((blocker, block)) = key.person().zip(notes.read::<Block>(key, item)) {
                notes.compare(key, item, blocks::row(blocker, block.blocked, block.since));
            }
        }
        Some(Row::Once) => {
            if let Some(record) = notes.read::<Record>(key, item) {
                notes.compare(key, item, Write::put(key.clone(), &record));
            }
        }
        Some(Row::Preferences) => {
            if let Some(row) = notes.read::<preferences::Row>(key, item) {
                notes.compare(key, item, Write::put(keys::preferences(row.user_id), &row));
            }
        }
        Some(Row::Notification | Row::Push) => {
            if let Some(notification) = notes.read::<Notification>(key, item) {
                notes.compare(key, item, notification.as_written());
            }
        }
        _ => notes.find(Invariant::KnownRows, key, "a row of a known kind", "another"),
    }
}

/// That the other row of a socket is there and says the same.
pub(super) fn twice(key: &Key, socket: &Connection, other: Key, notes: &mut Notes) {
    let (at, socket) = (key.clone(), socket.clone());
    notes.ask(other, move |found| {
        let is_same = parsed::<Connection>(found).is_some_and(|found| found == socket);
        (!is_same).then(|| Finding::new(Invariant::SocketsTwice, &at, "the same once more", differs(found)))
    });
}

/// What is found where something else is expected.
pub(super) fn differs(found: Option<&Item>) -> &'static str {
    if found.is_some() { "another" } else { "none" }
}

fn session_row(session: &Session) -> crate::Result<Write> {
    let expires = (session.last_used_at + sessions::IDLE).as_second();
    let session = Session { expires, ..session.clone() };
    Write::put(keys::session(session.user_id, session.session_id), &session)
}

fn profile_of(key: &Key) -> Key {
    Key { sk: "PROFILE".to_owned(), ..key.clone() }
}

fn compare_all(written: crate::Result<Vec<Write>>, found: &HashMap<Key, Item>, notes: &mut Notes) {
    for expected in written.into_iter().flatten().filter_map(Write::into_item) {
        let Some(key) = Key::of(&expected) else { continue };
        match found.get(&key) {
            Some(item) => notes.differ(&key, item, &expected),
            None => notes.find(Invariant::SaysItsKey, &key, "the row that says so under this key", "none"),
        }
    }
}

fn names(key: &Key, profile: &Profile, notes: &mut Notes) {
    let named = [
        (Invariant::UsernameOwned, keys::username(&canonical(&profile.username))),
        (Invariant::EmailOwned, keys::email(&canonical(&profile.email))),
    ];
    for (invariant, name) in named {
        let (at, user_id) = (key.clone(), profile.user_id);
        notes.ask(name, move |owner| {
            let is_own = parsed::<Owner>(owner).is_some_and(|owner| owner.user_id == user_id);
            (!is_own).then(|| Finding::new(invariant, &at, "a row that says whose it is", differs(owner)))
        });
    }
}

/// What a status asks for elsewhere.
fn standing(key: &Key, profile: &Profile, notes: &mut Notes) {
    let Profile { user_id, status, role, .. } = *profile;
    let at = key.clone();
    notes.ask(keys::credential(user_id), move |found| {
        let credential = parsed::<Credential>(found);
        let is_right = match (&credential, status) {
            (None, AccountStatus::Erased) => found.is_none(),
            (Some(own), AccountStatus::Active) => own.role == role && own.deactivated_at.is_none(),
            (Some(own), AccountStatus::Deactivated) => own.role == role && own.deactivated_at.is_some(),
            _ => false,
        };
        let expected = format!("a credential of one who is {role:?} and {status:?}");
        (!is_right).then(|| Finding::new(Invariant::CredentialOwned, &at, expected, differs(found)))
    });
    let at = key.clone();
    notes.ask(keys::erasure(user_id), move |entry| {
        let (expected, found) = (status != AccountStatus::Active, entry.is_some());
        let say = |listed: bool| format!("{status:?}, on the list: {listed}");
        (expected != found).then(|| Finding::new(Invariant::ErasureListed, &at, say(expected), say(found)))
    });
}

/// That somebody has a profile.
pub(super) fn must_exist(invariant: Invariant, key: &Key, user: UserId, notes: &mut Notes) {
    let at = key.clone();
    notes.ask(keys::profile(user), move |profile| {
        profile.is_none().then(|| Finding::new(invariant, &at, format!("a profile of {user}"), "none"))
    });
}
