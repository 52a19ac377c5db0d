use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::json;
use tunelink::operation::Function;
use uuid::Uuid;

use super::{Cast, Setting, cast::block, request::push_token};
use crate::{
    catalogue,
    conversations::{self, say},
    events::{announce, jam_with, join, part},
    harness::{Person, World, unique},
};

/// Makes what the request of one operation names.
pub(super) struct Maker<'a> {
    pub(super) world: &'a World,
    pub(super) cast: &'a Cast,
    pub(super) function: &'a Function,
    pub(super) setting: Setting,
}

impl Maker<'_> {
    /// What a parameter of this name stands for in the operation's path: its id.
    pub(super) async fn make(&self, parameter: &str) -> String {
        let cast = self.cast;
        match parameter {
            "event_id" => self.event().await,
            "conversation_id" => self.conversation().await,
            "seq" if self.setting == Setting::Theirs => "2".to_owned(),
            // The owner's own, the first of the two in a new conversation.
            "seq" => "1".to_owned(),
            "user_id" => self.somebody().id.clone(),
            "session_id" => self.world.log_in(&cast.owner.name).await.session_id,
            "device_id" => Uuid::now_v7().to_string(),
            "notification_id" => notification(cast).await,
            "instrument_id" => self.instrument().await,
            "genre_id" => self.genre().await,
            other => panic!("{}: there is no {{{other}}} on the stage; add one here", self.function.name),
        }
    }

    /// Makes so what is somebody's whatever its id is.
    pub(super) async fn prepare(&self, things: &BTreeMap<&str, String>) {
        let owner = &self.cast.owner;
        let mine = |of: &str, id: &str| format!("/v1/users/me/{of}/{}", things[id]);
        // What is to be added is there in some scenes and not in others: either reply is right.
        match self.function.name {
            "block_user" => drop(owner.delete(&mine("blocks", "user_id")).await),
            "unblock_user" => block(owner, &self.cast.forgiven).await,
            "add_my_genre" => drop(owner.delete(&mine("genres", "genre_id")).await),
            "remove_my_genre" => drop(owner.call(Method::PUT, &mine("genres", "genre_id")).await.ok()),
            "set_my_instrument" => drop(owner.delete(&mine("instruments", "instrument_id")).await),
            "remove_my_instrument" => {
                let level = json!({ "level": "advanced" });
                owner.put(&mine("instruments", "instrument_id"), level).await.ok();
            }
            "remove_device" => {
                let device = json!({ "platform": "ios", "token": push_token() });
                owner.put(&mine("devices", "device_id"), device).await.ok();
            }
            _ => {}
        }
    }

    /// An event of the owner to come. Once it is announced, the member has a seat and the former one had.
    async fn event(&self) -> String {
        let Cast { owner, member, former, word, .. } = self.cast;
        let wanted = |instrument: &str, wanted: u8| json!({ "instrument_id": instrument, "wanted": wanted });
        let event = jam_with(json!({
            "title": format!("Jam {word}"),
            "instruments": [wanted("cello", 4), wanted("violin", 4), wanted("piano", 1)],
            "status": if self.setting == Setting::Draft { "draft" } else { "published" },
            "needs_approval": self.setting == Setting::Pending,
        }));
        let event = announce(owner, event).await;
        if self.setting != Setting::Draft {
            join(member, &event, "cello").await;
            join(former, &event, "cello").await;
            former.delete(&part(former, &event)).await.ok();
        }
        last(&event)
    }

    /// A conversation in which the owner and then the other has said something.
    async fn conversation(&self) -> String {
        let Cast { owner, member, blocked, .. } = self.cast;
        match self.setting {
            Setting::Direct => {
                owner.delete(&format!("/v1/users/me/blocks/{}", blocked.id)).await.ok();
                let conversation = conversations::direct(owner, blocked).await;
                self.talk(blocked, &conversation).await;
                block(owner, blocked).await;
                last(&conversation)
            }
            Setting::OfEvent => {
                let id = self.event().await;
                self.world.settled().await;
                self.talk(member, &format!("/v1/conversations/{id}")).await;
                id
            }
            _ => self.group().await,
        }
    }

    /// A group out of which the former one was taken.
    async fn group(&self) -> String {
        let Cast { owner, member, former, .. } = self.cast;
        let group = conversations::group(owner, &[member, former]).await;
        self.talk(member, &group).await;
        owner.delete(&conversations::member(&group, former)).await.ok();
        last(&group)
    }

    async fn talk(&self, other: &Person, conversation: &str) {
        let Cast { owner, word, .. } = self.cast;
        say(owner, conversation, &format!("Shall we, {word}?")).await;
        say(other, conversation, &format!("Let us, {word}.")).await;
    }

    fn somebody(&self) -> &Person {
        match self.function.name {
            "block_user" => &self.cast.nuisance,
            "unblock_user" => &self.cast.forgiven,
            "add_conversation_participant" => &self.cast.another,
            _ => &self.cast.member,
        }
    }

    async fn instrument(&self) -> String {
        match self.function.name {
            "update_instrument" | "delete_instrument" => entry(&self.cast.admin, "/v1/instruments").await,
            // Wanted, and nobody has it.
            "remove_event_instrument" => "piano".to_owned(),
            "set_event_instrument" | "set_my_instrument" => "drum-kit".to_owned(),
            "remove_my_instrument" => "clarinet".to_owned(),
            _ => "cello".to_owned(),
        }
    }

    async fn genre(&self) -> String {
        match self.function.name {
            "update_genre" | "delete_genre" => entry(&self.cast.admin, "/v1/genres").await,
            "remove_my_genre" => "gypsy-jazz".to_owned(),
            _ => "swing".to_owned(),
        }
    }
}

/// What an admin told the owner.
async fn notification(Cast { admin, owner, word, .. }: &Cast) -> String {
    let words = json!({ "title": format!("Doors at eight, {word}"), "body": "Come in." });
    let new = json!({ "user_id": owner.id, "text": { "en": words, "fr": words } });
    let sent = admin.post("/v1/notifications", new).await.created();
    sent["notification_id"].as_str().expect("it is kept").to_owned()
}

/// A new entry of the catalogue.
async fn entry(admin: &Person, base: &str) -> String {
    let id = unique("e");
    admin.post(base, catalogue::entry(base, &id)).await.created();
    id
}

/// The path without what comes before the id.
fn last(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}
