use tunelink::{
    Result,
    app::App,
    auth::Member,
    operation::{Operation, Route},
    output::Done,
    store::notifications,
    text::Text,
};

pub struct MarkAllNotificationsRead;

impl Operation for MarkAllNotificationsRead {
    const ROUTE: Route =
        Route::put("/v1/notifications/read", "Mark all as read; one of the last second may stay unread");
    const DONE: Text = Text::new("All marked as read", "Toutes marquées comme lues");
    type Caller = Member;
    type Input = ();
    type Output = Done;

    async fn run(app: &App, member: Member, (): ()) -> Result<Done> {
        notifications::mark_all_read(app.store(), member.user_id, app.now()).await.map(|()| Done)
    }
}
