use jiff::Timestamp;

use super::{
    BLOCKS, MemberRow, happen, head_key, is_present, member_row, must_be_member, must_not_be_apart,
    read::both,
};
use crate::{
    domain::{
        Conversation, ConversationId, ConversationKind, GroupTitle, Happening, MAX_MEMBERS, MemberRole,
        Membership, UserId,
    },
    error::{Code, Error, Result},
    store::{Condition, Store, Write, commit::Contention, keys, profiles},
};

/// A place in a group: whose it is, and what they may do.
#[derive(Clone, Copy, Debug)]
pub struct Seat {
    pub user_id: UserId,
    pub role: MemberRole,
}

/// Brings somebody into a group, or gives a member another role; an admin of it does. Their part as it is then.
pub async fn put_member(
    store: &Store,
    id: ConversationId,
    admin: UserId,
    seat: Seat,
    now: Timestamp,
) -> Result<Membership> {
    let Seat { user_id, role } = seat;
    settle(store, id, admin, user_id, |conversation, own, theirs| {
        must_be_group_admin(conversation, own)?;
        let head = Write::update(head_key(conversation));
        if let Some(theirs) = theirs.filter(|theirs| theirs.is_present()) {
            let after = Membership { role, ..theirs.clone() };
            if theirs.role == role {
                return Ok((Vec::new(), after));
            }
            if theirs.role == MemberRole::Admin && user_id == admin {
                return Err(Code::Oneself.at("role").into());
            }
            let what = Happening::RoleChanged { user_id, role };
            let mut writes = vec![set_role(id, user_id, role)?];
            writes.extend(happen(conversation, Some(admin), now, what, head)?);
            return Ok((writes, after));
        }
        if conversation.member_count >= MAX_MEMBERS {
            return Err(Error::from(Code::LimitReached).limit(MAX_MEMBERS));
        }
        let new = Membership::new(conversation, user_id, role, now);
        let mut writes = joining(conversation, &new, Some(admin), now)?;
        writes.push(profiles::must_be_active(user_id, Code::NotFound));
        writes.extend(must_not_be_apart(admin, user_id));
        Ok((writes, new))
    })
    .await
}

/// Takes somebody out of a group: an admin does, and anyone may leave. Where the last admin goes, whoever has been there
/// longest is the next.
pub async fn remove_member(
    store: &Store,
    id: ConversationId,
    by: UserId,
    user_id: UserId,
    now: Timestamp,
) -> Result<()> {
    let mut contention = Contention::new();
    loop {
        let read = Read::now(store, id, by, user_id).await?;
        must_be_group(&read.conversation)?;
        if by != user_id {
            must_be_group_admin(&read.conversation, &read.own)?;
        }
        let theirs = read.theirs.as_ref().filter(|theirs| theirs.is_present()).ok_or(Code::NotFound)?;
        let mut writes = leaving(&read.conversation, theirs, Some(by), now)?;
        if theirs.role == MemberRole::Admin {
            // After the conversation: whoever comes, goes or gets another role from then on changes it.
            let heir = heir(&super::members_all(store, id).await?, theirs);
            writes.extend(heir.map(|heir| set_role(id, heir, MemberRole::Admin)).transpose()?);
        }
        match read.commit(store, writes).await {
            Err(Error { code: Code::Conflict, .. }) => contention.pause().await?,
            done => return done,
        }
    }
}

/// Who becomes an admin when this one goes: nobody where there is another.
fn heir(members: &[Membership], leaver: &Membership) -> Option<UserId> {
    let others = || members.iter().filter(|member| member.user_id != leaver.user_id);
    if others().any(|member| member.role == MemberRole::Admin) {
        return None;
    }
    others().min_by_key(|member| (member.joined_at, member.user_id)).map(|member| member.user_id)
}

/// Gives a group another title, or none.
pub async fn rename(
    store: &Store,
    id: ConversationId,
    admin: UserId,
    title: Option<&GroupTitle>,
    now: Timestamp,
) -> Result<(Conversation, Membership)> {
    settle(store, id, admin, admin, |conversation, own, _| {
        must_be_group_admin(conversation, own)?;
        let mut after = (conversation.clone(), own.clone());
        if conversation.title.as_ref() == title {
            return Ok((Vec::new(), after));
        }
        after.0.title = title.cloned();
        after.0.last_change += 1;
        Ok((retitle(conversation, title, Some(admin), now)?, after))
    })
    .await
}

pub(super) fn retitle(
    conversation: &Conversation,
    title: Option<&GroupTitle>,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<Vec<Write>> {
    let head = Write::update(head_key(conversation)).set("title", &title)?;
    let what = Happening::Renamed { title: title.cloned() };
    Ok(happen(conversation, by, now, what, head)?.into())
}

/// The writes by which somebody joins a conversation as it was read: nobody sees a message from before.
pub(super) fn joining(
    conversation: &Conversation,
    new: &Membership,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<Vec<Write>> {
    let head = Write::update(head_key(conversation))
        .add("member_count", 1)
        .when(Condition::equals("last_seq", conversation.last_seq), Code::Conflict);
    let what = Happening::MemberAdded { user_id: new.user_id, role: new.role };
    let absent = Condition::absent().or(Condition::Exists("left_at"));
    let mut writes = vec![member_row(new)?.when(absent, Code::Conflict)];
    writes.extend(happen(conversation, by, now, what, head)?);
    Ok(writes)
}

/// The writes by which somebody leaves.
pub(super) fn leaving(
    conversation: &Conversation,
    member: &Membership,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<Vec<Write>> {
    let gone = Membership { left_at: Some(now), role: MemberRole::Member, ..member.clone() };
    let mut head = Write::update(head_key(conversation)).add("member_count", -1);
    if conversation.pair.is_some() {
        head = BLOCKS.into_iter().fold(head, Write::remove);
    }
    let what = Happening::MemberRemoved { user_id: member.user_id };
    // As it was read: the last admin does not go unnoticed.
    let same = is_present().and(Condition::is("role", role(member.role)));
    let mut writes = vec![member_row(&gone)?.when(same, Code::Conflict)];
    writes.extend(happen(conversation, by, now, what, head)?);
    Ok(writes)
}

fn set_role(id: ConversationId, user: UserId, role: MemberRole) -> Result<Write> {
    Ok(Write::update(keys::member(id, user)).set("role", &role)?.when(is_present(), Code::Conflict))
}

fn must_be_group(conversation: &Conversation) -> Result<()> {
    if conversation.kind == ConversationKind::Group { Ok(()) } else { Err(Code::NotAGroup.into()) }
}

fn must_be_group_admin(conversation: &Conversation, own: &Membership) -> Result<()> {
    must_be_group(conversation)?;
    if own.role == MemberRole::Admin { Ok(()) } else { Err(Code::Forbidden.into()) }
}

/// Makes a change that `decide` finds right for the conversation, the one who makes it and the one whom it is about, as
/// they are. It is asked again when something has changed meanwhile.
async fn settle<T>(
    store: &Store,
    id: ConversationId,
    by: UserId,
    about: UserId,
    decide: impl Fn(&Conversation, &Membership, Option<&Membership>) -> Result<(Vec<Write>, T)> + Send + Sync,
) -> Result<T> {
    let mut contention = Contention::new();
    loop {
        let read = Read::now(store, id, by, about).await?;
        let (writes, outcome) = decide(&read.conversation, &read.own, read.theirs.as_ref())?;
        if writes.is_empty() {
            return Ok(outcome);
        }
        match read.commit(store, writes).await {
            Err(Error { code: Code::Conflict, .. }) => contention.pause().await?,
            done => return done.map(|()| outcome),
        }
    }
}

/// A conversation, the part of the one who changes it, and that of the one whom the change is about.
struct Read {
    conversation: Conversation,
    own: Membership,
    theirs: Option<Membership>,
}

impl Read {
    /// All three as they are; `NotFound` unless the first one takes part.
    async fn now(store: &Store, id: ConversationId, by: UserId, about: UserId) -> Result<Self> {
        let pair = [keys::conversation(id), keys::member(id, by)];
        let key = keys::member(id, about);
        let mut items = store.get_each(pair.iter().chain([&key]).cloned().collect()).await?;
        let (conversation, own) = both(&mut items, &pair)?;
        let theirs = if about == by {
            Some(own.clone())
        } else {
            items.take::<MemberRow>(&key)?.map(|row| row.member)
        };
        Ok(Self { conversation, own, theirs })
    }

    /// Makes a change, provided that whoever makes it still takes part and has the same role.
    async fn commit(&self, store: &Store, mut writes: Vec<Write>) -> Result<()> {
        let Self { conversation, own, theirs } = self;
        if theirs.as_ref().is_none_or(|theirs| theirs.user_id != own.user_id) {
            let still = Condition::is("role", role(own.role));
            writes.push(must_be_member(conversation, own.user_id).and_when(still, Code::Conflict));
        }
        store.commit(writes).await
    }
}

fn role(role: MemberRole) -> &'static str {
    match role {
        MemberRole::Admin => "admin",
        MemberRole::Member => "member",
    }
}
