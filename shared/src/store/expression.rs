use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::Item;

/// A change to one attribute of an item.
#[derive(Debug)]
pub(super) enum Change {
    Set(&'static str, AttributeValue),
    Remove(&'static str),
    Add(&'static str, i64),
}

/// Placeholders of an expression, so that no attribute name meets a reserved word.
#[derive(Default)]
pub(super) struct Expression {
    names: HashMap<String, String>,
    values: Item,
}

impl Expression {
    pub(super) fn name(&mut self, name: &str) -> String {
        let placeholder = format!("#{name}");
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    pub(super) fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// `None` when nothing changes.
    pub(super) fn changes(&mut self, changes: Vec<Change>) -> Option<String> {
        let (mut set, mut remove, mut add) = (Vec::new(), Vec::new(), Vec::new());
        for change in changes {
            match change {
                Change::Set(name, value) => set.push(format!("{} = {}", self.name(name), self.value(value))),
                Change::Remove(name) => remove.push(self.name(name)),
                Change::Add(name, number) => {
                    let number = self.value(AttributeValue::N(number.to_string()));
                    add.push(format!("{} {number}", self.name(name)));
                }
            }
        }
        let clauses = [("SET", set), ("REMOVE", remove), ("ADD", add)].into_iter();
        let clauses = clauses.filter(|(_, parts)| !parts.is_empty());
        let clauses: Vec<_> = clauses.map(|(verb, parts)| format!("{verb} {}", parts.join(", "))).collect();
        (!clauses.is_empty()).then(|| clauses.join(" "))
    }

    pub(super) fn names(&self) -> Option<HashMap<String, String>> {
        Some(self.names.clone()).filter(|names| !names.is_empty())
    }

    pub(super) fn values(&self) -> Option<Item> {
        Some(self.values.clone()).filter(|values| !values.is_empty())
    }
}
