use std::collections::HashMap;

use jiff::Timestamp;

use super::{
    Finding, Notes, alone::Alone, conversation::OfConversation, event::OfEvent, notes::Question,
    person::Person, reading::Reader,
};
use crate::{
    error::{Error, Result},
    store::{Item, Key},
};

/// Judges the rows of one partition, in the order of their keys.
pub(super) trait Partition: Send {
    fn row(&mut self, key: &Key, item: Item, notes: &mut Notes);

    /// There are no more.
    fn end(self: Box<Self>, notes: &mut Notes);
}

/// Goes through rows, those of a partition one after the other.
pub(super) struct Walk<'a> {
    reader: &'a Reader,
    /// Whether what is looked up has to be as it is now.
    consistent: bool,
    pub(super) now: Timestamp,
    current: Option<Current>,
    /// What is still to be looked up, and for which partition.
    questions: Vec<(String, Question)>,
    /// What is amiss, and in which partition.
    pub(super) found: Vec<(String, Finding)>,
    pub(super) partitions: u64,
}

struct Current {
    name: String,
    partition: Box<dyn Partition>,
}

/// As many as one call reads.
const QUESTIONS: usize = 100;

impl<'a> Walk<'a> {
    pub(super) const fn new(reader: &'a Reader, consistent: bool, now: Timestamp) -> Self {
        Self {
            reader,
            consistent,
            now,
            current: None,
            questions: Vec::new(),
            found: Vec::new(),
            partitions: 0,
        }
    }

    pub(super) async fn take(&mut self, item: Item) -> Result<()> {
        let key = Key::of(&item).ok_or_else(|| Error::internal("a row without a key of text"))?;
        if self.current.as_ref().is_none_or(|current| current.name != key.pk) {
            self.end_partition();
            self.partitions += 1;
            self.current = Some(Current { name: key.pk.clone(), partition: of(&key) });
        }
        if let Some(current) = &mut self.current {
            let mut notes = Notes::new(self.now);
            current.partition.row(&key, item, &mut notes);
            self.keep(&key.pk, notes);
        }
        if self.questions.len() >= QUESTIONS { self.answer().await } else { Ok(()) }
    }

    /// There are no more rows.
    pub(super) async fn end(&mut self) -> Result<()> {
        self.end_partition();
        self.answer().await
    }

    fn end_partition(&mut self) {
        if let Some(Current { name, partition }) = self.current.take() {
            let mut notes = Notes::new(self.now);
            partition.end(&mut notes);
            self.keep(&name, notes);
        }
    }

    fn keep(&mut self, partition: &str, notes: Notes) {
        let named = |finding| (partition.to_owned(), finding);
        self.found.extend(notes.findings.into_iter().map(named));
        let named = |question| (partition.to_owned(), question);
        self.questions.extend(notes.questions.into_iter().map(named));
    }

    async fn answer(&mut self) -> Result<()> {
        let questions = std::mem::take(&mut self.questions);
        let keys = questions.iter().map(|(_, question)| question.key.clone()).collect();
        let items = self.reader.items(keys, self.consistent).await?;
        let items: HashMap<Key, Item> =
            items.into_iter().filter_map(|item| Some((Key::of(&item)?, item))).collect();
        for (partition, Question { key, judge }) in questions {
            self.found.extend(judge(items.get(&key)).map(|finding| (partition, finding)));
        }
        Ok(())
    }
}

fn of(key: &Key) -> Box<dyn Partition> {
    match key.pk.split_once('#') {
        Some(("U", _)) => Box::new(Person::default()),
        Some(("E", _)) => Box::new(OfEvent::default()),
        Some(("C", _)) => Box::new(OfConversation::default()),
        _ => Box::new(Alone),
    }
}
