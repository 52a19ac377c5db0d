//! What goes out from conversations.

use tunelink::{
    Result,
    app::App,
    domain::{Happening, Later, Membership, Message, MessageView, UserId},
    live::{self, Frame, Left, ReadMark},
    store::conversations,
};

/// A message goes to all who take part, its sender's other devices among them. From those who are apart from its sender
/// its text is kept.
pub(super) async fn deliver_message(app: &App, message: Message) -> Result<()> {
    let (id, sender) = (message.conversation_id, message.sender_id);
    let people = members(app, &message).await?;
    let apart = conversations::apart(app.store(), sender, people.iter().copied()).await?;
    let (hidden, shown): (Vec<UserId>, Vec<UserId>) =
        people.into_iter().partition(|user| apart.contains(user));
    // What somebody has deleted or changed meanwhile is not sent as it was.
    let Some(message) = conversations::message(app.store(), id, message.seq).await? else { return Ok(()) };
    let frame = |hidden| Frame::Message(message.clone().shown(hidden));
    live::send(app, shown, &frame(false)).await?;
    live::send(app, hidden, &frame(true)).await
}

/// Those who take part and see the message.
async fn members(app: &App, message: &Message) -> Result<Vec<UserId>> {
    let members = conversations::members_all(app.store(), message.conversation_id).await?;
    Ok(members.into_iter().filter(|member| member.sees(message.seq)).map(|member| member.user_id).collect())
}

/// A change goes to all who take part; who was removed is told so and nothing more.
pub(super) async fn deliver_change(app: &App, change: Later) -> Result<()> {
    let store = app.store();
    let conversation_id = change.conversation_id;
    if let Happening::MemberRemoved { user_id } = change.what
        && conversations::present(store, conversation_id, &[user_id]).await?.is_empty()
    {
        live::send_to(app, user_id, &Frame::Left(Left { conversation_id })).await?;
    }
    let members = conversations::members_all(store, conversation_id).await?;
    let message = match change.what.message() {
        Some(seq) => conversations::message(store, conversation_id, seq).await?,
        None => None,
    };
    let Some(message) = message else {
        let people = members.into_iter().map(|member| member.user_id);
        return live::send(app, people, &Frame::Change(change.shown(None))).await;
    };
    let apart =
        conversations::apart(store, message.sender_id, members.iter().map(|member| member.user_id)).await?;
    let frame = |message: Option<MessageView>| Frame::Change(change.clone().shown(message));
    let seen_by = |wanted: &dyn Fn(&Membership) -> bool| -> Vec<UserId> {
        members.iter().filter(|member| wanted(member)).map(|member| member.user_id).collect()
    };
    let sees = |member: &Membership| member.sees(message.seq);
    let shown = seen_by(&|member| sees(member) && !apart.contains(&member.user_id));
    let hidden = seen_by(&|member| sees(member) && apart.contains(&member.user_id));
    let before = seen_by(&|member| !sees(member));
    live::send(app, shown, &frame(Some(message.clone().shown(false)))).await?;
    live::send(app, hidden, &frame(Some(message.clone().shown(true)))).await?;
    live::send(app, before, &frame(None)).await
}

/// That somebody has read on goes to the others, and to their own other devices.
pub(super) async fn deliver_read_mark(app: &App, reader: &Membership) -> Result<()> {
    let (conversation_id, user_id) = (reader.conversation_id, reader.user_id);
    let frame = Frame::Read(ReadMark { conversation_id, user_id, read_seq: reader.read_seq });
    let Ok((conversation, _)) = conversations::find(app.store(), conversation_id, user_id).await else {
        return Ok(());
    };
    if conversation.is_broadcast() {
        return live::send_to(app, user_id, &frame).await;
    }
    let mut people = conversations::reached_by(app.store(), conversation_id, user_id).await?;
    people.push(user_id);
    live::send(app, people, &frame).await
}
