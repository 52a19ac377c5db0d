use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

use super::Invariant;
use crate::{
    error::Result,
    store::{Item, Key, TRACE, Write},
};

/// Where an invariant does not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    pub invariant: Invariant,
    /// The row, without what people chose.
    pub key: String,
    pub expected: String,
    pub found: String,
}

impl Finding {
    pub(super) fn new(
        invariant: Invariant,
        key: &Key,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self { invariant, key: key.shown(), expected: expected.into(), found: found.into() }
    }
}

/// What has to be looked up elsewhere in the table, and what follows from what is found there.
pub(super) struct Question {
    pub(super) key: Key,
    pub(super) judge: Judge,
}

/// What follows from a row that is there or not.
type Judge = Box<dyn FnOnce(Option<&Item>) -> Option<Finding> + Send>;

/// What is noted while a partition is read.
pub(super) struct Notes {
    pub(super) now: Timestamp,
    pub(super) findings: Vec<Finding>,
    pub(super) questions: Vec<Question>,
}

impl Notes {
    pub(super) const fn new(now: Timestamp) -> Self {
        Self { now, findings: Vec::new(), questions: Vec::new() }
    }

    pub(super) fn find(
        &mut self,
        invariant: Invariant,
        key: &Key,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) {
        self.findings.push(Finding::new(invariant, key, expected, found));
    }

    /// Notes two values that should be the same, unless they are.
    pub(super) fn same<T: PartialEq + ToString>(
        &mut self,
        invariant: Invariant,
        key: &Key,
        what: &str,
        (expected, found): (T, T),
    ) {
        if expected != found {
            let say = |value: T| format!("{what} {}", value.to_string());
            self.find(invariant, key, say(expected), say(found));
        }
    }

    pub(super) fn ask(
        &mut self,
        key: Key,
        judge: impl FnOnce(Option<&Item>) -> Option<Finding> + Send + 'static,
    ) {
        self.questions.push(Question { key, judge: Box::new(judge) });
    }

    /// Notes what was to follow from something of this time and has not.
    pub(super) fn follows(&mut self, key: &Key, at: Timestamp) {
        const FOLLOWS: SignedDuration = SignedDuration::from_hours(1);
        self.done_by(key, at + FOLLOWS);
    }

    /// Notes what should be done and gone by then.
    pub(super) fn done_by(&mut self, key: &Key, then: Timestamp) {
        if then < self.now {
            self.find(Invariant::FollowUpsDone, key, format!("done by {then}"), "not done");
        }
    }

    /// A row as what it is; notes one that cannot be read. What it says is not shown: it may be anything.
    pub(super) fn read<T: DeserializeOwned>(&mut self, key: &Key, item: &Item) -> Option<T> {
        let row = parsed(Some(item));
        if row.is_some() {
            return row;
        }
        let mut with_end = item.clone();
        with_end.insert(EXPIRES.to_owned(), AttributeValue::N("0".to_owned()));
        if parsed::<T>(Some(&with_end)).is_some() {
            self.find(Invariant::Expiry, key, "a time when it expires", "none");
            return None;
        }
        let mut names: Vec<&str> = item.keys().map(String::as_str).collect();
        names.sort_unstable();
        let found = format!("attributes that say something else: {}", names.join(", "));
        self.find(Invariant::WellFormed, key, "a row of its kind", found);
        None
    }

    /// Notes what differs between a row and the one that the store would write.
    pub(super) fn compare(&mut self, key: &Key, item: &Item, written: Result<Write>) {
        let Some(expected) = written.ok().and_then(Write::into_item) else {
            self.find(Invariant::WellFormed, key, "a row that can be written", "one that cannot");
            return;
        };
        self.differ(key, item, &expected);
    }

    /// The same where it is known what the store would write.
    pub(super) fn differ(&mut self, key: &Key, item: &Item, expected: &Item) {
        let mut differences: BTreeMap<Invariant, Vec<String>> = BTreeMap::new();
        let traced = key.kind().is_some();
        for (name, value) in item.iter().filter(|(name, _)| !(traced && *name == TRACE)) {
            let difference = match expected.get(name) {
                None => format!("{name} besides"),
                Some(expected) if !alike(value, expected) => format!("another {name}"),
                Some(_) => continue,
            };
            differences.entry(concerned(name)).or_default().push(difference);
        }
        for name in expected.keys().filter(|name| !item.contains_key(*name)) {
            differences.entry(concerned(name)).or_default().push(format!("no {name}"));
        }
        for (invariant, mut differences) in differences {
            differences.sort_unstable();
            self.find(invariant, key, "what the store writes", differences.join(", "));
        }
    }
}

/// A row that can be read.
pub(super) fn parsed<T: DeserializeOwned>(item: Option<&Item>) -> Option<T> {
    serde_dynamo::from_item(item?.clone()).ok()
}

/// When the table forgets a row.
const EXPIRES: &str = "expires";

/// The invariant that an attribute is of.
fn concerned(attribute: &str) -> Invariant {
    const OF_INDEXES: [&str; 12] = [
        "related",
        "related_sk",
        "near",
        "near_sk",
        "calendar",
        "calendar_sk",
        "starts",
        "geo3",
        "geo4",
        "geo5",
        "geo6",
        "card",
    ];
    match attribute {
        "pk" | "sk" => Invariant::SaysItsKey,
        EXPIRES => Invariant::Expiry,
        "event_version" => Invariant::EventWhole,
        name if OF_INDEXES.contains(&name) => Invariant::IndexEntries,
        _ => Invariant::WellFormed,
    }
}

/// Whether two values are the same; numbers may be spelled in several ways.
fn alike(one: &AttributeValue, other: &AttributeValue) -> bool {
    use AttributeValue::{L, M, N};
    match (one, other) {
        (N(one), N(other)) => one == other || one.parse::<f64>().ok() == other.parse::<f64>().ok(),
        (L(one), L(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        (M(one), M(other)) => {
            let same = |(name, value)| other.get(name).is_some_and(|other| alike(value, other));
            one.len() == other.len() && one.iter().all(same)
        }
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_what_they_are() {
        let number = |text: &str| AttributeValue::N(text.to_owned());
        assert!(alike(&number("10"), &number("1E+1")));
        assert!(!alike(&number("10"), &number("11")));
        assert!(!alike(&number("10"), &AttributeValue::S("10".to_owned())));
        let list = |texts: &[&str]| AttributeValue::L(texts.iter().map(|text| number(text)).collect());
        assert!(alike(&list(&["1", "2"]), &list(&["1.0", "2"])));
        assert!(!alike(&list(&["1"]), &list(&["1", "2"])));
    }
}
