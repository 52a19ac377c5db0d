//! What goes out from conversations.

use std::collections::{HashMap, HashSet};

use futures_util::{TryStreamExt, stream};
use jiff::Timestamp;
use tokio::join;
use tunelink::{
    Result,
    app::App,
    domain::{Conversation, ConversationId, Happening, Later, Membership, Message, MessageView, UserId},
    live::{self, Frame, Left, ReadMark},
    store::{
        Store, conversations,
        jobs::{Job, Task},
        notifications::{self, Messages},
    },
};

/// How many people are told at a time.
const AT_ONCE: usize = 25;

/// A message goes to all who take part; where they are many, in parts.
pub(super) async fn deliver_message(app: &App, message: &Message) -> Result<()> {
    let (store, id) = (app.store(), message.conversation_id);
    let Some(conversation) = conversations::head(store, id).await? else { return Ok(()) };
    if conversation.is_broadcast() {
        let fact = format!("message/{id}/{}", message.seq);
        let job = Job::new(fact, Task::Message { conversation_id: id, seq: message.seq });
        return store.commit([job.write(app.now())?]).await;
    }
    let members = conversations::members_all(store, id).await?;
    deliver_to(app, &conversation, message.seq, members).await
}

/// A message goes to these members, its sender's other devices among them. From those who are apart from its sender its
/// text is kept, and they are not told of it.
pub(super) async fn deliver_to(
    app: &App,
    conversation: &Conversation,
    seq: u64,
    members: Vec<Membership>,
) -> Result<()> {
    let (store, id) = (app.store(), conversation.conversation_id);
    // What somebody has deleted or changed meanwhile is not sent as it was.
    let Some(message) = conversations::message(store, id, seq).await? else { return Ok(()) };
    let members: Vec<Membership> = members.into_iter().filter(|member| member.sees(seq)).collect();
    let people = members.iter().map(|member| member.user_id);
    let apart = conversations::apart(store, message.sender_id, people).await?;
    let (hidden, shown): (Vec<Membership>, Vec<Membership>) =
        members.into_iter().partition(|member| apart.contains(&member.user_id));
    let [plain, kept_from] = [false, true].map(|hidden| Frame::Message(message.clone().shown(hidden)));
    let (shown_ids, hidden_ids) = (ids(&shown), ids(&hidden));
    let others = shown.into_iter().filter(|member| member.user_id != message.sender_id).collect();
    // Where one of them fails the others are done all the same.
    let (sent, sent_hidden, told) = join!(
        live::send(app, shown_ids, &plain),
        live::send(app, hidden_ids, &kept_from),
        tell(app, conversation, &message, others)
    );
    sent.and(sent_hidden).and(told)
}

/// Has one notification for each of these members, of all that they have not read up to this message.
async fn tell(
    app: &App,
    conversation: &Conversation,
    message: &Message,
    mut members: Vec<Membership>,
) -> Result<()> {
    let (store, id) = (app.store(), conversation.conversation_id);
    if message.deleted_at.is_some() {
        return Ok(());
    }
    loop {
        members.retain(|member| member.read_seq < message.seq);
        if members.is_empty() {
            return Ok(());
        }
        let times = times(store, id, &members).await?;
        let told: Vec<(UserId, Messages)> = members
            .iter()
            .filter_map(|member| {
                let first = first_unread(member);
                let messages = Messages {
                    conversation_id: id,
                    title: conversation.title.as_ref().map(|title| title.as_str().to_owned()),
                    read_seq: member.read_seq,
                    first: (first, *times.get(&first)?),
                    latest: (message.seq, message.sent_at),
                    sender: message.sender_id,
                    of_pair: conversation.pair.is_some(),
                };
                Some((member.user_id, messages))
            })
            .collect();
        stream::iter(told.into_iter().map(Ok))
            .try_for_each_concurrent(AT_ONCE, |(user, messages)| async move {
                notifications::raise_messages(store, user, &messages).await
            })
            .await?;
        // Whoever has read on in between was not told, or of what they had not read yet.
        let before: HashMap<UserId, Membership> = members.into_iter().map(|m| (m.user_id, m)).collect();
        let people: Vec<UserId> = before.keys().copied().collect();
        let now = conversations::present(store, id, &people).await?;
        members = now.into_iter().filter(|now| now.read_seq != before[&now.user_id].read_seq).collect();
        for member in &members {
            forget_told(app, &before[&member.user_id], member).await?;
        }
    }
}

/// The number of the first message that somebody has not read.
fn first_unread(member: &Membership) -> u64 {
    member.from_seq.max(member.read_seq + 1)
}

/// When the first messages were sent that these members have not read, by their numbers.
async fn times(store: &Store, id: ConversationId, members: &[Membership]) -> Result<HashMap<u64, Timestamp>> {
    let firsts: HashSet<u64> = members.iter().map(first_unread).collect();
    let messages =
        conversations::messages_at(store, firsts.into_iter().map(|seq| (id, seq)).collect()).await?;
    Ok(messages.into_iter().map(|message| (message.seq, message.sent_at)).collect())
}

/// Marks as read what told somebody of messages who has read on.
async fn forget_told(app: &App, before: &Membership, after: &Membership) -> Result<()> {
    let (store, id, first) = (app.store(), before.conversation_id, first_unread(before));
    let Some(message) = conversations::message(store, id, first).await? else { return Ok(()) };
    let first = (first, message.sent_at);
    let at = after.read_at.unwrap_or(message.sent_at);
    notifications::read_messages(store, before.user_id, id, first, after.read_seq, at).await
}

/// A change goes to all who take part; who was removed is told so and nothing more. Where they are many, who comes and
/// goes is nobody's business but theirs, and all else goes out in parts.
pub(super) async fn deliver_change(app: &App, change: &Later) -> Result<()> {
    let (store, id) = (app.store(), change.conversation_id);
    let Some(conversation) = conversations::head(store, id).await? else { return Ok(()) };
    if let Happening::MemberRemoved { user_id } = change.what {
        dismiss(app, id, user_id).await?;
    }
    if !conversation.is_broadcast() {
        return deliver_change_to(app, change, conversations::members_all(store, id).await?).await;
    }
    match change.what {
        Happening::MemberAdded { user_id, .. } | Happening::RoleChanged { user_id, .. } => {
            deliver_change_to(app, change, conversations::present(store, id, &[user_id]).await?).await
        }
        Happening::MemberRemoved { .. } => Ok(()),
        Happening::MessageEdited { .. } | Happening::MessageDeleted { .. } | Happening::Renamed { .. } => {
            let fact = format!("change/{id}/{}", change.change);
            let job = Job::new(fact, Task::Change { conversation_id: id, change: change.change });
            store.commit([job.write(app.now())?]).await
        }
    }
}

/// Tells somebody who was removed, unless they are back, and takes back what told them of messages.
async fn dismiss(app: &App, id: ConversationId, user: UserId) -> Result<()> {
    let Some(gone) = conversations::part(app.store(), id, user).await? else { return Ok(()) };
    let Some(left_at) = gone.left_at else { return Ok(()) };
    let end = Membership { read_seq: u64::MAX, read_at: Some(left_at), ..gone.clone() };
    let frame = Frame::Left(Left { conversation_id: id });
    let (sent, forgotten) = join!(live::send_to(app, user, &frame), forget_told(app, &gone, &end));
    sent.and(forgotten)
}

/// A change goes to these members, with the message that it is about if they see that.
pub(super) async fn deliver_change_to(app: &App, change: &Later, members: Vec<Membership>) -> Result<()> {
    let (store, id) = (app.store(), change.conversation_id);
    let message = match change.what.message() {
        Some(seq) => conversations::message(store, id, seq).await?,
        None => None,
    };
    let members: Vec<Membership> =
        members.into_iter().filter(|member| change.change >= member.from_change).collect();
    let frame = |message: Option<MessageView>| Frame::Change(change.clone().shown(message));
    let Some(message) = message else {
        return live::send(app, ids(&members), &frame(None)).await;
    };
    let apart = conversations::apart(store, message.sender_id, ids(&members)).await?;
    let (seen, unseen): (Vec<Membership>, Vec<Membership>) =
        members.into_iter().partition(|member| member.sees(message.seq));
    let (hidden, shown): (Vec<Membership>, Vec<Membership>) =
        seen.into_iter().partition(|member| apart.contains(&member.user_id));
    let [plain, kept_from] = [false, true].map(|hidden| frame(Some(message.clone().shown(hidden))));
    let without = frame(None);
    let (sent, sent_hidden, sent_without) = join!(
        live::send(app, ids(&shown), &plain),
        live::send(app, ids(&hidden), &kept_from),
        live::send(app, ids(&unseen), &without)
    );
    sent.and(sent_hidden).and(sent_without)
}

fn ids(members: &[Membership]) -> Vec<UserId> {
    members.iter().map(|member| member.user_id).collect()
}

/// That somebody has read on takes back what told them of it, and goes to those whose messages they have read and to
/// their own other devices, unless they have just said something, which tells as much.
pub(super) async fn read_on(app: &App, before: &Membership, after: &Membership) -> Result<()> {
    let (store, id, user_id) = (app.store(), after.conversation_id, after.user_id);
    forget_told(app, before, after).await?;
    if after.sent_seq != before.sent_seq {
        return Ok(());
    }
    let Some(conversation) = conversations::head(store, id).await? else { return Ok(()) };
    let mut people = vec![user_id];
    if !conversation.is_broadcast() {
        let members = conversations::members_all(store, id).await?;
        let wrote = |member: &Membership| member.sent_seq.is_some_and(|sent| sent > before.read_seq);
        let authors = members.into_iter().filter(|member| member.user_id != user_id && wrote(member));
        let authors: Vec<UserId> = authors.map(|member| member.user_id).collect();
        let apart = conversations::apart(store, user_id, authors.iter().copied()).await?;
        people.extend(authors.into_iter().filter(|author| !apart.contains(author)));
    }
    let frame = Frame::Read(ReadMark { conversation_id: id, user_id, read_seq: after.read_seq });
    live::send(app, people, &frame).await
}
