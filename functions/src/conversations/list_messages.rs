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
        let (found, messages) =
            try_join!(conversations::find(store, id, user), read(store, id, from, 1, limit))?;
        let (messages, next) = page(store, &found, from, messages, limit).await?;
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

/// So many messages beginning there, from the first one that there may be, and the newest first.
async fn read(
    store: &Store,
    id: ConversationId,
    from: From,
    first: u64,
    limit: usize,
) -> Result<Vec<Message>> {
    let newest = |last, limit| conversations::messages(store, id, Range { first, last }, true, limit);
    let following = async |seq: u64, limit| {
        let range = Range { first: first.max(seq.saturating_add(1)), last: u64::MAX };
        let mut found = conversations::messages(store, id, range, false, limit).await?;
        found.reverse();
        Ok::<_, Error>(found)
    };
    match from {
        From::Latest => newest(u64::MAX, limit).await,
        From::Before(seq) => newest(seq.saturating_sub(1), limit).await,
        From::After(seq) => following(seq, limit).await,
        From::Around(seq) => {
            let (mut found, older) = try_join!(following(seq, limit / 2), newest(seq, limit - limit / 2))?;
            found.extend(older);
            Ok(found)
        }
    }
}

impl From {
    /// The message behind which it reads towards the present, if it does.
    const fn forwards(self) -> Option<u64> {
        match self {
            Self::After(seq) | Self::Around(seq) => Some(seq),
            Self::Latest | Self::Before(_) => None,
        }
    }
}

/// What of the messages that were read beside the conversation somebody sees, and where the next page begins.
async fn page(
    store: &Store,
    (conversation, part): &(Conversation, Membership),
    from: From,
    mut found: Vec<Message>,
    limit: usize,
) -> Result<(Vec<Message>, Option<From>)> {
    let (id, first, last) = (conversation.conversation_id, part.from_seq, conversation.last_seq);
    // What came before they did may have taken the place of what they see.
    if from.forwards().is_some_and(|seq| seq.saturating_add(1) < first) {
        found = read(store, id, from, first, limit).await?;
    }
    // One that was sent in between is on no page before it is counted, and its page goes on behind it.
    let oldest = found.last().map(|message| message.seq).filter(|oldest| *oldest > first);
    found.retain(|message| (first..=last).contains(&message.seq));
    let next = match from {
        From::After(_) => {
            found.first().map(|message| message.seq).filter(|newest| *newest < last).map(From::After)
        }
        _ => oldest.map(From::Before),
    };
    Ok((found, next))
}
