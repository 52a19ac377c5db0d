//! Notifications in words.

use std::collections::{HashMap, HashSet};

use tokio::try_join;
use tunelink::{
    Result,
    domain::{ConversationId, Notice, NotificationView, Profile, Quoted, UserId},
    store::{Store, conversations, notifications::Notification, profiles},
    text::Language,
};

/// Notifications as they are shown to their owner in a language. Names and texts in them are those of today.
pub(crate) async fn views(
    store: &Store,
    owner: UserId,
    notifications: Vec<Notification>,
    language: Language,
) -> Result<Vec<NotificationView>> {
    let people = notifications.iter().filter_map(|told| told.notice.user_id());
    let (people, texts) = try_join!(profiles::find_all(store, people), texts(store, owner, &notifications))?;
    let names: HashMap<UserId, Profile> = people.into_iter().map(|person| (person.user_id, person)).collect();
    let view = |told: Notification| {
        let who = told.notice.user_id().and_then(|id| names.get(&id)).map(Profile::name);
        let said = told.notice.message().and_then(|message| texts.get(&message)).map(String::as_str);
        told.notice.view(told.notification_id, told.times(), language, Quoted { who, said })
    };
    Ok(notifications.into_iter().map(view).collect())
}

/// The texts of the messages that these tell of, as far as their owner may see them: where they take part, from those
/// who are not apart from them, and not deleted.
async fn texts(
    store: &Store,
    owner: UserId,
    notifications: &[Notification],
) -> Result<HashMap<(ConversationId, u64), String>> {
    let messages: HashSet<_> = notifications.iter().filter_map(|told| told.notice.message()).collect();
    if messages.is_empty() {
        return Ok(HashMap::new());
    }
    let senders = notifications.iter().map(|told| &told.notice).filter(|notice| notice.message().is_some());
    let (parts, apart, found) = try_join!(
        conversations::heads(store, owner, messages.iter().map(|(id, _)| *id).collect::<HashSet<_>>()),
        conversations::apart(store, owner, senders.filter_map(Notice::user_id)),
        conversations::messages_at(store, messages.into_iter().collect())
    )?;
    let parts: HashMap<ConversationId, _> =
        parts.into_iter().map(|(head, part)| (head.conversation_id, part)).collect();
    let seen = found.into_iter().filter(|message| {
        let is_there = parts.get(&message.conversation_id).is_some_and(|part| part.sees(message.seq));
        is_there && !apart.contains(&message.sender_id)
    });
    let text = |message: tunelink::domain::Message| {
        Some(((message.conversation_id, message.seq), message.text?.as_str().to_owned()))
    };
    Ok(seen.filter_map(text).collect())
}
