use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{happen, head_key, is_present, is_together, must_be_member, read::both};
use crate::{
    domain::{
        ClientMessageId, Conversation, ConversationId, ConversationKind, EDITABLE, Happening, MemberRole,
        Membership, Message, MessageText, UserId,
    },
    error::{Code, Error, Result},
    store::{Condition, Store, Write, commit::Contention, keys, profiles},
};

/// What somebody has to say.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub conversation_id: ConversationId,
    pub sender_id: UserId,
    pub text: MessageText,
    pub client_message_id: ClientMessageId,
    pub reply_to: Option<u64>,
}

/// Which message it was that a sender gave an id.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct Sent {
    pub(in crate::store) seq: u64,
}

/// Sends a message, or finds it where it was sent before. It gets the number after the last one: whoever is second to
/// take a number tries again, for five seconds.
pub async fn send(store: &Store, new: &NewMessage, now: Timestamp) -> Result<Message> {
    let NewMessage { conversation_id: id, sender_id: sender, .. } = *new;
    let sent_key = keys::client_message(id, sender, new.client_message_id.as_str());
    let pair = [keys::conversation(id), keys::member(id, sender)];
    let mut contention = Contention::new();
    loop {
        let [head, member] = &pair;
        let mut items = store.get_each(vec![head.clone(), member.clone(), sent_key.clone()]).await?;
        let (conversation, member) = both(&mut items, &pair)?;
        if let Some(Sent { seq }) = items.take(&sent_key)? {
            let first = super::message(store, id, seq).await?;
            return first.ok_or_else(|| Error::internal("a message that was sent is gone"));
        }
        may_speak(&conversation, &member)?;
        if new.reply_to.is_some_and(|seq| !member.sees(seq) || seq > conversation.last_seq) {
            return Err(Code::UnknownMessage.at("reply_to").into());
        }
        let message = Message {
            conversation_id: id,
            seq: conversation.last_seq + 1,
            sender_id: sender,
            text: Some(new.text.clone()),
            client_message_id: new.client_message_id.clone(),
            reply_to: new.reply_to,
            sent_at: now.max(conversation.last_at),
            edited_at: None,
            deleted_at: None,
        };
        match store.commit(sending(&conversation, &message)?).await {
            Err(Error { code: Code::Conflict, .. }) => contention.pause().await?,
            sent => return sent.map(|()| message),
        }
    }
}

fn may_speak(conversation: &Conversation, member: &Membership) -> Result<()> {
    if conversation.is_apart() {
        return Err(Code::Unreachable.into());
    }
    let listens = conversation.is_broadcast() && member.role != MemberRole::Admin;
    if listens { Err(Code::ReadOnly.into()) } else { Ok(()) }
}

fn sending(conversation: &Conversation, message: &Message) -> Result<Vec<Write>> {
    let (id, sender, seq) = (message.conversation_id, message.sender_id, message.seq);
    let mut head = Write::update(head_key(conversation))
        .set("last_seq", &seq)?
        .set("last_sender_id", &sender)?
        .set("last_at", &message.sent_at)?
        .when(Condition::equals("last_seq", conversation.last_seq), Code::Conflict);
    let other = conversation.other_than(sender);
    if other.is_some() {
        head = head.and_when(is_together(), Code::Conflict);
    }
    // Its number is free, for nobody has taken it from the head meanwhile.
    let row = Write::put(keys::message(id, seq), message)?;
    let sent = keys::client_message(id, sender, message.client_message_id.as_str());
    let sent = Write::put(sent, &Sent { seq })?.when(Condition::absent(), Code::Conflict);
    let member = Write::update(keys::member(id, sender))
        .set("read_seq", &seq)?
        .set("sent_seq", &seq)?
        .set("read_at", &message.sent_at)?
        .when(is_present(), Code::Conflict);
    let active = profiles::must_be_active(sender, Code::SessionEnded);
    let heard = other.map(|other| profiles::must_be_active(other, Code::Unreachable));
    Ok([head, row, sent, member, active].into_iter().chain(heard).collect())
}

/// Remembers that somebody has read up to a message; never backwards. Their part as it is then.
pub async fn mark_read(
    store: &Store,
    id: ConversationId,
    user: UserId,
    seq: u64,
    now: Timestamp,
) -> Result<Membership> {
    let (conversation, member) = super::find(store, id, user).await?;
    if seq > conversation.last_seq {
        return Err(Code::UnknownMessage.at("seq").into());
    }
    if seq <= member.read_seq {
        return Ok(member);
    }
    let further = Condition::below("read_seq", i64::try_from(seq).unwrap_or(i64::MAX));
    let read = Write::update(keys::member(id, user))
        .set("read_seq", &seq)?
        .set("read_at", &now)?
        .when(is_present().and(further), Code::Conflict);
    match store.commit([read]).await {
        Ok(()) => Ok(Membership { read_seq: seq, read_at: Some(now), ..member }),
        // Another device was faster, and may have read further.
        Err(Error { code: Code::Conflict, .. }) => {
            super::find(store, id, user).await.map(|(_, member)| member)
        }
        Err(error) => Err(error),
    }
}

/// Gives a message of one's own another text; the message as it is then.
pub async fn edit(
    store: &Store,
    (id, seq): (ConversationId, u64),
    author: UserId,
    text: &MessageText,
    now: Timestamp,
) -> Result<Message> {
    change(store, (id, seq), author, now, |conversation, _, message| {
        message.edit(author, text.clone(), now).map_err(|code| match code {
            Code::TooLate => Error::from(code).limit(EDITABLE.as_hours()),
            code => code.into(),
        })?;
        if conversation.is_apart() {
            return Err(Code::Unreachable.into());
        }
        Ok((Happening::MessageEdited { seq }, conversation.pair.map(|_| is_together())))
    })
    .await
}

/// Leaves a tombstone in place of a message: its author may, and the admins of a group or an event's conversation.
pub async fn delete(
    store: &Store,
    (id, seq): (ConversationId, u64),
    user: UserId,
    now: Timestamp,
) -> Result<Message> {
    change(store, (id, seq), user, now, |conversation, member, message| {
        let rules = conversation.kind != ConversationKind::Direct && member.role == MemberRole::Admin;
        if message.sender_id != user && !rules {
            return Err(Code::Forbidden.into());
        }
        message.delete(now);
        Ok((Happening::MessageDeleted { seq }, None))
    })
    .await
}

async fn change(
    store: &Store,
    (id, seq): (ConversationId, u64),
    by: UserId,
    now: Timestamp,
    decide: impl Fn(&Conversation, &Membership, &mut Message) -> Result<(Happening, Option<Condition>)>
    + Send
    + Sync,
) -> Result<Message> {
    let pair = [keys::conversation(id), keys::member(id, by)];
    let key = keys::message(id, seq);
    let mut contention = Contention::new();
    loop {
        let mut items = store.get_each(pair.iter().chain([&key]).cloned().collect()).await?;
        let (conversation, member) = both(&mut items, &pair)?;
        let before: Message = items.take(&key)?.filter(|_| member.sees(seq)).ok_or(Code::NotFound)?;
        let mut after = before.clone();
        let (what, condition) = decide(&conversation, &member, &mut after)?;
        if after == before {
            return Ok(after);
        }
        let mut writes = vec![
            Write::put(key.clone(), &after)?.when(unchanged(&before), Code::Conflict),
            must_be_member(&conversation, by),
        ];
        let mut head = Write::update(head_key(&conversation));
        if let Some(condition) = condition {
            head = head.when(condition, Code::Conflict);
        }
        writes.extend(happen(&conversation, Some(by), now, what, head)?);
        match store.commit(writes).await {
            Err(Error { code: Code::Conflict, .. }) => contention.pause().await?,
            changed => return changed.map(|()| after),
        }
    }
}

/// Everything about a message that can change.
pub(super) fn unchanged(message: &Message) -> Condition {
    let at = |name, time: Option<Timestamp>| match time {
        Some(time) => Condition::is(name, time.to_string()),
        None => Condition::Lacks(name),
    };
    Condition::exists().and(at("edited_at", message.edited_at)).and(at("deleted_at", message.deleted_at))
}
