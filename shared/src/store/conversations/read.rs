use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::{Card, MemberRow};
use crate::{
    domain::{Conversation, ConversationId, Later, Membership, Message, UserId},
    error::{Code, Result},
    row,
    store::{Found, Key, Query, RELATED, Store, items::Items, keys},
};

/// A conversation and somebody's part in it, as they are now; `NotFound` unless they take part.
pub async fn find(store: &Store, id: ConversationId, user: UserId) -> Result<(Conversation, Membership)> {
    let keys = [keys::conversation(id), keys::member(id, user)];
    both(&mut store.get_each(keys.to_vec()).await?, &keys)
}

/// A conversation as it is now, whoever asks.
pub async fn head(store: &Store, id: ConversationId) -> Result<Option<Conversation>> {
    store.get(keys::conversation(id)).await
}

/// The two among items that were read together; `NotFound` unless both are there and the member is present.
pub(super) fn both(items: &mut Items, [head, member]: &[Key; 2]) -> Result<(Conversation, Membership)> {
    let (head, member) = (items.take::<Conversation>(head)?, items.take::<MemberRow>(member)?);
    let member = member.map(|row| row.member).filter(Membership::is_present);
    head.zip(member).ok_or_else(|| Code::NotFound.into())
}

/// The conversations that somebody takes part in, from the index, so a second old.
pub async fn of(store: &Store, user: UserId, limit: usize) -> Result<Found<ConversationId>> {
    #[derive(Deserialize)]
    struct Entry {
        card: Card,
    }
    let query = Query::index(RELATED, keys::conversations_of(user)).backwards().limit(limit);
    let found = store.query::<Entry>(&query).await?;
    Ok(Found {
        rows: found.rows.into_iter().map(|entry| entry.card.conversation_id).collect(),
        more: found.more,
    })
}

/// Those among these conversations that somebody takes part in, with their part, as they are now and in any order.
pub async fn heads(
    store: &Store,
    user: UserId,
    ids: impl IntoIterator<Item = ConversationId>,
) -> Result<Vec<(Conversation, Membership)>> {
    let pairs: Vec<[Key; 2]> =
        ids.into_iter().map(|id| [keys::conversation(id), keys::member(id, user)]).collect();
    let mut items = store.get_each(pairs.iter().flatten().cloned().collect()).await?;
    let found = pairs.iter().filter_map(|pair| match both(&mut items, pair) {
        Err(error) if error.code == Code::NotFound => None,
        found => Some(found),
    });
    found.collect()
}

/// Members by their ids, perhaps with gaps in a page where some have left.
pub async fn members(
    store: &Store,
    id: ConversationId,
    after: Option<UserId>,
    limit: usize,
) -> Result<Found<Membership>> {
    let after = after.map(|user| keys::member(id, user));
    let query = Query::partition(keys::conversation_partition(id)).prefix(keys::MEMBER);
    let found = store.query::<MemberRow>(&query.after(after.as_ref()).limit(limit).consistent()).await?;
    Ok(Found { rows: found.rows.into_iter().map(|row| row.member).collect(), more: found.more })
}

/// All who take part now.
pub async fn members_all(store: &Store, id: ConversationId) -> Result<Vec<Membership>> {
    let mut members = members(store, id, None, usize::MAX - 1).await?.rows;
    members.retain(Membership::is_present);
    Ok(members)
}

/// Those among these people who take part now.
pub async fn present(store: &Store, id: ConversationId, people: &[UserId]) -> Result<Vec<Membership>> {
    let keys = people.iter().map(|user| keys::member(id, *user)).collect();
    let members = store.get_all_now::<MemberRow>(keys).await?.into_iter().map(|row| row.member);
    Ok(members.filter(Membership::is_present).collect())
}

/// Those who take part beside somebody and are not apart from them.
pub async fn reached_by(store: &Store, id: ConversationId, user: UserId) -> Result<Vec<UserId>> {
    let mut others: Vec<UserId> = members_all(store, id)
        .await?
        .into_iter()
        .map(|member| member.user_id)
        .filter(|other| *other != user)
        .collect();
    let apart = apart(store, user, others.iter().copied()).await?;
    others.retain(|other| !apart.contains(other));
    Ok(others)
}

/// Those among these people who have blocked `user` or are blocked by them, as it is now.
pub async fn apart(
    store: &Store,
    user: UserId,
    others: impl IntoIterator<Item = UserId>,
) -> Result<HashSet<UserId>> {
    let mut others: HashSet<UserId> = others.into_iter().collect();
    others.remove(&user);
    let both = |other: &UserId| [keys::block(user, *other), keys::block(*other, user)];
    let blocks = store.get_each(others.iter().flat_map(both).collect()).await?;
    others.retain(|other| both(other).iter().any(|key| blocks.has(key)));
    Ok(others)
}

pub async fn message(store: &Store, id: ConversationId, seq: u64) -> Result<Option<Message>> {
    store.get(keys::message(id, seq)).await
}

/// Somebody's part in a conversation as it is now, or what is left of it.
pub async fn part(store: &Store, id: ConversationId, user: UserId) -> Result<Option<Membership>> {
    Ok(store.get::<MemberRow>(keys::member(id, user)).await?.map(|row| row.member))
}

/// A change of a conversation by its number.
pub async fn change(store: &Store, id: ConversationId, number: u64) -> Result<Option<Later>> {
    store.get(keys::later(id, number)).await
}

/// The last message of a conversation, if anything was said in it.
pub async fn newest(store: &Store, id: ConversationId) -> Result<Option<Message>> {
    let query = Query::partition(keys::conversation_partition(id)).prefix(keys::MESSAGE);
    let found = store.page(&query.backwards().limit(1).consistent()).await?;
    found.rows.into_iter().next().map(row::read).transpose()
}

/// The messages with these numbers, in any order.
pub async fn messages_at(store: &Store, numbers: Vec<(ConversationId, u64)>) -> Result<Vec<Message>> {
    store.get_all_now(numbers.into_iter().map(|(id, seq)| keys::message(id, seq)).collect()).await
}

/// Numbers from the first to the last, both included.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    pub first: u64,
    pub last: u64,
}

/// So many messages of a range: its first ones, or its last ones with the last first.
pub async fn messages(
    store: &Store,
    id: ConversationId,
    Range { first, last }: Range,
    from_the_end: bool,
    limit: usize,
) -> Result<Vec<Message>> {
    let last = last.min(keys::LAST_MESSAGE);
    if first > last {
        return Ok(Vec::new());
    }
    let query = Query::partition(keys::conversation_partition(id))
        .between(keys::message(id, first).sk, keys::message(id, last).sk)
        .limit(limit)
        .consistent();
    let query = if from_the_end { query.backwards() } else { query };
    Ok(store.query(&query).await?.rows)
}

/// So many changes of a range, its last ones first, with the messages that they are about.
pub async fn later(
    store: &Store,
    id: ConversationId,
    Range { first, last }: Range,
    limit: usize,
) -> Result<(Vec<Later>, HashMap<u64, Message>)> {
    if first > last {
        return Ok((Vec::new(), HashMap::new()));
    }
    let query = Query::partition(keys::conversation_partition(id))
        .between(keys::later(id, first).sk, keys::later(id, last).sk)
        .backwards()
        .limit(limit)
        .consistent();
    let changes = store.query::<Later>(&query).await?.rows;
    let messages: HashSet<u64> = changes.iter().filter_map(|change| change.what.message()).collect();
    let keys = messages.into_iter().map(|seq| keys::message(id, seq)).collect();
    let messages = store.get_all_now::<Message>(keys).await?;
    Ok((changes, messages.into_iter().map(|message| (message.seq, message)).collect()))
}
