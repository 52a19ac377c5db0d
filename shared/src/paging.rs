//! The page size of a list, and the query of a list that has nothing else to choose.

use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;

/// The page size when none is asked for.
const DEFAULT: u32 = 20;

/// How many entries a page has at most: 1–100, 20 unless said otherwise.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("default" = DEFAULT))]
pub struct Limit(#[garde(range(min = 1, max = 100))] u32);

/// A cursor, as it came from `page.next`.
#[derive(Clone, Debug, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline)]
pub struct CursorText(#[garde(length(chars, max = 1024))] String);

/// Which page of a list.
#[derive(Clone, Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// How many entries the page has at most
    #[garde(dive)]
    limit: Option<Limit>,
    /// Where the page begins: `page.next` of the one before
    #[garde(dive)]
    cursor: Option<CursorText>,
}

impl Paging {
    pub fn limit(&self) -> usize {
        Limit::or_default(self.limit)
    }

    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_ref().map(CursorText::as_str)
    }
}

impl Limit {
    pub fn or_default(limit: Option<Self>) -> usize {
        limit.map_or(DEFAULT, |limit| limit.0) as usize
    }
}

impl CursorText {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
