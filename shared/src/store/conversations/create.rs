use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{head_key, member_row, must_not_be_apart};
use crate::{
    domain::{
        Conversation, ConversationId, ConversationKind, Event, GroupTitle, MemberRole, Membership, UserId,
    },
    error::{Code, Result},
    store::{Condition, Store, Write, keys, profiles},
};

/// Which conversation is the one of a pair.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct Direct {
    pub(in crate::store) conversation_id: ConversationId,
}

/// A conversation that was not there before, with those whom it begins with.
#[derive(Clone, Debug)]
pub struct NewConversation {
    pub conversation: Conversation,
    members: Vec<(UserId, MemberRole)>,
}

impl NewConversation {
    /// Of two people.
    pub fn direct(id: ConversationId, founder: UserId, other: UserId, now: Timestamp) -> Self {
        let mut conversation = Conversation::new(id, ConversationKind::Direct, None, now);
        conversation.pair = Some([founder.min(other), founder.max(other)]);
        Self::with(conversation, vec![(founder, MemberRole::Member), (other, MemberRole::Member)])
    }

    /// Of its founder and others, among whom there is nobody twice and not the founder.
    pub fn group(
        id: ConversationId,
        title: Option<GroupTitle>,
        (founder, others): (UserId, &[UserId]),
        now: Timestamp,
    ) -> Self {
        let conversation = Conversation::new(id, ConversationKind::Group, title, now);
        let others = others.iter().map(|other| (*other, MemberRole::Member));
        Self::with(conversation, [(founder, MemberRole::Admin)].into_iter().chain(others).collect())
    }

    fn with(mut conversation: Conversation, members: Vec<(UserId, MemberRole)>) -> Self {
        conversation.member_count = u32::try_from(members.len()).unwrap_or(u32::MAX);
        Self { conversation, members }
    }

    /// The part of the one who creates it.
    pub fn founder(&self) -> Membership {
        let (founder, role) = self.members[0];
        Membership::new(&self.conversation, founder, role, self.conversation.created_at)
    }

    fn others(&self) -> impl Iterator<Item = (UserId, String)> {
        let others = self.members[1..].iter().enumerate();
        others.map(|(at, (other, _))| (*other, format!("participant_ids[{at}]")))
    }

    fn rows(&self) -> Result<Vec<Write>> {
        // Its id is new, or that of an event that is.
        let mut writes = vec![Write::put(head_key(&self.conversation), &self.conversation)?];
        for (user, role) in &self.members {
            let member = Membership::new(&self.conversation, *user, *role, self.conversation.created_at);
            writes.push(member_row(&member)?);
        }
        Ok(writes)
    }
}

/// The direct conversation of two people, if they have one.
pub async fn direct(store: &Store, one: UserId, other: UserId) -> Result<Option<ConversationId>> {
    let direct = store.get::<Direct>(keys::direct(one, other)).await?;
    Ok(direct.map(|direct| direct.conversation_id))
}

/// Creates a conversation. Who is not active, or is apart from its founder, cannot be brought into it; a pair that has
/// one already gets no second (`AlreadyExists`).
pub async fn create(store: &Store, new: &NewConversation, beside: Option<Write>) -> Result<()> {
    let founder = new.members[0].0;
    let mut writes = vec![profiles::must_be_active(founder, Code::SessionEnded)];
    for (other, field) in new.others() {
        writes.push(profiles::must_be_active(other, Code::UnknownUser.at(field)));
    }
    if let Some([one, other]) = new.conversation.pair {
        let direct = Direct { conversation_id: new.conversation.conversation_id };
        let only = Write::put(keys::direct(one, other), &direct)?;
        writes.insert(0, only.when(Condition::absent(), Code::AlreadyExists));
        writes.extend(must_not_be_apart(one, other));
    } else {
        // The blocks of so many do not fit into the transaction. One that is made meanwhile hides what the two write.
        let apart = super::apart(store, founder, new.others().map(|(other, _)| other)).await?;
        if let Some((_, field)) = new.others().find(|(other, _)| apart.contains(other)) {
            return Err(Code::Unreachable.at(field).into());
        }
    }
    writes.extend(new.rows()?);
    writes.extend(beside);
    store.commit(writes).await
}

/// The items of an event's conversation, which has the event's id: its organiser's and that of those who have a seat.
pub fn rows_of_event(event: &Event, going: &[UserId]) -> Result<Vec<Write>> {
    let (id, title) = (ConversationId(event.event_id.0), GroupTitle::of_event(&event.title));
    let conversation = Conversation::new(id, ConversationKind::Event, Some(title), event.created_at);
    let going = going.iter().map(|user| (*user, MemberRole::Member));
    let members = [(event.organiser.user_id, MemberRole::Admin)].into_iter().chain(going).collect();
    NewConversation::with(conversation, members).rows()
}
