use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::json;
use tunelink::{auth::Access, operation::Function};

use crate::{
    events::player,
    harness::{Person, World, unique},
};

/// Who is there in every scene.
pub struct Cast {
    /// Whose things they are: organiser of the event, founder of the group.
    pub owner: Person,
    /// Takes part in the event, is in the group.
    pub member: Person,
    /// Has left the event, was taken out of the group.
    pub former: Person,
    /// Has no part in anything.
    pub another: Person,
    /// The owner and the one who has no part in anything have blocked them.
    pub blocked: Person,
    /// Is there to be blocked, and in nothing else.
    pub nuisance: Person,
    /// Is there to be unblocked, and in nothing else.
    pub forgiven: Person,
    pub admin: Person,
    /// Is in the title or the text of all that the owner makes.
    pub word: String,
    /// When they logged in.
    since: Timestamp,
}

/// Access tokens are good for 15 minutes, and a scene is to be over before they end, however slow the machine.
const MAY_STAY: SignedDuration = SignedDuration::from_mins(8);

impl Cast {
    /// The people of one world; takes a local one, for the sake of the admin.
    pub async fn new(world: &World) -> Self {
        let musician = || player(world, &["cello", "violin"]);
        let cast = Self {
            owner: musician().await,
            member: musician().await,
            former: musician().await,
            another: musician().await,
            blocked: musician().await,
            nuisance: world.person().await,
            forgiven: world.person().await,
            admin: admin(world).await,
            word: unique("w"),
            since: world.app().now(),
        };
        for person in [&cast.owner, &cast.another] {
            block(person, &cast.blocked).await;
        }
        cast
    }

    /// Whether their access tokens could end during a scene that is set now.
    pub fn is_old(&self, world: &World) -> bool {
        world.app().now().duration_since(self.since) > MAY_STAY
    }

    /// Has them log in again once they are [old](Self::is_old): for tests that set many scenes.
    pub async fn renew(&mut self, world: &World) {
        if !self.is_old(world) {
            return;
        }
        self.since = world.app().now();
        let Self { owner, member, former, another, blocked, nuisance, forgiven, admin, .. } = self;
        for person in [owner, member, former, another, blocked, nuisance, forgiven, admin] {
            *person = world.log_in(&person.name).await;
        }
    }

    /// Who may send the request of this operation; somebody new, or in a new session, where it ends what they have.
    pub(super) async fn sender(&self, world: &World, function: &Function) -> Person {
        match function.name {
            "change_password" | "delete_my_account" => world.person().await,
            // Sessions that are too many end the oldest, which is not to be the owner's.
            "log_out" | "refresh_session" => world.log_in(&self.nuisance.name).await,
            "join_event" => self.another.clone(),
            _ if function.access == Access::Admin => self.admin.clone(),
            _ => self.owner.clone(),
        }
    }
}

pub(super) async fn block(person: &Person, nuisance: &Person) {
    person.call(Method::PUT, &format!("/v1/users/me/blocks/{}", nuisance.id)).await.ok();
}

async fn admin(world: &World) -> Person {
    let admin = world.admin().await;
    for instrument in ["cello", "violin"] {
        let path = format!("/v1/users/me/instruments/{instrument}");
        admin.put(&path, json!({ "level": "beginner" })).await.ok();
    }
    admin
}
