use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{Slug, UserId, canonical, text::one_line};

/// The two halves of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CatalogueKind {
    Instrument,
    Genre,
}

/// A family of instruments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "lowercase")]
#[garde(allow_unvalidated)]
#[schemars(inline)]
pub enum Category {
    Strings,
    Bowed,
    Woodwind,
    Brass,
    Keyboard,
    Percussion,
    Voice,
    Electronic,
}

/// A name in each language, 1–60 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schemars(extend("example" = { "en": "Electric guitar", "fr": "Guitare électrique" }))]
pub struct Names {
    #[garde(length(chars, min = 1, max = 60), custom(one_line))]
    pub en: String,
    #[garde(length(chars, min = 1, max = 60), custom(one_line))]
    pub fr: String,
}

/// An emoji, at most 16 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("example" = "🎸"))]
pub struct Icon(#[garde(length(chars, min = 1, max = 16), custom(one_line))] String);

/// Part of a name to look for, 1–60 characters. Neither case nor accents matter.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("example" = "guitare"))]
pub struct SearchText(#[garde(length(chars, min = 1, max = 60), custom(one_line))] String);

impl SearchText {
    /// Tells the entries that have the text in their id or in either name.
    pub fn finder(&self) -> impl Fn(&Slug, &Names) -> bool + use<> {
        let text = searchable(self.0.trim());
        move |id, name| {
            [id.as_str(), &name.en, &name.fr].iter().any(|field| searchable(field).contains(&text))
        }
    }
}

/// What is left of a text when it is searched: `Chœur d'été` is found by `choeur d'ete`.
fn searchable(text: &str) -> String {
    let letters: String = canonical(text).nfd().filter(|c| !is_combining_mark(*c)).collect();
    letters.replace('œ', "oe").replace('æ', "ae")
}

/// An instrument of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Instrument {
    pub id: Slug,
    pub category: Category,
    pub icon: Icon,
    pub name: Names,
}

/// A genre of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Genre {
    pub id: Slug,
    pub name: Names,
}

/// How well somebody plays, from the first chords to a living made by it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, Validate,
)]
#[serde(rename_all = "lowercase")]
#[garde(allow_unvalidated)]
#[schemars(inline)]
pub enum Level {
    Beginner,
    Intermediate,
    Advanced,
    Professional,
}

/// An instrument that somebody plays, and how well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct LevelOfPlay {
    pub instrument_id: Slug,
    pub level: Level,
}

/// A genre that somebody likes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct LikedGenre {
    pub genre_id: Slug,
}

/// Somebody who plays an instrument or likes a genre.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct UserOfEntry {
    pub user_id: UserId,
    pub username: String,
    pub display_name: Option<super::DisplayName>,
    pub photo_url: Option<super::PhotoUrl>,
    /// How well they play; null for a genre.
    pub level: Option<Level>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_minds_neither_case_nor_accents() {
        let id = Slug::new("choir-alto").unwrap();
        let name = Names { en: "Alto (choir)".to_owned(), fr: "Chœur d'été".to_owned() };
        for found in ["CHOIR-", "alto", "chœur", "choeur D'ETE", " été "] {
            assert!(SearchText(found.to_owned()).finder()(&id, &name), "{found}");
        }
        assert!(!SearchText("tenor".to_owned()).finder()(&id, &name));
    }
}
