//! Which kind of row a key is of.

use super::{
    BLOCK, CATALOGUE, CLIENT, CONNECTION, DEPARTURE, DEVICE, ERASURES, EVENT, JOB, Key, LATER, MEMBER,
    MESSAGE, NOTIFICATION, PARTICIPANT, PUSH, SEATS, SESSION, prefix,
};
use crate::domain::{CatalogueKind, UserId};

/// Every kind of row that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Row {
    Profile,
    Credential,
    Username,
    Email,
    Session,
    Device,
    Devices,
    Token,
    Claim,
    Taste(CatalogueKind),
    Block,
    Once,
    Event,
    Seats,
    Text,
    Slot,
    Participant,
    Departure,
    Waiting,
    Conversation,
    Member,
    Message,
    Later,
    ClientMessage,
    Direct,
    Connection,
    OwnConnection,
    Ticket,
    Preferences,
    Notification,
    Push,
    Job,
    Entry(CatalogueKind),
    Seeded,
    Throttle,
    World,
    Erasure,
}

impl Key {
    /// The kind of row; `None` for keys that nothing here writes.
    pub(in crate::store) fn row(&self) -> Option<Row> {
        match self.pk.split_once('#') {
            Some(("U", _)) => self.of_person(),
            Some(("E", _)) => self.of_event(),
            Some(("C", _)) => self.of_conversation(),
            _ if self.pk == CATALOGUE => self.of_catalogue(),
            _ if self.pk == ERASURES => self.sk.starts_with("U#").then_some(Row::Erasure),
            Some(("DEVICE_TOKEN", _)) if self.sk == "CLAIM" => Some(Row::Claim),
            Some((first, _)) if self.pk == self.sk => Some(match first {
                "CREDENTIAL" => Row::Credential,
                "USERNAME" => Row::Username,
                "EMAIL" => Row::Email,
                "DEVICE_TOKEN" => Row::Token,
                "DIRECT" => Row::Direct,
                "TICKET" => Row::Ticket,
                "THROTTLE" => Row::Throttle,
                "WORLD" => Row::World,
                _ if self.pk.starts_with(CONNECTION) => Row::Connection,
                _ if self.pk.starts_with(JOB) => Row::Job,
                _ => return None,
            }),
            _ => None,
        }
    }

    fn of_person(&self) -> Option<Row> {
        let begins = |prefix: &str| self.sk.starts_with(prefix);
        Some(match self.sk.as_str() {
            "PROFILE" => Row::Profile,
            "DEVICES" => Row::Devices,
            "PREFERENCES" => Row::Preferences,
            _ if begins(SESSION) => Row::Session,
            _ if begins(DEVICE) => Row::Device,
            _ if begins(CONNECTION) => Row::OwnConnection,
            _ if begins(BLOCK) => Row::Block,
            _ if begins(NOTIFICATION) => Row::Notification,
            _ if begins(PUSH) => Row::Push,
            _ if begins("ONCE#") => Row::Once,
            _ => Row::Taste(self.kind_of_entry()?),
        })
    }

    fn of_event(&self) -> Option<Row> {
        let begins = |prefix: &str| self.sk.starts_with(prefix);
        Some(match self.sk.as_str() {
            EVENT => Row::Event,
            SEATS => Row::Seats,
            "EVENT#TEXT" => Row::Text,
            _ if begins("SLOT#") => Row::Slot,
            _ if begins(PARTICIPANT) => Row::Participant,
            _ if begins(DEPARTURE) => Row::Departure,
            _ if begins("WAITING#") => Row::Waiting,
            _ => return None,
        })
    }

    fn of_conversation(&self) -> Option<Row> {
        let begins = |prefix: &str| self.sk.starts_with(prefix);
        Some(match self.sk.as_str() {
            "CONVERSATION" => Row::Conversation,
            _ if begins(MEMBER) => Row::Member,
            _ if begins(MESSAGE) => Row::Message,
            _ if begins(LATER) => Row::Later,
            _ if begins(CLIENT) => Row::ClientMessage,
            _ => return None,
        })
    }

    fn of_catalogue(&self) -> Option<Row> {
        if self.sk == "SEEDED" { Some(Row::Seeded) } else { self.kind_of_entry().map(Row::Entry) }
    }

    fn kind_of_entry(&self) -> Option<CatalogueKind> {
        let kinds = [CatalogueKind::Instrument, CatalogueKind::Genre];
        kinds.into_iter().find(|kind| self.sk.starts_with(prefix(*kind)))
    }

    /// The person whose partition it is.
    pub(in crate::store) fn person(&self) -> Option<UserId> {
        self.pk.strip_prefix("U#")?.parse().ok().map(UserId)
    }

    /// The number of a message or of a change, as the key has it.
    pub(in crate::store) fn number(&self) -> Option<u64> {
        let number = self.sk.strip_prefix(MESSAGE).or_else(|| self.sk.strip_prefix(LATER))?;
        number.parse().ok()
    }

    /// The item that stands for what is in this one's partition: whatever changes the partition in a way that two
    /// rows tell of changes that one, too.
    pub(in crate::store) fn head_of(partition: &str) -> Option<Self> {
        let sk = match partition.split_once('#')?.0 {
            "U" => "PROFILE",
            "E" => SEATS,
            "C" => "CONVERSATION",
            _ => return None,
        };
        Some(Self::new(partition, sk))
    }

    /// As it may be shown to whoever looks after the service: with ids, but without names, addresses, or anything else
    /// that people chose.
    pub(in crate::store) fn shown(&self) -> String {
        let parts = match self.row() {
            Some(Row::Username) => return "USERNAME#…".to_owned(),
            Some(Row::Email) => return "EMAIL#…".to_owned(),
            Some(Row::ClientMessage) => {
                let sender = self.sk.rsplit_once('#').map_or(CLIENT, |(sender, _)| sender);
                return format!("{} {sender}#…", self.pk);
            }
            Some(_) => [self.pk.clone(), self.sk.clone()],
            None => [masked(&self.pk), masked(&self.sk)],
        };
        if self.pk == self.sk { parts[0].clone() } else { parts.join(" ") }
    }
}

/// What there is in a key of no known kind that names nobody.
fn masked(key: &str) -> String {
    let plain = |part: &&str| {
        let word = part.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        word || part.parse::<uuid::Uuid>().is_ok()
    };
    let parts: Vec<&str> = key.split('#').map(|part| if plain(&part) { part } else { "…" }).collect();
    parts.join("#")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pk: &str, sk: &str) -> String {
        Key::new(pk, sk).shown()
    }

    #[test]
    fn no_key_is_shown_with_what_people_chose() {
        assert_eq!(shown("USERNAME#django", "USERNAME#django"), "USERNAME#…");
        assert_eq!(shown("EMAIL#a@example.org", "EMAIL#a@example.org"), "EMAIL#…");
        let id = "0190a6c2-7d1b-7f6e-9a0c-4d3f2b1a0c9e";
        assert_eq!(
            shown(&format!("C#{id}"), &format!("CLIENT#{id}#secret")),
            format!("C#{id} CLIENT#{id}#…")
        );
        assert_eq!(shown(&format!("NAME#{id}"), "django"), format!("NAME#{id} …"));
        assert_eq!(shown(&format!("U#{id}"), "PROFILE"), format!("U#{id} PROFILE"));
    }
}
