//! Where a list goes on: sealed, and bound to the query that it came from. What it names may be something that its
//! reader is not to see, such as somebody who has blocked them.

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    encoding::{Secret, base64url, from_base64url},
    error::{Code, Error, Result},
};

/// Mints and opens the cursors of one query.
pub struct Cursors<'a> {
    secret: &'a Secret,
    scope: String,
}

impl<'a> Cursors<'a> {
    /// `scope` is everything that selects or orders the list: the operation, its filters, whose list it is.
    /// The page size is not part of it.
    pub(crate) fn new(secret: &'a Secret, operation: &str, scope: &impl Serialize) -> Self {
        let scope = serde_json::to_string(scope).unwrap_or_default();
        Self { secret, scope: format!("cursor 1 {operation} {scope}") }
    }

    /// The cursor after `last`.
    pub fn mint(&self, last: &impl Serialize) -> Result<String> {
        let bytes = serde_json::to_vec(last).map_err(Error::internal)?;
        let sealed = self.secret.seal(&self.scope, bytes);
        sealed.map(|sealed| base64url(&sealed)).ok_or_else(|| Error::internal("a cursor is too long"))
    }

    /// What [`mint`](Self::mint) was given; refused when it is not ours, was altered or is of another query.
    pub fn open<T: DeserializeOwned>(&self, cursor: Option<&str>) -> Result<Option<T>> {
        let Some(cursor) = cursor else { return Ok(None) };
        let open = || {
            let last = self.secret.unseal(&self.scope, from_base64url(cursor)?)?;
            serde_json::from_slice(&last).ok()
        };
        open().map(Some).ok_or_else(|| Code::InvalidCursor.at("cursor").into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cursor_says_nothing_and_is_the_same_each_time() {
        let secret = Secret::new(b"secret");
        let cursors = Cursors::new(&secret, "list", &());
        let cursor = cursors.mint(&"a name that nobody is to see").unwrap();
        let bytes = from_base64url(&cursor).unwrap();
        assert!(
            !bytes.windows(4).any(|part| b"a name that nobody is to see".windows(4).any(|text| text == part))
        );
        assert_eq!(cursors.mint(&"a name that nobody is to see").unwrap(), cursor);
    }

    proptest! {
        #[test]
        fn a_cursor_opens_for_its_query_alone(last in ".{0,40}", filter in ".{0,8}", other in ".{0,8}") {
            let secret = Secret::new(b"secret");
            let cursors = Cursors::new(&secret, "list", &filter);
            let cursor = cursors.mint(&last).unwrap();
            prop_assert_eq!(cursors.open::<String>(Some(&cursor)).unwrap(), Some(last));
            let opens = |cursors: Cursors<'_>| cursors.open::<String>(Some(&cursor)).is_ok();
            prop_assert_eq!(opens(Cursors::new(&secret, "list", &other)), filter == other);
            prop_assert!(!opens(Cursors::new(&secret, "list2", &filter)));
            prop_assert!(!opens(Cursors::new(&Secret::new(b"other"), "list", &filter)));
        }

        #[test]
        fn no_altered_cursor_opens(last in ".{0,40}", at: prop::sample::Index, to in "[A-Za-z0-9_-]") {
            let secret = Secret::new(b"secret");
            let cursors = Cursors::new(&secret, "list", &());
            let cursor = cursors.mint(&last).unwrap();
            let at = at.index(cursor.len());
            let altered = format!("{}{}{}", &cursor[..at], to, &cursor[at + 1..]);
            prop_assume!(altered != cursor);
            prop_assert!(cursors.open::<String>(Some(&altered)).is_err());
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,60}") {
            let _ = Cursors::new(&Secret::new(b"s"), "list", &()).open::<String>(Some(&text));
        }
    }
}
