//! Notifications in words.

use std::collections::HashMap;

use tunelink::{
    Result,
    domain::{NotificationView, Profile, UserId},
    store::{Store, notifications::Notification, profiles},
    text::Language,
};

/// Notifications as they are shown in a language; the names in them are those of today.
pub(crate) async fn views(
    store: &Store,
    notifications: Vec<Notification>,
    language: Language,
) -> Result<Vec<NotificationView>> {
    let people = notifications.iter().filter_map(|told| told.notice.user_id());
    let people = profiles::find_all(store, people).await?;
    let names: HashMap<UserId, Profile> = people.into_iter().map(|person| (person.user_id, person)).collect();
    let view = |told: Notification| {
        let who = told.notice.user_id().and_then(|id| names.get(&id)).map(Profile::name);
        told.notice.view(told.notification_id, told.times(), language, who)
    };
    Ok(notifications.into_iter().map(view).collect())
}
