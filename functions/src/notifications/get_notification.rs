use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{NotificationId, NotificationView},
    input::Path,
    operation::{Operation, Route},
    output::Resource,
    store::notifications,
    text::{Language, Text},
};

use super::words;

pub struct GetNotification;

impl Operation for GetNotification {
    const ROUTE: Route = Route::get("/v1/notifications/{notification_id}", "One of your notifications");
    const DONE: Text = Text::new("Notification", "Notification");
    type Caller = Member;
    type Input = (Path<NotificationId>, Language);
    type Output = Resource<NotificationView>;

    async fn run(app: &App, member: Member, (Path(id), language): Self::Input) -> Result<Self::Output> {
        let store = app.store();
        let found = notifications::find(store, member.user_id, id, app.now()).await?;
        let view =
            words::views(store, member.user_id, vec![found.ok_or(Code::NotFound)?], language).await?.pop();
        Ok(Resource::of(view.ok_or(Code::NotFound)?))
    }
}
