//! The two languages of the API and how one is chosen.

use serde::{Deserialize, Serialize};

use crate::accept::ranges;

/// A language that replies are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Language {
    #[default]
    En,
    Fr,
}

impl Language {
    /// The IETF language tag, for `Content-Language`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }

    /// Chooses by an `Accept-Language` value: the range with the highest quality that names a language we
    /// have, matched on its primary subtag (RFC 9110 §12.5.4, lookup of RFC 4647 §3.4). English otherwise.
    pub fn negotiate(accept: Option<&str>) -> Self {
        let mut best = (Self::default(), 0.0);
        for (tag, quality) in ranges(accept.unwrap_or_default()) {
            let primary = tag.split('-').next().unwrap_or_default();
            let language = if primary.eq_ignore_ascii_case("fr") {
                Self::Fr
            } else if primary.eq_ignore_ascii_case("en") || primary == "*" {
                Self::En
            } else {
                continue;
            };
            if quality > best.1 {
                best = (language, quality);
            }
        }
        best.0
    }
}

/// A text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    pub en: &'static str,
    pub fr: &'static str,
}

impl Text {
    pub const fn new(en: &'static str, fr: &'static str) -> Self {
        Self { en, fr }
    }

    pub const fn in_language(self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::Fr => self.fr,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{self, En, Fr};

    #[test]
    fn the_highest_quality_wins() {
        for (accept, expected) in [
            (None, En),
            (Some(""), En),
            (Some("fr"), Fr),
            (Some("FR-ch"), Fr),
            (Some("en, fr"), En),
            (Some("fr, en"), Fr),
            (Some("en;q=0.5, fr;q=0.9"), Fr),
            (Some("de, fr;q=0.3"), Fr),
            (Some("de"), En),
            (Some("*"), En),
            (Some("fr;q=0"), En),
            (Some("en;Q=0.1, fr;q=0.2"), Fr),
            (Some("fr;Q=0.1, en;q=0.2"), En),
            (Some("fr;Q= .5"), En),
            (Some("fr;q=nonsense, en;q=0.1"), En),
            (Some("français"), En),
        ] {
            assert_eq!(Language::negotiate(accept), expected, "{accept:?}");
        }
    }
}
