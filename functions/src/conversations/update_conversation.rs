use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{ConversationId, GroupTitle},
    input::{Body, Patch, Path},
    operation::{Operation, Route},
    output::Resource,
    store::conversations,
    text::Text,
};

use super::view::{self, ConversationView};

pub struct UpdateConversation;

/// What changes of a group.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "title": "Sunday rehearsal" }))]
pub struct ConversationChanges {
    /// Null for none
    #[serde(default)]
    #[garde(dive)]
    title: Patch<GroupTitle>,
}

impl Operation for UpdateConversation {
    const ROUTE: Route =
        Route::patch("/v1/conversations/{conversation_id}", "Give a group another title; its admins can");
    const DONE: Text = Text::new("Conversation updated", "Conversation modifiée");
    const ERRORS: &'static [Code] = &[Code::Forbidden, Code::NotAGroup];
    type Caller = Member;
    type Input = (Path<ConversationId>, Body<ConversationChanges>);
    type Output = Resource<ConversationView>;

    async fn run(app: &App, member: Member, (Path(id), Body(changes)): Self::Input) -> Result<Self::Output> {
        let (store, user) = (app.store(), member.user_id);
        let changed = async {
            let title = match changes.title {
                Patch::Keep => return conversations::find(store, id, user).await,
                Patch::Clear => None,
                Patch::Set(title) => Some(title),
            };
            conversations::rename(store, id, user, title.as_ref(), app.now()).await
        };
        view::show_beside(store, user, id, changed).await.map(Resource::of)
    }
}
