use std::fmt;

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{error::Code, rules::broken};

/// A stable, readable id of a catalogue entry: lower-case words joined by hyphens, 2–40 characters.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, Validate,
)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("pattern" = "^[a-z0-9]+(-[a-z0-9]+)*$", "example" = "electric-guitar"))]
pub struct Slug(#[garde(length(chars, min = 2, max = 40), custom(well_formed))] String);

impl Slug {
    /// `None` unless it is well-formed.
    pub fn new(text: &str) -> Option<Self> {
        let slug = Self(text.to_owned());
        slug.validate().is_ok().then_some(slug)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn well_formed(text: &str, (): &()) -> garde::Result {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if text.split('-').all(word) { Ok(()) } else { Err(broken(Code::InvalidFormat)) }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Slug;

    #[test]
    fn words_joined_by_hyphens() {
        for good in ["ab", "electric-guitar", "808", "g-2"] {
            assert!(Slug::new(good).is_some(), "{good}");
        }
        for bad in ["", "a", "A-b", "a--b", "-ab", "ab-", "é-a", "a b", "a#b", &"a".repeat(41)] {
            assert!(Slug::new(bad).is_none(), "{bad}");
        }
    }
}
