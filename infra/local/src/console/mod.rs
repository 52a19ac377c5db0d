//! The live console: a developer's window on a running backend, at `/console`. It is of the local program alone, no
//! part of the API, and a client of the public API like any other.

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Scripts and styles come from this server only, and so does whatever the page asks for. `'self'` does not mean the
/// sockets of this server in every browser, hence `ws:`.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self' ws:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// A file's name, its media type and its text.
type File = (&'static str, &'static str, &'static str);

const PAGE: File = ("", "text/html; charset=utf-8", include_str!("index.html"));

const FILES: &[File] = &[
    ("console.css", "text/css; charset=utf-8", include_str!("console.css")),
    ("icon.svg", "image/svg+xml", include_str!("icon.svg")),
    ("api.js", JAVASCRIPT, include_str!("api.js")),
    ("chat.js", JAVASCRIPT, include_str!("chat.js")),
    ("console.js", JAVASCRIPT, include_str!("console.js")),
    ("conversations.js", JAVASCRIPT, include_str!("conversations.js")),
    ("dom.js", JAVASCRIPT, include_str!("dom.js")),
    ("events.js", JAVASCRIPT, include_str!("events.js")),
    ("frames.js", JAVASCRIPT, include_str!("frames.js")),
    ("live.js", JAVASCRIPT, include_str!("live.js")),
    ("login.js", JAVASCRIPT, include_str!("login.js")),
    ("map.js", JAVASCRIPT, include_str!("map.js")),
    ("notices.js", JAVASCRIPT, include_str!("notices.js")),
];

/// The page at `/console`, and what it consists of below.
pub fn router() -> Router {
    Router::new()
        .route("/console", get(async || reply(&PAGE)))
        .route("/console/{name}", get(async |Path(name): Path<String>| file(&name)))
}

fn file(name: &str) -> Response {
    match FILES.iter().find(|file| file.0 == name) {
        Some(file) => reply(file),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn reply(&(_, media_type, text): &File) -> Response {
    let headers = [
        (CONTENT_TYPE, media_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Whoever starts a newer program has to see its console.
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_script_imports_is_served() {
        let of_import = |line: &'static str| line.split_once(" from \"./").map(|(_, rest)| rest);
        let imported: Vec<&str> = FILES
            .iter()
            .flat_map(|(_, _, text)| text.lines().filter_map(of_import))
            .map(|rest| rest.trim_end_matches("\";"))
            .collect();
        assert!(imported.len() > 10, "{imported:?}");
        for name in imported {
            assert!(FILES.iter().any(|file| file.0 == name), "{name}");
        }
    }

    #[test]
    fn every_file_keeps_browsers_from_guessing() {
        for file in FILES.iter().chain([&PAGE]) {
            let reply = reply(file);
            assert_eq!(reply.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");
            assert_eq!(reply.headers()[CONTENT_SECURITY_POLICY], POLICY);
        }
    }

    #[test]
    fn the_page_has_nothing_that_its_policy_forbids() {
        let (_, _, page) = PAGE;
        assert!(!page.contains("<style") && !page.contains(" style=") && !page.contains(" onclick="));
        assert_eq!(page.matches("<script").count(), page.matches("<script type=\"module\" src=\"").count());
    }
}
