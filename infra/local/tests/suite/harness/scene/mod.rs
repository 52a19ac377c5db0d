//! For every operation a request that succeeds, on things that are made for it.

mod accounts;
mod conversations;
mod events;
mod notifications;
mod others;

use reqwest::Method;
use serde_json::{Value, json};
use tunelink::{auth::Access, operation::Function};

use super::{Call, Person, World};
use crate::events::player;

/// People who have to do with each other.
pub struct Cast {
    /// Whose events, groups, notifications, devices and sessions they are.
    pub owner: Person,
    /// Goes to the events and is in the conversations.
    pub participant: Person,
    /// Was in both, and left.
    pub left: Person,
    /// Has nothing to do with any of it.
    pub stranger: Person,
    /// Whom the owner has blocked.
    pub blocked: Person,
    /// Whom scenes have the owner block and let be again, and who logs in so often that their first session is over.
    pub passerby: Person,
    pub admin: Person,
}

impl Cast {
    pub async fn new(world: &World) -> Self {
        let cellist = || player(world, &["cello"]);
        let (owner, participant, left) = tokio::join!(cellist(), cellist(), cellist());
        let (stranger, blocked, passerby) = tokio::join!(cellist(), cellist(), world.person());
        owner.put(&format!("/v1/users/me/blocks/{}", blocked.id), Value::Null).await.ok();
        let admin = world.admin().await;
        admin.put("/v1/users/me/instruments/cello", json!({ "level": "beginner" })).await.ok();
        Self { owner, participant, left, stranger, blocked, passerby, admin }
    }
}

/// A request, and who may make it.
pub struct Scene {
    pub by: Person,
    pub method: Method,
    pub path: String,
    pub body: Body,
    signed: bool,
}

pub enum Body {
    None,
    Json(Value),
    Form(Vec<(&'static str, String)>),
}

impl Scene {
    /// Makes what the operation finds.
    pub async fn set(world: &World, cast: &Cast, function: &Function) -> Self {
        let (by, path, body) = stage(world, cast, function).await;
        let method = function.route.method.parse().expect("routes have HTTP methods");
        Self { by, method, path, body, signed: function.access != Access::Anyone }
    }

    /// The request, by whom it is for.
    pub fn request(&self) -> Call {
        if self.signed { self.unsigned().bearer(&self.by.access_token) } else { self.unsigned() }
    }

    /// The request by nobody yet.
    pub fn unsigned(&self) -> Call {
        let call = self.by.anonymous(self.method.clone(), &self.path);
        match &self.body {
            Body::None => call,
            Body::Json(body) => call.json(body.clone()),
            Body::Form(fields) => {
                let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                call.form(&fields)
            }
        }
    }
}

/// Who asks, for what path, with what.
type Stage = (Person, String, Body);

async fn stage(world: &World, cast: &Cast, function: &Function) -> Stage {
    let name = function.name;
    if let Some(stage) = accounts::stage(world, cast, name).await {
        return stage;
    }
    if let Some(stage) = events::stage(cast, name).await {
        return stage;
    }
    if let Some(stage) = conversations::stage(cast, name).await {
        return stage;
    }
    if let Some(stage) = notifications::stage(cast, name).await {
        return stage;
    }
    others::stage(cast, name)
        .await
        .unwrap_or_else(|| panic!("{name} has no scene: give it one in tests/suite/harness/scene/"))
}
