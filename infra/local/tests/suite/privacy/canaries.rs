use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use serde_json::Value;
use tunelink::{auth::Access, operation::Function};
use tunelink_local::examples;

use crate::harness::{World, stage, unique};

/// Words that one person alone has written, by the field that they were written in: `send_message.text`.
#[derive(Default)]
pub(super) struct Canaries(BTreeSet<(String, String)>);

impl Canaries {
    /// A word for this field.
    pub(super) fn plant(&mut self, field: &str) -> String {
        let word = unique("zq");
        self.know(field, &word);
        word
    }

    /// Says which word is in a field that takes no other.
    pub(super) fn know(&mut self, field: &str, word: &str) {
        self.0.insert((field.to_owned(), word.to_owned()));
    }

    /// The fields of request bodies among them; headers have no dot.
    pub(super) fn fields(&self) -> BTreeSet<String> {
        self.0.iter().map(|(field, _)| field).filter(|field| field.contains('.')).cloned().collect()
    }

    /// Those whose words are somewhere in the table or in one of its indexes, in whatever form.
    pub(super) async fn found(&self, world: &World) -> BTreeSet<&str> {
        self.among(&texts(world).await)
    }

    /// Those whose words are in what SNS knows of devices, or in what reactions gave up.
    pub(super) async fn found_elsewhere(&self, world: &World) -> BTreeSet<&str> {
        let endpoints = format!("{:?}", world.backend().sns().endpoints());
        let letters = format!("{:?}", world.dead_letters().await);
        self.among(&[endpoints, letters])
    }

    fn among(&self, texts: &[String]) -> BTreeSet<&str> {
        let folded: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
        let is_in = |word: &str| {
            let plain = folded.iter().any(|text| text.contains(&word.to_lowercase()));
            plain || encoded(word).iter().any(|form| texts.iter().any(|text| text.contains(form)))
        };
        self.0.iter().filter(|(_, word)| is_in(word)).map(|(field, _)| field.as_str()).collect()
    }
}

/// How base64 shows a word that begins at any of three places; both alphabets agree on letters and digits, and the
/// words have no other bytes that would tell them apart. What depends on the neighbours is cut off.
fn encoded(word: &str) -> Vec<String> {
    let at = |before: usize| {
        let text = STANDARD_NO_PAD.encode([vec![0; before], word.as_bytes().to_vec()].concat());
        let first = (before * 8).div_ceil(6);
        text[first..text.len() - 1].to_owned()
    };
    (0..3).map(at).collect()
}

/// All that is in the items of the table and in the entries of its indexes, but for what has expired: TTL is a broom
/// that comes within days.
async fn texts(world: &World) -> Vec<String> {
    let (client, table) = (world.backend().client(), world.backend().table());
    let described = client.describe_table().table_name(table).send().await.unwrap().table.unwrap();
    let indexes = described.global_secondary_indexes.unwrap();
    assert!(indexes.len() > 5);
    let names = indexes.into_iter().map(|index| index.index_name);
    let mut texts = Vec::new();
    for index in names.chain([None]) {
        let pages = client.scan().table_name(table).set_index_name(index).into_paginator().items().send();
        let items: Vec<_> = pages.try_collect().await.unwrap();
        let alive = items.iter().filter(|item| !is_expired(world, item));
        alive.flat_map(HashMap::iter).for_each(|(name, value)| {
            texts.push(name.clone());
            collect(value, &mut texts);
        });
    }
    texts
}

fn is_expired(world: &World, item: &HashMap<String, AttributeValue>) -> bool {
    let expires = item.get("expires").and_then(|value| value.as_n().ok());
    expires.is_some_and(|second| second.parse::<i64>().unwrap() < world.app().now().as_second())
}

fn collect(value: &AttributeValue, texts: &mut Vec<String>) {
    let of_bytes = |bytes: &Blob| String::from_utf8_lossy(bytes.as_ref()).into_owned();
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => texts.push(text.clone()),
        AttributeValue::Ss(all) | AttributeValue::Ns(all) => texts.extend(all.clone()),
        AttributeValue::B(bytes) => texts.push(of_bytes(bytes)),
        AttributeValue::Bs(all) => texts.extend(all.iter().map(of_bytes)),
        AttributeValue::L(list) => list.iter().for_each(|value| collect(value, texts)),
        AttributeValue::M(map) => map.iter().for_each(|(name, value)| {
            texts.push(name.clone());
            collect(value, texts);
        }),
        AttributeValue::Bool(_) | AttributeValue::Null(_) => {}
        other => panic!("there is no such value in any item: {other:?}"),
    }
}

/// Every field of every body that a member may send in which there is room for words of their own.
pub(super) fn fields_of_members() -> BTreeSet<String> {
    let mut fields = BTreeSet::new();
    for function in stage::operations().filter(|function| function.access != Access::Admin) {
        let content = examples::entry(function)["requestBody"]["content"].as_object();
        for media in content.into_iter().flat_map(|content| content.values()) {
            walk(function, &media["schema"], "", &mut fields);
        }
    }
    fields
}

fn walk(function: &Function, schema: &'static Value, path: &str, fields: &mut BTreeSet<String>) {
    let schema = examples::resolve(schema);
    for kind in ["anyOf", "allOf", "oneOf"] {
        for part in schema[kind].as_array().into_iter().flatten() {
            walk(function, part, path, fields);
        }
    }
    for (name, part) in schema["properties"].as_object().into_iter().flatten() {
        walk(function, part, &format!("{path}.{name}"), fields);
    }
    for part in ["items", "additionalProperties"] {
        if schema[part].is_object() {
            walk(function, &schema[part], &format!("{path}[]"), fields);
        }
    }
    // An id and a time have no room for words.
    let is_narrow = matches!(schema["format"].as_str(), Some("uuid" | "date-time"));
    if schema["type"] == "string" && schema["enum"].is_null() && !is_narrow {
        fields.insert(format!("{}{path}", function.name));
    }
}
