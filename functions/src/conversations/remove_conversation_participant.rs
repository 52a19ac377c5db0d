use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{ConversationId, UserId},
    input::Path,
    operation::{Operation, Route},
    output::Done,
    store::conversations,
    text::Text,
};

pub struct RemoveConversationParticipant;

impl Operation for RemoveConversationParticipant {
    const ROUTE: Route = Route::delete(
        "/v1/conversations/{conversation_id}/participants/{user_id}",
        "Leave a group, or take somebody out of it; its admins can. Without an admin it falls to the oldest member",
    );
    const DONE: Text = Text::new("Participant removed", "Participant retiré");
    const ERRORS: &'static [Code] = &[Code::Forbidden, Code::NotAGroup];
    type Caller = Member;
    type Input = Path<(ConversationId, UserId)>;
    type Output = Done;

    async fn run(app: &App, member: Member, Path((id, user_id)): Self::Input) -> Result<Done> {
        conversations::remove_member(app.store(), id, member.user_id, user_id, app.now()).await.map(|()| Done)
    }
}
