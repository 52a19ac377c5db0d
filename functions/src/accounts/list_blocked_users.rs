use std::collections::HashMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::UserId,
    input::Query,
    operation::{Operation, Route},
    output::Page,
    paging::{self, Paging},
    store::{blocks, profiles},
    text::Text,
};

pub struct ListBlockedUsers;

/// Somebody you have blocked.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct BlockedUser {
    user_id: UserId,
    /// Null while they are away
    username: Option<String>,
    #[schemars(with = "String", extend("format" = "date-time"))]
    since: Timestamp,
}

impl Operation for ListBlockedUsers {
    const ROUTE: Route = Route::get("/v1/users/me/blocks", "Whom you have blocked");
    const DONE: Text = Text::new("Blocked users", "Personnes bloquées");
    const ERRORS: &'static [Code] = &[Code::InvalidCursor];
    type Caller = Member;
    type Input = Query<Paging>;
    type Output = Page<BlockedUser>;

    async fn run(app: &App, member: Member, Query(paging): Self::Input) -> Result<Self::Output> {
        let cursors = app.cursors("list_blocked_users", &member.user_id)?;
        let found =
            blocks::list(app.store(), member.user_id, cursors.open(paging.cursor())?, paging.limit()).await?;
        let profiles = profiles::find_all(app.store(), found.rows.iter().map(|block| block.blocked)).await?;
        let mut names: HashMap<UserId, String> =
            profiles.into_iter().map(|p| (p.user_id, p.username)).collect();
        paging::page(
            found,
            &cursors,
            |block| block.blocked,
            |block| BlockedUser {
                user_id: block.blocked,
                username: names.remove(&block.blocked),
                since: block.since,
            },
        )
    }
}
