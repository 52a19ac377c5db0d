use serde_json::json;
use tunelink::{auth::Access, operation::Function};

use crate::{
    events::player,
    harness::{Person, World},
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
    /// Is there to be blocked, and in nothing else.
    pub nuisance: Person,
    pub admin: Person,
}

impl Cast {
    /// The people of one world; takes a local one, for the sake of the admin.
    pub async fn new(world: &World) -> Self {
        let musician = || player(world, &["cello", "violin"]);
        Self {
            owner: musician().await,
            member: musician().await,
            former: musician().await,
            another: musician().await,
            nuisance: world.person().await,
            admin: admin(world).await,
        }
    }

    /// Who may send the request of this operation; somebody new, or in a new session, where it ends what they have.
    pub(super) async fn sender(&self, world: &World, function: &Function) -> Person {
        match function.name {
            "change_password" | "delete_my_account" => world.person().await,
            "log_out" | "refresh_session" => world.log_in(&self.owner.name).await,
            "join_event" => self.another.clone(),
            _ if function.access == Access::Admin => self.admin.clone(),
            _ => self.owner.clone(),
        }
    }
}

async fn admin(world: &World) -> Person {
    let admin = world.admin().await;
    for instrument in ["cello", "violin"] {
        let path = format!("/v1/users/me/instruments/{instrument}");
        admin.put(&path, json!({ "level": "beginner" })).await.ok();
    }
    admin
}
