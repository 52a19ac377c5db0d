use std::collections::BTreeMap;

use serde_json::json;

use super::{acts, events, talks, town::Town};
use crate::{
    events::Dice,
    harness::{PASSWORD, Person, Reply, Socket, account, unique},
};

/// Somebody for whom one lane acts, and what was acknowledged to them.
pub(super) struct Citizen {
    pub(super) person: Person,
    /// Whether they have a session as far as they know.
    pub(super) logged_in: bool,
    pub(super) life: Life,
    /// By the path of the event: whether they signed up, or nothing where that was not acknowledged.
    pub(super) parts: BTreeMap<String, Option<bool>>,
    /// Paths of events that they organise.
    pub(super) hosts: Vec<String>,
    /// Paths of conversations that they know to take part in, or that they once did.
    pub(super) talks: Vec<String>,
    pub(super) socket: Option<Socket>,
    /// Sessions that are over.
    pub(super) ended: Vec<String>,
}

/// What has become of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    There,
    /// Deactivated, or perhaps so: logging in brings them back.
    Away,
    /// Erased, and told so, or perhaps erased.
    Leaving {
        acknowledged: bool,
    },
}

impl Citizen {
    /// Registers, until that has gone well.
    pub(super) async fn arrive(town: &Town) -> Self {
        loop {
            let name = unique("c");
            let reply = town.send(town.world.post("/v1/auth/register", account(&name))).await;
            let person = match reply.status {
                201 => town.world.known(name, &reply.created()["tokens"]),
                // It may have gone well.
                503 => match Self::tokens(town, &name).await {
                    Some(person) => person,
                    None => continue,
                },
                _ => panic!("{}", reply.text),
            };
            town.people.lock().unwrap().push(person.id.clone());
            return Self {
                person,
                logged_in: true,
                life: Life::There,
                parts: BTreeMap::new(),
                hosts: Vec::new(),
                talks: Vec::new(),
                socket: None,
                ended: Vec::new(),
            };
        }
    }

    async fn tokens(town: &Town, name: &str) -> Option<Person> {
        let body = || json!({ "identifier": name, "password": PASSWORD });
        let reply = town.insist(|| town.world.post("/v1/auth/login", body())).await;
        assert!(matches!(reply.status, 200 | 401 | 429), "{}", reply.text);
        (reply.status == 200).then(|| town.world.known(name.to_owned(), &reply.ok()))
    }

    pub(super) const fn is_leaving(&self) -> bool {
        matches!(self.life, Life::Leaving { .. })
    }

    /// Does one thing.
    pub(super) async fn act(&mut self, town: &Town, dice: &mut Dice) {
        if !self.logged_in && !self.log_in(town).await {
            return;
        }
        match dice.roll(100) {
            0..30 => talks::act(self, town, dice).await,
            30..60 => events::act(self, town, dice).await,
            60..88 => acts::act(self, town, dice).await,
            88..97 => self.come_and_go(town, dice).await,
            97 => self.leave(town, "deactivate").await,
            98 => self.leave(town, "erase").await,
            _ => acts::rule(self, town, dice).await,
        }
    }

    /// Notes that a session is over where that is the answer.
    pub(super) fn hear(&mut self, reply: &Reply) {
        if reply.status == 401 {
            self.logged_in = false;
        }
    }

    /// Logs in, which brings back who was away; false when they have tried too often.
    async fn log_in(&mut self, town: &Town) -> bool {
        let name = self.person.name.clone();
        let Some(person) = Self::tokens(town, &name).await else { return false };
        self.person = person;
        (self.logged_in, self.life) = (true, Life::There);
        true
    }

    async fn come_and_go(&mut self, town: &Town, dice: &mut Dice) {
        match dice.roll(4) {
            0 => {
                let refresh = json!({ "refresh_token": self.person.refresh_token });
                let reply = town.insist(|| town.world.post("/v1/auth/refresh", refresh.clone())).await;
                match reply.status {
                    200 => self.person = town.world.known(self.person.name.clone(), &reply.ok()),
                    401 => self.logged_in = false,
                    _ => panic!("{}", reply.text),
                }
            }
            1 => {
                let scope = ["this", "others", "all"][dice.roll(3)];
                let reply = town.send(self.person.post("/v1/auth/logout", json!({ "scope": scope }))).await;
                if reply.status == 200 && scope != "others" {
                    self.ended.push(self.person.session_id.clone());
                }
                self.logged_in &= scope == "others";
                self.hear(&reply);
            }
            2 => self.socket = Socket::open(town.world.url(), &self.person.access_token).await.ok(),
            _ => self.socket = None,
        }
    }

    async fn leave(&mut self, town: &Town, mode: &str) {
        let body = json!({ "mode": mode, "password": PASSWORD });
        let reply = town.send(self.person.post("/v1/users/me/deletion", body)).await;
        let done = reply.status == 200;
        // After 503 it may have been done.
        if done || reply.status == 503 {
            self.life = if mode == "erase" { Life::Leaving { acknowledged: done } } else { Life::Away };
            self.logged_in = false;
            self.socket = None;
        }
        self.hear(&reply);
    }
}
