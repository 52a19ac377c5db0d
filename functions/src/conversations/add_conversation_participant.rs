use garde::Validate;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{ConversationId, MemberRole, UserId},
    input::{Body, Path},
    operation::{Operation, Route},
    output::Answer,
    store::conversations::{self, Seat},
    text::Text,
};

pub struct AddConversationParticipant;

/// What somebody may do in a group.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "role": "member" }))]
pub struct RoleInGroup {
    #[serde(default)]
    #[garde(dive)]
    role: MemberRole,
}

/// Somebody's part in a group.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PartInGroup {
    user_id: UserId,
    role: MemberRole,
    #[schemars(with = "String", extend("format" = "date-time"))]
    joined_at: Timestamp,
    /// The first message that they see: none from before they came
    from_seq: u64,
}

impl Operation for AddConversationParticipant {
    const ROUTE: Route = Route::put(
        "/v1/conversations/{conversation_id}/participants/{user_id}",
        "Bring somebody into a group, or give a member another role; its admins can",
    );
    const DONE: Text = Text::new("Participant set", "Participant enregistré");
    const ERRORS: &'static [Code] =
        &[Code::Forbidden, Code::NotAGroup, Code::Unreachable, Code::LimitReached, Code::Oneself];
    type Caller = Member;
    type Input = (Path<(ConversationId, UserId)>, Option<Body<RoleInGroup>>);
    type Output = Answer<PartInGroup>;

    async fn run(
        app: &App,
        member: Member,
        (Path((id, user_id)), body): Self::Input,
    ) -> Result<Self::Output> {
        let seat = Seat { user_id, role: body.map_or(MemberRole::Member, |Body(body)| body.role) };
        let part = conversations::put_member(app.store(), id, member.user_id, seat, app.now()).await?;
        let (role, joined_at, from_seq) = (part.role, part.joined_at, part.from_seq);
        Ok(Answer(PartInGroup { user_id, role, joined_at, from_seq }))
    }
}
