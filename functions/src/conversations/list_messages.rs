use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::try_join;
use tunelink::{
    Code, Error, Result,
    app::App,
    auth::Member,
    domain::{Conversation, ConversationId, Membership, Message, MessageView},
    input::{Path, Query},
    operation::{Operation, Route},
    output::Page,
    paging::{CursorText, Limit},
    store::{
        Store,
        conversations::{self, Range},
    },
    text::Text,
};

use super::view;

pub struct ListMessages;

/// Which messages; at most one of `before`, `after` and `around`.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct MessageFilter {
    /// Only those with a smaller number
    #[garde(skip)]
    before: Option<u64>,
    /// Only those with a greater number, beginning with the next one; the pages go on towards the present
    #[garde(skip)]
    after: Option<u64>,
    /// This one, with those around it; the pages go on towards the past
    #[garde(skip)]
    around: Option<u64>,
    /// How many entries the page has at most
    #[garde(dive)]
    limit: Option<Limit>,
    /// Where the page begins: `page.next` of the one before
    #[garde(dive)]
    cursor: Option<CursorText>,
}

/// Where a page begins.
#[derive(Clone, Copy, Serialize, Deserialize)]
enum From {
    Latest,
    Before(u64),
    After(u64),
    Around(u64),
}

impl Operation for ListMessages {
    const ROUTE: Route = Route::get(
        "/v1/conversations/{conversation_id}/messages",
        "The messages of a conversation, the newest first",
    );
    const DONE: Text = Text::new("Messages", "Messages");
    const ERRORS: &'static [Code] = &[Code::InvalidCursor];
    type Caller = Member;
    type Input = (Path<ConversationId>, Query<MessageFilter>);
    type Output = Page<MessageView>;

    async fn run(app: &App, member: Member, (Path(id), Query(filter)): Self::Input) -> Result<Self::Output> {
        let (store, user, limit) = (app.store(), member.user_id, Limit::or_default(filter.limit));
        let asked = filter.from()?;
        let cursors = app.cursors("list_messages", &(id, user, asked))?;
        let from = cursors.open(filter.cursor.as_ref().map(CursorText::as_str))?.unwrap_or(asked);
        let (conversation, part) = conversations::find(store, id, user).await?;
        let (messages, next) = page(store, &conversation, &part, from, limit).await?;
        let next = next.map(|next| cursors.mint(&next)).transpose()?;
        Ok(Page::new(view::messages(store, user, messages).await?, next))
    }
}

impl MessageFilter {
    fn from(&self) -> Result<From> {
        match (self.before, self.after, self.around) {
            (None, None, None) => Ok(From::Latest),
            (Some(seq), None, None) => Ok(From::Before(seq)),
            (None, Some(seq), None) => Ok(From::After(seq)),
            (None, None, Some(seq)) => Ok(From::Around(seq)),
            (Some(_), Some(_), _) => Err(Error::invalid(vec![Code::OnlyOne.at("after")])),
            _ => Err(Error::invalid(vec![Code::OnlyOne.at("around")])),
        }
    }
}

/// So many messages, the newest first, and where the next page begins.
async fn page(
    store: &Store,
    conversation: &Conversation,
    part: &Membership,
    from: From,
    limit: usize,
) -> Result<(Vec<Message>, Option<From>)> {
    let (id, first, last) = (conversation.conversation_id, part.from_seq, conversation.last_seq);
    let newest =
        async |last: u64, limit| conversations::messages(store, id, Range { first, last }, true, limit).await;
    let following = async |seq: u64, limit| {
        let first = first.max(seq.saturating_add(1));
        let mut found = conversations::messages(store, id, Range { first, last }, false, limit).await?;
        found.reverse();
        Ok::<_, Error>(found)
    };
    let past = |found: &[Message]| found.last().map(|m| m.seq).filter(|seq| *seq > first).map(From::Before);
    match from {
        From::Latest => newest(last, limit).await.map(|found| (past(&found), found)),
        From::Before(seq) => {
            newest(last.min(seq.saturating_sub(1)), limit).await.map(|found| (past(&found), found))
        }
        From::After(seq) => following(seq, limit).await.map(|found| {
            let newest = found.first().map(|message| message.seq).filter(|newest| *newest < last);
            (newest.map(From::After), found)
        }),
        From::Around(seq) => {
            let seq = seq.min(last);
            let (mut found, older) = try_join!(following(seq, limit / 2), newest(seq, limit - limit / 2))?;
            found.extend(older);
            Ok((past(&found), found))
        }
    }
    .map(|(next, found)| (found, next))
}
