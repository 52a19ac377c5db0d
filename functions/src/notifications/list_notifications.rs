use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::try_join;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{NotificationId, NotificationView},
    input::Query,
    operation::{Operation, Route},
    output::Page,
    paging::{CursorText, Limit, Paging},
    store::notifications,
    text::{Language, Text},
};

use super::words;

pub struct ListNotifications;

/// Which notifications.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NotificationFilter {
    /// True for those alone that you have not read; the newest may be missing for a second
    #[garde(skip)]
    unread: Option<bool>,
    /// How many entries the page has at most; it may have fewer and still not be the last
    #[garde(dive)]
    limit: Option<Limit>,
    /// Where the page begins: `page.next` of the one before
    #[garde(dive)]
    cursor: Option<CursorText>,
}

impl Operation for ListNotifications {
    const ROUTE: Route = Route::get("/v1/notifications", "What happened, the latest first");
    const DONE: Text = Text::new("Your notifications", "Vos notifications");
    const ERRORS: &'static [Code] = &[Code::InvalidCursor];
    type Caller = Member;
    type Input = (Query<NotificationFilter>, Language);
    type Output = Page<NotificationView>;

    async fn run(app: &App, member: Member, (Query(filter), language): Self::Input) -> Result<Self::Output> {
        let (store, owner, now) = (app.store(), member.user_id, app.now());
        let unread_alone = filter.unread.unwrap_or_default();
        let paging = Paging { limit: filter.limit, cursor: filter.cursor };
        let cursors = app.cursors("list_notifications", &(owner, unread_alone))?;
        let after: Option<NotificationId> = cursors.open(paging.cursor())?;
        let page = async {
            if unread_alone {
                let found = notifications::unread(store, owner, after, paging.limit(), now).await?;
                let mut rows = notifications::find_all(store, owner, &found.rows, now).await?;
                rows.retain(|told| told.read_at.is_none());
                Ok((rows, found.rows.last().copied().filter(|_| found.more)))
            } else {
                let mut found = notifications::list(store, owner, after, paging.limit()).await?;
                let last = found.rows.last().map(|told| told.notification_id);
                found.rows.retain(|told| told.is_there(now));
                Ok((found.rows, last.filter(|_| found.more)))
            }
        };
        let unread = notifications::count_unread(store, owner, None, now);
        let ((rows, last), unread) = try_join!(page, unread)?;
        let next = last.map(|last| cursors.mint(&last)).transpose()?;
        Ok(Page::new(words::views(store, owner, rows, language).await?, next).unread(unread))
    }
}
