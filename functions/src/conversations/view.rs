//! A conversation as its members see it.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::try_join;
use tunelink::{
    Error, Result,
    domain::{
        Conversation, ConversationId, ConversationKind, DisplayName, EventId, GroupTitle, MemberRole,
        Membership, Message, MessageView, PhotoUrl, Profile, UserId,
    },
    store::{Store, conversations, profiles},
};

/// A conversation, and how far the caller has read it.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "Conversation")]
pub struct ConversationView {
    conversation_id: ConversationId,
    kind: ConversationKind,
    /// Null for direct conversations and for groups without one
    title: Option<GroupTitle>,
    /// The event whose conversation it is
    event_id: Option<EventId>,
    /// The other one of a direct conversation; null when they have left `TuneLink`
    with: Option<PersonView>,
    role: MemberRole,
    member_count: u32,
    /// The number of the last message; 0 before the first
    last_seq: u64,
    /// The number of the last change
    last_change: u64,
    /// The first message that you see
    from_seq: u64,
    /// The last message that you have read
    read_seq: u64,
    /// How many messages you have not read
    unread: u64,
    last_message: Option<MessageView>,
    #[schemars(with = "String", extend("format" = "date-time"))]
    created_at: Timestamp,
    /// When the last message was sent
    #[schemars(with = "String", extend("format" = "date-time"))]
    last_at: Timestamp,
}

/// Somebody, as they are shown in a conversation.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "Person")]
pub(super) struct PersonView {
    user_id: UserId,
    username: String,
    display_name: Option<DisplayName>,
    photo_url: Option<PhotoUrl>,
}

impl From<Profile> for PersonView {
    fn from(person: Profile) -> Self {
        Self {
            user_id: person.user_id,
            username: person.username,
            display_name: person.display_name,
            photo_url: person.photo_url,
        }
    }
}

/// These conversations as `viewer` sees them, in their order.
pub(super) async fn show_all(
    store: &Store,
    viewer: UserId,
    conversations: Vec<(Conversation, Membership)>,
) -> Result<Vec<ConversationView>> {
    let others = conversations.iter().filter_map(|(conversation, _)| conversation.other_than(viewer));
    let seen = conversations.iter().filter(|(conversation, member)| member.sees(conversation.last_seq));
    let (last, senders): (Vec<_>, Vec<_>) =
        seen.map(|(head, _)| ((head.conversation_id, head.last_seq), head.last_sender_id)).unzip();
    let (people, last, apart) = try_join!(
        profiles::find_all(store, others),
        conversations::messages_at(store, last),
        conversations::apart(store, viewer, senders.into_iter().flatten())
    )?;
    let mut people: HashMap<UserId, Profile> = people.into_iter().map(|p| (p.user_id, p)).collect();
    let mut last: HashMap<ConversationId, Message> =
        last.into_iter().map(|message| (message.conversation_id, message)).collect();
    let show = |(conversation, member): (Conversation, Membership)| {
        let with = conversation.other_than(viewer).and_then(|other| people.remove(&other));
        let last = last.remove(&conversation.conversation_id).map(|message| shown(message, &apart));
        ConversationView::new(conversation, &member, with, last)
    };
    Ok(conversations.into_iter().map(show).collect())
}

/// One conversation as `viewer` sees it.
pub(super) async fn show(
    store: &Store,
    viewer: UserId,
    conversation: (Conversation, Membership),
) -> Result<ConversationView> {
    let mut shown = show_all(store, viewer, vec![conversation]).await?;
    shown.pop().ok_or_else(|| Error::internal("one in, none out"))
}

/// The same of one that is changed meanwhile: what its last message takes is read beside that.
pub(super) async fn show_beside(
    store: &Store,
    viewer: UserId,
    id: ConversationId,
    conversation: impl Future<Output = Result<(Conversation, Membership)>>,
) -> Result<ConversationView> {
    let changed = async {
        let (conversation, member) = conversation.await?;
        let with = profiles::find_all(store, conversation.other_than(viewer)).await?.pop();
        Ok::<_, Error>((conversation, member, with))
    };
    let last = async {
        let newest = conversations::newest(store, id).await?;
        let seq = newest.as_ref().map_or(0, |message| message.seq);
        let shown = messages(store, viewer, newest.into_iter().collect()).await?.pop();
        Ok::<_, Error>((seq, shown))
    };
    let ((conversation, member, with), (seq, last)) = try_join!(changed, last)?;
    if seq != conversation.last_seq {
        return show(store, viewer, (conversation, member)).await;
    }
    let last = last.filter(|_| member.sees(seq));
    Ok(ConversationView::new(conversation, &member, with, last))
}

/// Messages as they are shown to somebody, in their order.
pub(super) async fn messages(
    store: &Store,
    viewer: UserId,
    messages: Vec<Message>,
) -> Result<Vec<MessageView>> {
    let apart = conversations::apart(store, viewer, messages.iter().map(|m| m.sender_id)).await?;
    Ok(messages.into_iter().map(|message| shown(message, &apart)).collect())
}

fn shown(message: Message, apart: &HashSet<UserId>) -> MessageView {
    let hidden = apart.contains(&message.sender_id);
    message.shown(hidden)
}

impl ConversationView {
    /// Leaves out the last message, which can be long.
    pub(super) fn forget_last_message(&mut self) {
        self.last_message = None;
    }

    fn new(
        conversation: Conversation,
        member: &Membership,
        with: Option<Profile>,
        last_message: Option<MessageView>,
    ) -> Self {
        let is_of_event = conversation.kind == ConversationKind::Event;
        Self {
            conversation_id: conversation.conversation_id,
            kind: conversation.kind,
            event_id: is_of_event.then_some(EventId(conversation.conversation_id.0)),
            with: with.map(PersonView::from),
            role: member.role,
            member_count: conversation.member_count,
            last_seq: conversation.last_seq,
            last_change: conversation.last_change,
            from_seq: member.from_seq,
            read_seq: member.read_seq,
            unread: member.unread(&conversation),
            last_message,
            created_at: conversation.created_at,
            last_at: conversation.last_at,
            title: conversation.title,
        }
    }
}
