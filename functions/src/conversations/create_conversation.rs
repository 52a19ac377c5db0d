use std::collections::HashSet;

use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Error, Result,
    app::App,
    auth::Member,
    domain::{Conversation, ConversationId, ConversationKind, GroupTitle, MAX_FOUNDERS, Membership, UserId},
    idempotency::Idempotent,
    input::Body,
    operation::{Operation, Route},
    output::{Created, Ensured},
    store::{Store, conversations},
    text::Text,
};

use super::view::{self, ConversationView};

pub struct CreateConversation;

/// With whom to talk.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = {
    "kind": "direct", "participant_ids": ["01900000-0000-7000-8000-000000000000"]
}))]
pub struct NewConversation {
    #[garde(skip)]
    kind: NewKind,
    /// The others: exactly one for a direct conversation, 1–39 for a group
    #[garde(length(min = 1, max = MAX_FOUNDERS - 1))]
    participant_ids: Vec<UserId>,
    /// What a group is called; a direct conversation has no title
    #[garde(dive)]
    title: Option<GroupTitle>,
}

/// The conversation of an event comes with the event.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum NewKind {
    Direct,
    Group,
}

impl Operation for CreateConversation {
    const ROUTE: Route = Route::post(
        "/v1/conversations",
        "Begin to talk: with one person, with whom there is one conversation for good, or in a group",
    );
    const DONE: Text = Text::new("Conversation created", "Conversation créée");
    const ERRORS: &'static [Code] = &[Code::Unreachable, Code::UnknownUser, Code::OneOrMany, Code::Oneself];
    type Caller = Member;
    type Input = (Idempotent, Body<NewConversation>);
    type Output = Ensured<ConversationView>;

    async fn run(app: &App, member: Member, (once, Body(new)): Self::Input) -> Result<Self::Output> {
        check(&new, member.user_id)?;
        let (store, user) = (app.store(), member.user_id);
        let (id, now) = (ConversationId(app.new_id()), app.now());
        let other = new.participant_ids[0];
        let others = new.participant_ids.as_slice();
        let new = match new.kind {
            NewKind::Direct => conversations::NewConversation::direct(id, user, other, now),
            NewKind::Group => conversations::NewConversation::group(id, new.title, (user, others), now),
        };
        let is_direct = new.conversation.kind == ConversationKind::Direct;
        if is_direct && let Some(known) = known(store, user, other).await? {
            return Ok(Ensured { created: known, is_new: false });
        }
        let created = show(store, user, (new.conversation.clone(), new.founder())).await?;
        let record = once.record(now, user, &created)?;
        match conversations::create(store, &new, record).await {
            // The other one was faster.
            Err(Error { code: Code::AlreadyExists, .. }) => {
                let known = known(store, user, other).await?.ok_or(Code::Conflict)?;
                Ok(Ensured { created: known, is_new: false })
            }
            done => done.map(|()| Ensured { created, is_new: true }),
        }
    }
}

async fn known(store: &Store, user: UserId, other: UserId) -> Result<Option<Created<ConversationView>>> {
    let Some(id) = conversations::direct(store, user, other).await? else { return Ok(None) };
    show(store, user, conversations::find(store, id, user).await?).await.map(Some)
}

async fn show(
    store: &Store,
    user: UserId,
    conversation: (Conversation, Membership),
) -> Result<Created<ConversationView>> {
    let location = format!("/v1/conversations/{}", conversation.0.conversation_id);
    Ok(Created { location, data: view::show(store, user, conversation).await? })
}

fn check(new: &NewConversation, founder: UserId) -> Result<()> {
    let mut faults = Vec::new();
    let mut known = HashSet::new();
    for (at, id) in new.participant_ids.iter().enumerate() {
        let field = format!("participant_ids[{at}]");
        if *id == founder {
            faults.push(Code::Oneself.at(&field));
        }
        if !known.insert(*id) {
            faults.push(Code::DuplicateEntry.at(&field));
        }
    }
    if new.kind == NewKind::Direct {
        if new.participant_ids.len() > 1 {
            faults.push(Code::OneOrMany.at("participant_ids"));
        }
        if new.title.is_some() {
            faults.push(Code::UnknownField.at("title"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
}
