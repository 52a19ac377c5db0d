use tunelink::{
    Result,
    app::App,
    auth::Member,
    domain::NotificationId,
    input::Path,
    operation::{Operation, Route},
    output::Done,
    store::notifications,
    text::Text,
};

pub struct MarkNotificationRead;

impl Operation for MarkNotificationRead {
    const ROUTE: Route =
        Route::put("/v1/notifications/{notification_id}/read", "Mark a notification as read");
    const DONE: Text = Text::new("Marked as read", "Marquée comme lue");
    type Caller = Member;
    type Input = Path<NotificationId>;
    type Output = Done;

    async fn run(app: &App, member: Member, Path(id): Self::Input) -> Result<Done> {
        notifications::mark_read(app.store(), member.user_id, id, app.now()).await.map(|()| Done)
    }
}
