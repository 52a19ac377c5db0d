//! What follows when there is something to tell: it goes over open sockets and to phones.

use jiff::SignedDuration;
use tokio::{join, try_join};
use tunelink::{
    Result,
    app::App,
    domain::{Notice, NotificationView, UserId, Way},
    live::{self, Frame},
    push::{self, Push},
    store::{
        Store, connections, conversations, devices,
        notifications::{self, Notification},
        preferences, profiles,
    },
};

use crate::notifications::words;

/// What is older than this is in the list and disturbs nobody any more: a change may be reacted to days later.
const NEWS: SignedDuration = SignedDuration::from_hours(1);

/// Tells somebody at once of a notification that came or was raised, unless they have read it or there is more news.
/// It goes to their phones if they wish so at this moment.
pub(super) async fn told(app: &App, told: &Notification) -> Result<()> {
    let (store, now, owner, id) = (app.store(), app.now(), told.owner, told.notification_id);
    if told.updated_at + NEWS < now {
        return Ok(());
    }
    let (there, sockets, devices) = try_join!(
        notifications::find_again(store, told, now),
        connections::of(store, owner, now),
        devices::of(store, owner, now),
    )?;
    let unread = there.filter(|there| there.read_at.is_none() && there.seq == told.seq);
    let Some(notification) = unread.filter(|_| !sockets.is_empty() || !devices.is_empty()) else {
        return Ok(());
    };
    if !is_for(store, owner, &notification.notice).await? {
        return Ok(());
    }
    let kept = notification.way == Way::Kept;
    let unread = notifications::count_unread(store, owner, kept.then_some(id), now);
    let (person, unread, (preferences, _)) =
        try_join!(profiles::find(store, owner), unread, preferences::find(store, owner))?;
    let Some(person) = person else { return Ok(()) };
    let shows = kept && !sockets.is_empty();
    let buzzes = !devices.is_empty() && preferences.pushes(notification.notice.r#type(), now);
    let language = person.language.unwrap_or_default();
    let Some(view) = words::views(store, owner, vec![notification], language).await?.pop() else {
        return Ok(());
    };
    let push = buzzes.then(|| on_a_phone(&view, unread));
    let frame = async {
        if shows {
            let frame = Frame::Notification(live::Told { notification: view, unread });
            live::send_to(app, owner, &frame).await?;
        }
        Ok(())
    };
    let push = async {
        match &push {
            Some(push) => push::send(app, owner, push).await,
            None => Ok(()),
        }
    };
    let (framed, pushed) = join!(frame, push);
    framed.and(pushed)
}

/// Whether somebody may hear of this now: of messages where they take part, from whoever is not apart from them.
async fn is_for(store: &Store, owner: UserId, notice: &Notice) -> Result<bool> {
    let Some((id, seq)) = notice.message() else { return Ok(true) };
    let (part, apart) = try_join!(
        conversations::part(store, id, owner),
        conversations::apart(store, owner, notice.user_id())
    )?;
    Ok(part.is_some_and(|part| part.is_present() && part.sees(seq)) && apart.is_empty())
}

/// A later push of the same notification takes the place of this one.
fn on_a_phone(view: &NotificationView, unread: u32) -> Push {
    let thread = view.conversation_id.map(|id| id.to_string());
    Push {
        title: view.title.clone(),
        body: view.body.clone(),
        badge: unread,
        collapse_id: view.notification_id.to_string(),
        thread: thread.or_else(|| view.event_id.map(|id| id.to_string())),
        link: view.link.clone(),
    }
}
