use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::ConversationId,
    input::{Body, Path},
    operation::{Operation, Route},
    output::Answer,
    store::conversations,
    text::Text,
};

pub struct MarkRead;

/// How far you have read.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "seq": 42 }))]
pub struct ReadUpTo {
    /// The number of the last message that you have read; a smaller one than before changes nothing
    #[garde(range(min = 0))]
    pub seq: u64,
}

/// How far somebody has read.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ReadPosition {
    conversation_id: ConversationId,
    /// The number of the last message that you have read
    read_seq: u64,
}

impl Operation for MarkRead {
    const ROUTE: Route = Route::put(
        "/v1/conversations/{conversation_id}/read",
        "Say how far you have read; those who wrote learn of it",
    );
    const DONE: Text = Text::new("Marked as read", "Marqué comme lu");
    const ERRORS: &'static [Code] = &[Code::UnknownMessage];
    type Caller = Member;
    type Input = (Path<ConversationId>, Body<ReadUpTo>);
    type Output = Answer<ReadPosition>;

    async fn run(app: &App, member: Member, (Path(id), Body(read)): Self::Input) -> Result<Self::Output> {
        let part = conversations::mark_read(app.store(), id, member.user_id, read.seq, app.now()).await?;
        Ok(Answer(ReadPosition { conversation_id: id, read_seq: part.read_seq }))
    }
}
