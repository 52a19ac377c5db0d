//! What is of a conversation.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::{DefaultHasher, Hash, Hasher},
};

use jiff::Timestamp;

use super::{Finding, Invariant, Notes, Partition, members, notes::parsed};
use crate::{
    domain::{Conversation, ConversationKind, Happening, Later, Membership, Message, UserId},
    store::{
        Item, Key, Write,
        blocks::Block,
        conversations::{self, Direct, MemberRow, Sent},
        keys::{self, Row},
    },
};

/// A conversation's partition, as far as it was read. What its senders call messages comes before the messages, so it
/// takes some 20 bytes for each of them to be kept until then.
#[derive(Default)]
pub(super) struct OfConversation {
    first: Option<Key>,
    head: Option<(Key, Conversation)>,
    /// Of each message that its sender called something, a hash of what.
    named: HashMap<u64, u64>,
    last_message: Option<Message>,
    last_change: u64,
    /// What was deleted of which no change was read yet.
    deleted: BTreeSet<u64>,
    /// What each sender sent last.
    sent: HashMap<UserId, u64>,
    /// Who wrote what was not deleted, and where first.
    authors: BTreeMap<UserId, Key>,
    members: Vec<(Key, Membership)>,
}

impl Partition for OfConversation {
    fn row(&mut self, key: &Key, item: Item, notes: &mut Notes) {
        self.first.get_or_insert_with(|| key.clone());
        match key.row() {
            Some(Row::Conversation) => {
                let Some(head) = notes.read::<Conversation>(key, &item) else { return };
                notes.compare(key, &item, Write::put(keys::conversation(head.conversation_id), &head));
                self.head = Some((key.clone(), head));
            }
            Some(Row::ClientMessage) => self.name(key, &item, notes),
            Some(Row::Message) => self.message(key, &item, notes),
            Some(Row::Member) => {
                let Some(row) = notes.read::<MemberRow>(key, &item) else { return };
                notes.compare(key, &item, conversations::member_row(&row.member));
                self.members.push((key.clone(), row.member));
            }
            Some(Row::Later) => self.change(key, &item, notes),
            _ => notes.find(Invariant::KnownRows, key, "a row of a known kind", "another"),
        }
    }

    fn end(self: Box<Self>, notes: &mut Notes) {
        let Some((key, head)) = &self.head else {
            if let Some(first) = self.first.filter(|first| first.row() != Some(Row::Conversation)) {
                notes.find(Invariant::ConversationExists, &first, "a head beside it", "none");
            }
            return;
        };
        if let Some(seq) = self.named.keys().min() {
            let (expected, found) = (format!("message {seq} of that name"), "none");
            notes.find(Invariant::MessagesNamed, key, expected, found);
        }
        if let Some(seq) = self.deleted.first() {
            notes.find(Invariant::TombstonesTold, key, format!("a change that message {seq} went"), "none");
        }
        let last = self.last_message.as_ref();
        let numbers = (last.map_or(0, |last| last.seq), head.last_seq);
        notes.same(Invariant::MessagesNumbered, key, "the last", numbers);
        let senders = (last.map(|last| last.sender_id), head.last_sender_id);
        if numbers.0 == numbers.1 && senders.0 != senders.1 {
            let say =
                |sender: Option<UserId>| sender.map_or("nobody".to_owned(), |sender| sender.to_string());
            notes.find(Invariant::LastSender, key, say(senders.0), say(senders.1));
        }
        notes.same(Invariant::ChangesNumbered, key, "the last", (self.last_change, head.last_change));
        let times = (last.map_or(head.created_at, |last| last.sent_at), head.last_at);
        notes.same(Invariant::TimesInOrder, key, "the last at", times);
        members::check(key, head, &self.members, &self.sent, notes);
        members::check_authors(&self.members, &self.authors, notes);
        pair(key, head, notes);
    }
}

impl OfConversation {
    fn name(&mut self, key: &Key, item: &Item, notes: &mut Notes) {
        let Some(Sent { seq }) = notes.read::<Sent>(key, item) else { return };
        notes.compare(key, item, Write::put(key.clone(), &Sent { seq }));
        if self.named.insert(seq, hash(key)).is_some() {
            notes.find(Invariant::MessagesNamed, key, format!("one name of message {seq}"), "another");
        }
    }

    fn message(&mut self, key: &Key, item: &Item, notes: &mut Notes) {
        let Some(message) = notes.read::<Message>(key, item) else { return };
        notes.compare(key, item, Write::put(keys::message(message.conversation_id, message.seq), &message));
        let seq = key.number().unwrap_or(message.seq);
        let next = self.last_message.as_ref().map_or(1, |last| last.seq + 1);
        notes.same(Invariant::MessagesNumbered, key, "message", (next, seq));
        if self.last_message.as_ref().is_some_and(|last| last.sent_at > message.sent_at) {
            notes.find(
                Invariant::TimesInOrder,
                key,
                "a time behind that of the one before",
                "an earlier one",
            );
        }
        let sender = message.sender_id;
        let own = keys::client_message(message.conversation_id, sender, message.client_message_id.as_str());
        match self.named.remove(&seq) {
            Some(named) if named != hash(&own) => {
                notes.find(Invariant::MessagesNamed, key, "what its sender calls it", "another name");
            }
            // Of who is erased, what they called it goes after what they wrote.
            None if message.deleted_at.is_none() => {
                notes.find(Invariant::MessagesNamed, key, "what its sender calls it", "no such row");
            }
            _ => {}
        }
        if message.text.is_some() == message.deleted_at.is_some() {
            notes.find(Invariant::TombstonesTold, key, "a text unless it was deleted", "otherwise");
        }
        if message.reply_to.is_some_and(|answered| answered == 0 || answered >= seq) {
            notes.find(Invariant::AnswersExist, key, "a message before it", "none");
        }
        if message.deleted_at.is_some() {
            self.deleted.insert(seq);
        } else {
            self.authors.entry(sender).or_insert_with(|| key.clone());
        }
        self.sent.insert(sender, seq);
        self.last_message = Some(Message { seq, text: None, ..message });
    }

    fn change(&mut self, key: &Key, item: &Item, notes: &mut Notes) {
        let Some(change) = notes.read::<Later>(key, item) else { return };
        notes.compare(key, item, Write::put(keys::later(change.conversation_id, change.change), &change));
        let number = key.number().unwrap_or(change.change);
        notes.same(Invariant::ChangesNumbered, key, "change", (self.last_change + 1, number));
        self.last_change = number;
        let last = self.last_message.as_ref().map_or(0, |last| last.seq);
        if let Some(seq) = change.what.message().filter(|seq| *seq == 0 || *seq > last) {
            notes.find(
                Invariant::ChangesNumbered,
                key,
                "a change of a message that exists",
                format!("of {seq}"),
            );
        }
        if let Happening::MessageDeleted { seq } = change.what
            && !self.deleted.remove(&seq)
        {
            notes.find(Invariant::TombstonesTold, key, format!("message {seq} is a tombstone"), "it is not");
        }
    }
}

fn pair(key: &Key, head: &Conversation, notes: &mut Notes) {
    if (head.kind == ConversationKind::Direct) != head.pair.is_some() {
        notes.find(Invariant::DirectPair, key, "a pair for a direct conversation alone", "otherwise");
    }
    let Some([one, other]) = head.pair else { return };
    // Of who is being erased, blocks go after conversations.
    if head.member_count == 2 {
        knows_block(key, (one, other), head.first_blocked_at, notes);
        knows_block(key, (other, one), head.second_blocked_at, notes);
    }
    let (at, id) = (key.clone(), head.conversation_id);
    notes.ask(keys::direct(one, other), move |direct| {
        let is_theirs = parsed::<Direct>(direct).is_some_and(|direct| direct.conversation_id == id);
        (!is_theirs).then(|| Finding::new(Invariant::DirectPair, &at, "the pair leads to it", "not so"))
    });
}

fn knows_block(key: &Key, (blocker, blocked): (UserId, UserId), since: Option<Timestamp>, notes: &mut Notes) {
    let at = key.clone();
    notes.ask(keys::block(blocker, blocked), move |block| {
        let found = block.and_then(|block| parsed::<Block>(Some(block))).map(|block| block.since);
        let differs = || Finding::new(Invariant::DirectBlocks, &at, "the blocks of the two", "others");
        (found != since).then(differs)
    });
}

fn hash(key: &Key) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.sk.hash(&mut hasher);
    hasher.finish()
}
