use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{ConversationId, MessageView},
    input::Path,
    operation::{Operation, Route},
    output::Answer,
    store::conversations,
    text::Text,
};

pub struct DeleteMessage;

impl Operation for DeleteMessage {
    const ROUTE: Route = Route::delete(
        "/v1/conversations/{conversation_id}/messages/{seq}",
        "Delete a message: a tombstone stays. Its author can, and the admins of a group or of an event's conversation",
    );
    const DONE: Text = Text::new("Message deleted", "Message supprimé");
    const ERRORS: &'static [Code] = &[Code::Forbidden];
    type Caller = Member;
    type Input = Path<(ConversationId, u64)>;
    type Output = Answer<MessageView>;

    async fn run(app: &App, member: Member, Path(which): Self::Input) -> Result<Self::Output> {
        let message = conversations::delete(app.store(), which, member.user_id, app.now()).await?;
        Ok(Answer(message.shown(false)))
    }
}
