use std::time::Duration;

use serde_json::json;
use tunelink_local::matrix::Column;

use crate::{
    events::player,
    harness::{
        PASSWORD, Person, World,
        stage::{Cast, NEXT_PASSWORD},
    },
};

/// Somebody for each column.
pub(super) struct Company {
    /// Those who are there in every scene, and have a column of their own some of them.
    pub(super) cast: Cast,
    nobody: Person,
    expired: Person,
    logged_out: Person,
    stranger: Person,
    deactivated: Person,
    erased: Person,
}

impl Company {
    pub(super) async fn new(world: &World) -> Self {
        let expired = world.person().await;
        world.pass(Duration::from_mins(16)).await;
        let stranger = player(world, &["cello", "violin"]).await;
        let mut nobody = stranger.clone();
        "nobody.at.all".clone_into(&mut nobody.name);
        "nothing".clone_into(&mut nobody.refresh_token);
        let logged_out = world.person().await;
        logged_out.post("/v1/auth/logout", json!({ "scope": "this" })).await.ok();
        let (deactivated, erased) = (world.person().await, world.person().await);
        leave(&deactivated, "deactivate").await;
        leave(&erased, "erase").await;
        let cast = Cast::new(world).await;
        Self { cast, nobody, expired, logged_out, stranger, deactivated, erased }
    }

    pub(super) const fn person(&self, column: Column) -> &Person {
        match column {
            Column::Nobody => &self.nobody,
            Column::Expired => &self.expired,
            Column::LoggedOut => &self.logged_out,
            Column::Stranger => &self.stranger,
            Column::Participant => &self.cast.member,
            Column::Left => &self.cast.former,
            Column::Organiser => &self.cast.owner,
            Column::Blocked => &self.cast.blocked,
            Column::Deactivated => &self.deactivated,
            Column::Erased => &self.erased,
            Column::Admin => &self.cast.admin,
        }
    }

    const fn person_mut(&mut self, column: Column) -> &mut Person {
        match column {
            Column::Nobody => &mut self.nobody,
            Column::Expired => &mut self.expired,
            Column::LoggedOut => &mut self.logged_out,
            Column::Stranger => &mut self.stranger,
            Column::Participant => &mut self.cast.member,
            Column::Left => &mut self.cast.former,
            Column::Organiser => &mut self.cast.owner,
            Column::Blocked => &mut self.cast.blocked,
            Column::Deactivated => &mut self.deactivated,
            Column::Erased => &mut self.erased,
            Column::Admin => &mut self.cast.admin,
        }
    }

    /// Makes somebody again what their column says, once this operation of theirs has succeeded.
    pub(super) async fn restore(&mut self, world: &World, column: Column, operation: &str) {
        let person = self.person_mut(column);
        match operation {
            "log_out" | "delete_my_account" => *person = world.log_in(&person.name).await,
            "change_password" => {
                let back = json!({ "old_password": NEXT_PASSWORD, "new_password": PASSWORD });
                person.put("/v1/users/me/password", back).await.ok();
            }
            "log_in" | "issue_token" if column == Column::Deactivated => {
                *person = world.log_in(&person.name).await;
                leave(person, "deactivate").await;
            }
            _ => {}
        }
    }
}

async fn leave(person: &Person, mode: &str) {
    person.post("/v1/users/me/deletion", json!({ "mode": mode, "password": PASSWORD })).await.ok();
}
