use tokio::try_join;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{ConversationId, MessageView},
    input::Path,
    operation::{Operation, Route},
    output::Resource,
    store::conversations,
    text::Text,
};

use super::view;

pub struct GetMessage;

impl Operation for GetMessage {
    const ROUTE: Route = Route::get("/v1/conversations/{conversation_id}/messages/{seq}", "One message");
    const DONE: Text = Text::new("Message", "Message");
    type Caller = Member;
    type Input = Path<(ConversationId, u64)>;
    type Output = Resource<MessageView>;

    async fn run(app: &App, member: Member, Path((id, seq)): Self::Input) -> Result<Self::Output> {
        let (store, user) = (app.store(), member.user_id);
        let (part, message) =
            try_join!(conversations::part(store, id, user), conversations::message(store, id, seq))?;
        let sees = part.is_some_and(|part| part.is_present() && part.sees(seq));
        let message = message.filter(|_| sees).ok_or(Code::NotFound)?;
        let mut shown = view::messages(store, user, vec![message]).await?;
        shown.pop().map(Resource::of).ok_or_else(|| Code::NotFound.into())
    }
}
