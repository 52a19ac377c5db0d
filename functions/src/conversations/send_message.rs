use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{ClientMessageId, ConversationId, MessageText, MessageView},
    input::{Body, Path},
    operation::{Operation, Route},
    output::Created,
    store::conversations,
    text::Text,
};

pub struct SendMessage;

/// A new message.
#[derive(Clone, Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = {
    "text": "Shall we start with Nuages?", "client_message_id": "0190a6c2-7d1b-7f6e-9a0c-4d3f2b1a0c9e"
}))]
pub struct NewMessage {
    #[garde(dive)]
    pub text: MessageText,
    /// Sent again with the same id, it is the same message, and what it was first stays
    #[garde(dive)]
    pub client_message_id: ClientMessageId,
    /// The number of the message that it answers
    #[garde(skip)]
    pub reply_to: Option<u64>,
}

impl NewMessage {
    /// The same as the store takes it.
    pub fn by(self, member: Member, conversation_id: ConversationId) -> conversations::NewMessage {
        conversations::NewMessage {
            conversation_id,
            sender_id: member.user_id,
            text: self.text.with_line_feeds(),
            client_message_id: self.client_message_id,
            reply_to: self.reply_to,
        }
    }
}

impl Operation for SendMessage {
    const ROUTE: Route = Route::post(
        "/v1/conversations/{conversation_id}/messages",
        "Send a message; it gets the next number of the conversation",
    );
    const DONE: Text = Text::new("Message sent", "Message envoyé");
    const ERRORS: &'static [Code] = &[Code::Unreachable, Code::ReadOnly, Code::UnknownMessage];
    type Caller = Member;
    type Input = (Path<ConversationId>, Body<NewMessage>);
    type Output = Created<MessageView>;

    async fn run(app: &App, member: Member, (Path(id), Body(new)): Self::Input) -> Result<Self::Output> {
        let message = conversations::send(app.store(), &new.by(member, id), app.now()).await?;
        let location = format!("/v1/conversations/{id}/messages/{}", message.seq);
        Ok(Created { location, data: message.shown(false) })
    }
}
