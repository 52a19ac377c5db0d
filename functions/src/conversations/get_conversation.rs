use tunelink::{
    Result,
    app::App,
    auth::Member,
    domain::ConversationId,
    input::Path,
    operation::{Operation, Route},
    output::Resource,
    store::conversations,
    text::Text,
};

use super::view::{self, ConversationView};

pub struct GetConversation;

impl Operation for GetConversation {
    const ROUTE: Route = Route::get(
        "/v1/conversations/{conversation_id}",
        "One of your conversations; the one of an event has the event's id",
    );
    const DONE: Text = Text::new("Conversation", "Conversation");
    type Caller = Member;
    type Input = Path<ConversationId>;
    type Output = Resource<ConversationView>;

    async fn run(app: &App, member: Member, Path(id): Self::Input) -> Result<Self::Output> {
        let (store, user) = (app.store(), member.user_id);
        let found = conversations::find(store, id, user).await?;
        view::show(store, user, found).await.map(Resource::of)
    }
}
