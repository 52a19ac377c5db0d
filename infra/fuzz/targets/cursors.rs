//! Cursors: nobody but us can make one, and each is good for its query alone.

use std::sync::LazyLock;

use functions::SEARCH_EVENTS;
use libfuzzer_sys::Corpus;
use serde_json::{Value, json};

use crate::{backend::DOWN, request::Call};

/// What an event search without filters goes by, and the same around a place.
static SCOPES: LazyLock<[(Value, &str); 3]> = LazyLock::new(|| {
    let place = [48.85_f64.to_bits(), 2.35_f64.to_bits()];
    let scope = |place: [Option<u64>; 2], sort: &str| {
        json!([[place[0], place[1], null, sort], [null, null], [null, null, null, null]])
    };
    [
        (scope([None; 2], "date"), ""),
        (scope(place.map(Some), "date"), "&lat=48.85&lng=2.35"),
        (scope(place.map(Some), "distance"), "&lat=48.85&lng=2.35&sort=distance"),
    ]
});

/// Without a line break the text of a cursor; else a kind of search, and behind the line break the JSON of a cursor's
/// contents.
pub(crate) fn run(data: &[u8]) -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else { return Corpus::Reject };
    match text.split_once('\n') {
        None => made_up(text),
        Some((kind, contents)) => {
            let Ok(contents) = serde_json::from_str(contents) else { return Corpus::Reject };
            minted(usize::from(kind.bytes().next().unwrap_or_default()), &contents);
        }
    }
    Corpus::Keep
}

fn made_up(text: &str) {
    let cursors = DOWN.cursors("list", &"scope").expect("there is a secret");
    let ours = cursors.mint(&"last").expect("it can be minted");
    let opened = cursors.open::<Value>(Some(text)).ok().flatten();
    assert_eq!(opened, (text == ours).then(|| "last".into()), "{text}");
}

/// What is ours comes back as it was, for its query alone; and whatever it says, such as one of another version of the
/// search, it is no fault of ours.
fn minted(kind: usize, contents: &Value) {
    let (scope, query) = &SCOPES[kind % SCOPES.len()];
    let cursors = DOWN.cursors("search_events", scope).expect("there is a secret");
    let Ok(cursor) = cursors.mint(contents) else { return };
    assert_eq!(cursors.open::<Value>(Some(&cursor)).ok().flatten().as_ref(), Some(contents));
    for (operation, scope) in [("search_users", scope), ("search_events", &Value::Null)] {
        let others = DOWN.cursors(operation, scope).expect("there is a secret");
        assert!(others.open::<Value>(Some(&cursor)).is_err(), "{operation} opens a cursor of another query");
    }
    let mut call = Call::new(&SEARCH_EVENTS);
    call.query = format!("cursor={cursor}{query}");
    call.send().expect("a cursor is good for a query string");
}
