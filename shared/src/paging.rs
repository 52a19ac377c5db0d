//! The page size of a list, and the query of a list that has nothing else to choose.

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{cursor::Cursors, error::Result, output::Page, store::Found};

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
    pub limit: Option<Limit>,
    /// Where the page begins: `page.next` of the one before
    #[garde(dive)]
    pub cursor: Option<CursorText>,
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

/// The page that a query found; `key` is where the next one goes on behind a row.
pub fn page<R, T, K: Serialize>(
    found: Found<R>,
    cursors: &Cursors<'_>,
    key: impl Fn(&R) -> K,
    show: impl FnMut(R) -> T,
) -> Result<Page<T>> {
    let last = found.rows.last().filter(|_| found.more);
    let next = last.map(|row| cursors.mint(&key(row))).transpose()?;
    Ok(Page::new(found.rows.into_iter().map(show).collect(), next))
}

/// The page behind a cursor of a list that was read whole and is sorted by `key`.
pub fn cut<R, K: Serialize + DeserializeOwned + Ord>(
    rows: Vec<R>,
    cursors: &Cursors<'_>,
    cursor: Option<&str>,
    limit: usize,
    key: impl Fn(&R) -> K,
) -> Result<Page<R>> {
    let after: Option<K> = cursors.open(cursor)?;
    let mut rows: Vec<R> =
        rows.into_iter().filter(|row| after.as_ref().is_none_or(|after| key(row) > *after)).collect();
    let more = rows.len() > limit;
    rows.truncate(limit);
    page(Found { rows, more }, cursors, key, |row| row)
}
