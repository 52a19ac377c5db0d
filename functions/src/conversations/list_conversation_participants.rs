use std::collections::HashMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::try_join;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{ConversationId, MemberRole, Membership, Profile, UserId},
    input::{Path, Query},
    operation::{Operation, Route},
    output::Page,
    paging::Paging,
    store::{conversations, profiles},
    text::Text,
};

use super::view::PersonView;

pub struct ListConversationParticipants;

/// Somebody who takes part in a conversation.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ConversationParticipant {
    user_id: UserId,
    /// Null while they are away
    person: Option<PersonView>,
    role: MemberRole,
    #[schemars(with = "String", extend("format" = "date-time"))]
    joined_at: Timestamp,
    /// The last message that they have read; null where one of you has blocked the other, and in conversations of more
    /// than 250
    read_seq: Option<u64>,
}

impl Operation for ListConversationParticipants {
    const ROUTE: Route = Route::get(
        "/v1/conversations/{conversation_id}/participants",
        "Who takes part in a conversation, and how far they have read",
    );
    const DONE: Text = Text::new("Participants", "Participants");
    const ERRORS: &'static [Code] = &[Code::InvalidCursor];
    type Caller = Member;
    type Input = (Path<ConversationId>, Query<Paging>);
    type Output = Page<ConversationParticipant>;

    async fn run(app: &App, member: Member, (Path(id), Query(paging)): Self::Input) -> Result<Self::Output> {
        let (store, user) = (app.store(), member.user_id);
        let cursors = app.cursors("list_conversation_participants", &id)?;
        let after = cursors.open(paging.cursor())?;
        let ((conversation, _), mut found) = try_join!(
            conversations::find(store, id, user),
            conversations::members(store, id, after, paging.limit())
        )?;
        let last = found.rows.last().map(|member| member.user_id).filter(|_| found.more);
        found.rows.retain(Membership::is_present);
        let ids: Vec<UserId> = found.rows.iter().map(|member| member.user_id).collect();
        let (people, apart) = try_join!(
            profiles::find_all(store, ids.iter().copied()),
            conversations::apart(store, user, ids.iter().copied())
        )?;
        let mut people: HashMap<UserId, Profile> = people.into_iter().map(|p| (p.user_id, p)).collect();
        let items = found.rows.into_iter().map(|member| ConversationParticipant {
            user_id: member.user_id,
            person: people.remove(&member.user_id).map(PersonView::from),
            role: member.role,
            joined_at: member.joined_at,
            read_seq: (!conversation.is_broadcast() && !apart.contains(&member.user_id))
                .then_some(member.read_seq),
        });
        Ok(Page::new(items.collect(), last.map(|last| cursors.mint(&last)).transpose()?))
    }
}
