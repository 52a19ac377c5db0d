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

pub struct DeleteNotification;

impl Operation for DeleteNotification {
    const ROUTE: Route = Route::delete("/v1/notifications/{notification_id}", "Delete a notification");
    const DONE: Text = Text::new("Notification deleted", "Notification supprimée");
    type Caller = Member;
    type Input = Path<NotificationId>;
    type Output = Done;

    async fn run(app: &App, member: Member, Path(id): Self::Input) -> Result<Done> {
        notifications::delete(app.store(), member.user_id, id, app.now()).await.map(|()| Done)
    }
}
