//! A JSON reader that refuses what serde would let pass: duplicate keys and deep nesting.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::{Code, Error, Result};

/// How deep a body may nest; the outermost object is level 1.
pub(crate) const MAX_DEPTH: usize = 32;

/// Reads one JSON text (RFC 8259). Duplicate names, which the RFC leaves to the receiver, are an error.
pub(crate) fn parse(text: &[u8]) -> Result<Value> {
    let mut fault = None;
    let mut reader = serde_json::Deserializer::from_slice(text);
    let level = Level { depth: 0, path: &Segment::Root, fault: &mut fault };
    let value = level.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    match (value, fault) {
        (_, Some(fault)) => Err(fault),
        (Ok(value), None) => Ok(value),
        (Err(_), None) => Err(Code::MalformedJson.into()),
    }
}

/// Where the reader is; kept as a list on the stack, so that only a fault costs an allocation.
enum Segment<'a> {
    Root,
    Name(&'a Segment<'a>, &'a str),
    Index(&'a Segment<'a>, usize),
}

impl fmt::Display for Segment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Name(Self::Root, name) => f.write_str(name),
            Self::Name(parent, name) => write!(f, "{parent}.{name}"),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

struct Level<'a> {
    depth: usize,
    path: &'a Segment<'a>,
    fault: &'a mut Option<Error>,
}

impl Level<'_> {
    fn fail<E: serde::de::Error>(&mut self, fault: Error) -> E {
        self.fault.get_or_insert(fault);
        E::custom("refused")
    }

    fn enter<E: serde::de::Error>(&mut self) -> Result<usize, E> {
        if self.depth == MAX_DEPTH {
            return Err(self.fail(Error::from(Code::JsonTooDeep).limit(MAX_DEPTH)));
        }
        Ok(self.depth + 1)
    }
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        serde_json::Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Value, A::Error> {
        let depth = self.enter()?;
        let mut values = Vec::new();
        loop {
            let path = Segment::Index(self.path, values.len());
            match seq.next_element_seed(Level { depth, path: &path, fault: self.fault })? {
                Some(value) => values.push(value),
                None => return Ok(Value::Array(values)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value, A::Error> {
        let depth = self.enter()?;
        let mut values = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let path = Segment::Name(self.path, &name);
            if values.contains_key(&name) {
                let field = path.to_string();
                return Err(self.fail(Code::DuplicateField.at(field).into()));
            }
            let value = map.next_value_seed(Level { depth, path: &path, fault: self.fault })?;
            values.insert(name, value);
        }
        Ok(Value::Object(values))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nested(depth: usize) -> String {
        format!("{}{}", "[".repeat(depth), "]".repeat(depth))
    }

    #[test]
    fn a_name_that_occurs_twice_is_refused_with_its_path() {
        for (text, path) in [
            (r#"{"a":1,"a":2}"#, "a"),
            (r#"{"a":{"b":[{"c":1,"c":1}]}}"#, "a.b[0].c"),
            (r#"{"a":1,"\u0061":2}"#, "a"),
        ] {
            let error = parse(text.as_bytes()).unwrap_err();
            assert_eq!(error.fields, vec![Code::DuplicateField.at(path)]);
        }
    }

    #[test]
    fn nesting_ends_at_the_limit() {
        assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        for depth in [MAX_DEPTH + 1, 200, 50_000] {
            assert_eq!(parse(nested(depth).as_bytes()).unwrap_err().code, Code::JsonTooDeep);
        }
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        for text in ["", "{", "{} {}", "{'a':1}", "nul", "[1,]", "\"\u{1}\"", "1e999", "\u{feff}{}"] {
            assert_eq!(parse(text.as_bytes()).unwrap_err().code, Code::MalformedJson, "{text}");
        }
        assert_eq!(parse(b"\"\xff\"").unwrap_err().code, Code::MalformedJson);
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(".{0,4}", inner, 0..4)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_serde_writes_is_read_back(value in json()) {
            prop_assert_eq!(parse(value.to_string().as_bytes()).unwrap(), value);
        }

        #[test]
        fn no_input_makes_it_panic(text in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&text);
        }
    }
}
