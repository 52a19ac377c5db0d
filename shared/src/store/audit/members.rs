//! Who takes part in a conversation.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Finding, Invariant, Notes, notes::parsed, person::must_exist};
use crate::{
    domain::{
        Conversation, ConversationKind, EventId, MAX_MEMBERS, MemberRole, Membership, Participation,
        ParticipationStatus, UserId,
    },
    store::{Key, events::EventRow, keys},
};

/// Holds members against the head of their conversation and what each of them `sent` last.
pub(super) fn check(
    key: &Key,
    head: &Conversation,
    members: &[(Key, Membership)],
    sent: &HashMap<UserId, u64>,
    notes: &mut Notes,
) {
    let present: Vec<_> = members.iter().filter(|(_, member)| member.is_present()).collect();
    let counted = u32::try_from(present.len()).unwrap_or(u32::MAX);
    notes.same(Invariant::MembersCounted, key, "members:", (counted, head.member_count));
    for (at, member) in members {
        must_exist(Invariant::MembersExist, at, member.user_id, notes);
        numbers(at, head, member, sent, notes);
    }
    match head.kind {
        ConversationKind::Direct => {
            let is_of_pair = |user| head.pair.is_some_and(|pair| pair.contains(user));
            for (at, _) in members.iter().filter(|(_, member)| !is_of_pair(&member.user_id)) {
                notes.find(Invariant::DirectPair, at, "one of the pair", "somebody else");
            }
        }
        ConversationKind::Group => group(key, &present, notes),
        ConversationKind::Event => event(key, head, &present, notes),
    }
}

/// Holds those who wrote what was not deleted, and where first, against the members. Of who is erased, what they wrote
/// is deleted before they are.
pub(super) fn check_authors(
    members: &[(Key, Membership)],
    authors: &BTreeMap<UserId, Key>,
    notes: &mut Notes,
) {
    let known: BTreeSet<UserId> = members.iter().map(|(_, member)| member.user_id).collect();
    for (_, message) in authors.iter().filter(|(author, _)| !known.contains(author)) {
        notes.find(Invariant::AuthorsKnown, message, "its author among the members", "nobody");
    }
}

fn numbers(
    key: &Key,
    head: &Conversation,
    member: &Membership,
    sent: &HashMap<UserId, u64>,
    notes: &mut Notes,
) {
    let mut within = |what: &str, number: u64, first: u64, last: u64| {
        if !(first..=last).contains(&number) {
            let expected = format!("{what} from {first} to {last}");
            notes.find(Invariant::MembersNumbers, key, expected, number.to_string());
        }
    };
    within("from_seq", member.from_seq, 1, head.last_seq + 1);
    within("from_change", member.from_change, 1, head.last_change + 1);
    within("read_seq", member.read_seq, member.from_seq.saturating_sub(1), head.last_seq);
    let last = sent.get(&member.user_id).copied().filter(|seq| *seq >= member.from_seq);
    if member.sent_seq != last {
        let say =
            |sent: Option<u64>| sent.map_or("sent nothing".to_owned(), |seq| format!("sent {seq} last"));
        notes.find(Invariant::MembersNumbers, key, say(last), say(member.sent_seq));
    }
}

type Present<'a> = [&'a (Key, Membership)];

fn group(key: &Key, present: &Present<'_>, notes: &mut Notes) {
    let rules = present.iter().any(|(_, member)| member.role == MemberRole::Admin);
    if !present.is_empty() && !rules {
        notes.find(Invariant::GroupsAdmin, key, "an admin", "none");
    }
    if present.len() > MAX_MEMBERS as usize {
        let expected = format!("{MAX_MEMBERS} members at most");
        notes.find(Invariant::MembersCounted, key, expected, present.len().to_string());
    }
}

/// The conversation of an event is of its organiser and of those who have a seat.
fn event(key: &Key, head: &Conversation, present: &Present<'_>, notes: &mut Notes) {
    let id = EventId(head.conversation_id.0);
    let is_admin = |member: &Membership| member.role == MemberRole::Admin;
    let admins: Vec<UserId> =
        present.iter().filter(|(_, member)| is_admin(member)).map(|(_, member)| member.user_id).collect();
    let at = key.clone();
    notes.ask(keys::event(id), move |found| {
        let say = |what: &str| Some(Finding::new(Invariant::EventsConversation, &at, "its event", what));
        match parsed::<EventRow>(found) {
            None => say("none"),
            Some(row) if admins.iter().any(|admin| *admin != row.event.organiser.user_id) => {
                say("one that an admin of it does not organise")
            }
            Some(_) => None,
        }
    });
    for (at, member) in present.iter().filter(|(_, member)| !is_admin(member)) {
        let at = at.clone();
        notes.ask(keys::participant(id, member.user_id), move |part| {
            let has_seat =
                parsed::<Participation>(part).is_some_and(|part| part.status == ParticipationStatus::Going);
            (!has_seat).then(|| Finding::new(Invariant::SeatsConversation, &at, "a seat", "none"))
        });
    }
}
