//! What follows from elsewhere: from events and who takes part in them, and from the end of an account.

use jiff::Timestamp;
use serde::Deserialize;
use tokio::try_join;

use super::{
    Card, MemberRow, happen, head_key,
    members::{joining, leaving, retitle},
    messages::unchanged,
};
use crate::{
    domain::{
        Conversation, ConversationId, ConversationKind, EventId, GroupTitle, Happening, MemberRole,
        Membership, Message, Participation, ParticipationStatus, UserId,
    },
    error::{Code, Error, Result},
    store::{Condition, Query, RELATED, Store, Write, commit::Contention, erasure::Drain, events, keys},
};

/// Brings somebody into the conversation of an event who has a seat, and takes out who has none. Goes by how it is
/// now, so that it can be repeated.
pub async fn follow_event(store: &Store, event: EventId, user: UserId, now: Timestamp) -> Result<()> {
    let id = ConversationId(event.0);
    let (head, own, part) = (keys::conversation(id), keys::member(id, user), keys::participant(event, user));
    let mut contention = Contention::new();
    loop {
        let mut items = store.get_each(vec![head.clone(), own.clone(), part.clone()]).await?;
        // The event may be gone by now, its conversation with it.
        let Some(conversation) = items.take::<Conversation>(&head)? else { return Ok(()) };
        let member = items.take::<MemberRow>(&own)?.map(|row| row.member).filter(Membership::is_present);
        let status = items.take::<Participation>(&part)?.map(|part| part.status);
        let as_read = Write::check(part.clone()).when(
            match status {
                None => Condition::absent(),
                Some(status) => Condition::is("status", status_name(status)),
            },
            Code::Conflict,
        );
        let mut writes = match (status == Some(ParticipationStatus::Going), member) {
            (true, None) => {
                let new = Membership::new(&conversation, user, MemberRole::Member, now);
                joining(&conversation, &new, None, now)?
            }
            (false, Some(member)) if member.role != MemberRole::Admin => {
                leaving(&conversation, &member, None, now)?
            }
            _ => return Ok(()),
        };
        writes.push(as_read);
        match store.commit(writes).await {
            Err(Error { code: Code::Conflict, .. }) => contention.pause().await?,
            followed => return followed,
        }
    }
}

fn status_name(status: ParticipationStatus) -> &'static str {
    match status {
        ParticipationStatus::Going => "going",
        ParticipationStatus::Waiting => "waiting",
        ParticipationStatus::Pending => "pending",
        ParticipationStatus::Declined => "declined",
    }
}

/// Gives the conversation of an event the title that the event has now.
pub async fn rename_with_event(store: &Store, event: EventId, now: Timestamp) -> Result<()> {
    let id = ConversationId(event.0);
    let mut contention = Contention::new();
    loop {
        let (found, conversation) =
            try_join!(events::find(store, event), store.get::<Conversation>(keys::conversation(id)))?;
        let (Some(found), Some(conversation)) = (found, conversation) else { return Ok(()) };
        let title = Some(GroupTitle::of_event(&found.event.title));
        if conversation.title == title {
            return Ok(());
        }
        match store.commit(retitle(&conversation, title.as_ref(), None, now)?).await {
            Err(Error { code: Code::Conflict, .. }) => contention.pause().await?,
            renamed => return renamed,
        }
    }
}

/// Takes somebody out of every conversation and turns what they wrote into tombstones. What was done already is not
/// done again.
pub async fn forget(store: &Store, user: UserId, now: Timestamp) -> Result<()> {
    for partition in [keys::conversations_of(user), keys::conversations_left_by(user)] {
        let query = Query::index(RELATED, partition).limit(100);
        let mut drain = Drain::new();
        while let Some(ids) = drain.fresh(ids(store, &query).await?).await? {
            for id in ids {
                forget_in(store, id, user, now).await?;
            }
        }
    }
    Ok(())
}

async fn ids(store: &Store, query: &Query) -> Result<Vec<ConversationId>> {
    let entries = store.query::<Entry>(query).await?.rows;
    Ok(entries.into_iter().map(|entry| entry.card.conversation_id).collect())
}

#[derive(Deserialize)]
struct Entry {
    card: Card,
}

async fn forget_in(store: &Store, id: ConversationId, user: UserId, now: Timestamp) -> Result<()> {
    #[derive(Deserialize)]
    struct Sent {
        seq: u64,
        #[serde(flatten)]
        key: crate::store::Key,
    }
    leave(store, id, user, now).await?;
    let sent = Query::partition(keys::conversation_partition(id)).prefix(keys::sent_by(user)).consistent();
    for Sent { seq, key } in store.query::<Sent>(&sent).await?.rows {
        bury(store, id, seq, now).await?;
        store.commit([Write::delete(key)]).await?;
    }
    store.commit([Write::delete(keys::member(id, user))]).await
}

async fn leave(store: &Store, id: ConversationId, user: UserId, now: Timestamp) -> Result<()> {
    let mut contention = Contention::new();
    loop {
        let left = match super::find(store, id, user).await {
            Ok((conversation, _)) if conversation.kind == ConversationKind::Group => {
                super::remove_member(store, id, user, user, now).await
            }
            Ok((conversation, member)) => store.commit(leaving(&conversation, &member, None, now)?).await,
            Err(error) if error.code == Code::NotFound => return Ok(()),
            Err(error) => Err(error),
        };
        match left {
            Err(Error { code: Code::Conflict, .. }) => contention.pause().await?,
            left => return left,
        }
    }
}

/// Leaves a tombstone in place of a message whose author is gone.
async fn bury(store: &Store, id: ConversationId, seq: u64, now: Timestamp) -> Result<()> {
    let (head, key) = (keys::conversation(id), keys::message(id, seq));
    let mut contention = Contention::new();
    loop {
        let mut items = store.get_each(vec![head.clone(), key.clone()]).await?;
        let pair = (items.take::<Conversation>(&head)?, items.take::<Message>(&key)?);
        let (Some(conversation), Some(before)) = pair else { return Ok(()) };
        if before.deleted_at.is_some() {
            return Ok(());
        }
        let mut after = before.clone();
        after.delete(now);
        let mut writes = vec![Write::put(key.clone(), &after)?.when(unchanged(&before), Code::Conflict)];
        let what = Happening::MessageDeleted { seq };
        writes.extend(happen(&conversation, None, now, what, Write::update(head_key(&conversation)))?);
        match store.commit(writes).await {
            Err(Error { code: Code::Conflict, .. }) => contention.pause().await?,
            buried => return buried,
        }
    }
}
