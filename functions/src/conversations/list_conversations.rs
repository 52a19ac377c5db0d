use std::cmp::Reverse;

use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    input::Query,
    operation::{Operation, Route},
    output::Page,
    paging::{Paging, cut},
    store::conversations,
    text::Text,
};

use super::view::{self, ConversationView};

pub struct ListConversations;

/// So many are looked through: the ones that were made last.
const LOOKED_THROUGH: usize = 500;

impl Operation for ListConversations {
    const ROUTE: Route = Route::get(
        "/v1/conversations",
        "Your conversations, those with the latest messages first, with what you have not read",
    );
    const DONE: Text = Text::new("Your conversations", "Vos conversations");
    const ERRORS: &'static [Code] = &[Code::InvalidCursor];
    type Caller = Member;
    type Input = Query<Paging>;
    type Output = Page<ConversationView>;

    async fn run(app: &App, member: Member, Query(paging): Self::Input) -> Result<Self::Output> {
        let (store, user) = (app.store(), member.user_id);
        let cursors = app.cursors("list_conversations", &user)?;
        let mine = conversations::of(store, user, LOOKED_THROUGH).await?;
        let mut all = conversations::heads(store, user, mine.rows).await?;
        let order = |(conversation, _): &(_, _)| {
            let conversation: &tunelink::domain::Conversation = conversation;
            (Reverse(conversation.last_at), Reverse(conversation.conversation_id.0))
        };
        all.sort_by_key(order);
        let page = cut(all, &cursors, paging.cursor(), paging.limit(), order)?;
        let next = page.next;
        Ok(Page::new(view::show_all(store, user, page.items).await?, next).partial(mine.more))
    }
}
