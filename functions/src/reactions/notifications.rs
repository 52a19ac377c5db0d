//! What follows when there is something to tell: it goes over open sockets.

use jiff::SignedDuration;
use tokio::try_join;
use tunelink::{
    Result,
    app::App,
    domain::Profile,
    live::{self, Frame},
    store::{
        connections,
        notifications::{self, Notification},
        profiles,
    },
};

/// What is older than this is in the list and disturbs nobody any more: a change may be reacted to days later.
const NEWS: SignedDuration = SignedDuration::from_hours(1);

/// Tells somebody at once of a notification that came or was raised, unless they have read it or there is more news.
pub(super) async fn told(app: &App, told: &Notification) -> Result<()> {
    let (store, now, owner, id) = (app.store(), app.now(), told.owner, told.notification_id);
    if told.updated_at + NEWS < now {
        return Ok(());
    }
    let there = notifications::find(store, owner, id, now);
    let (there, sockets) = try_join!(there, connections::of(store, owner, now))?;
    if sockets.is_empty() {
        return Ok(());
    }
    let unread = there.filter(|there| there.read_at.is_none() && there.seq == told.seq);
    let Some(notification) = unread else { return Ok(()) };
    let who = async {
        match notification.notice.user_id() {
            Some(who) => profiles::glance(store, who).await,
            None => Ok(None),
        }
    };
    let unread = notifications::count_unread(store, owner, Some(id), now);
    let (person, who, unread) = try_join!(profiles::find(store, owner), who, unread)?;
    let Some(person) = person else { return Ok(()) };
    let (language, who) = (person.language.unwrap_or_default(), who.as_ref().map(Profile::name));
    let view = notification.notice.view(id, notification.times(), language, who);
    live::send_to(app, owner, &Frame::Notification(live::Told { notification: view, unread })).await
}
