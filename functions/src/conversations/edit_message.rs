use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{ConversationId, MessageText, MessageView},
    input::{Body, Path},
    operation::{Operation, Route},
    output::Answer,
    store::conversations,
    text::Text,
};

pub struct EditMessage;

/// What a message says instead.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "text": "Shall we start with Minor Swing?" }))]
pub struct MessageChanges {
    #[garde(dive)]
    text: MessageText,
}

impl Operation for EditMessage {
    const ROUTE: Route = Route::patch(
        "/v1/conversations/{conversation_id}/messages/{seq}",
        "Change a message of yours, within a day; it is marked as edited",
    );
    const DONE: Text = Text::new("Message edited", "Message modifié");
    const ERRORS: &'static [Code] =
        &[Code::Forbidden, Code::Unreachable, Code::TooLate, Code::MessageDeleted];
    type Caller = Member;
    type Input = (Path<(ConversationId, u64)>, Body<MessageChanges>);
    type Output = Answer<MessageView>;

    async fn run(
        app: &App,
        member: Member,
        (Path(which), Body(changes)): Self::Input,
    ) -> Result<Self::Output> {
        let text = changes.text.with_line_feeds();
        let message = conversations::edit(app.store(), which, member.user_id, &text, app.now()).await?;
        Ok(Answer(message.shown(false)))
    }
}
