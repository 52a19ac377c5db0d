//! Which route a call belongs to, by API Gateway's rules.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;

/// What is called for which method and path.
#[derive(Debug)]
pub struct Routes<T> {
    methods: HashMap<&'static str, Node<T>>,
}

/// The route of a call, and what its path says.
#[derive(Debug)]
pub struct Match<'a, T> {
    pub target: &'a T,
    pub key: &'a str,
    pub parameters: HashMap<String, String>,
}

#[derive(Debug)]
struct Node<T> {
    literals: HashMap<&'static str, Node<T>>,
    parameter: Option<(&'static str, Box<Node<T>>)>,
    leaf: Option<Leaf<T>>,
}

#[derive(Debug)]
struct Leaf<T> {
    target: T,
    key: String,
}

impl<T> Default for Routes<T> {
    fn default() -> Self {
        Self { methods: HashMap::new() }
    }
}

impl<T> Default for Node<T> {
    fn default() -> Self {
        Self { literals: HashMap::new(), parameter: None, leaf: None }
    }
}

impl<T> Routes<T> {
    /// Adds a route such as `GET` `/v1/users/{user_id}`.
    ///
    /// Refuses a second route for the same calls, and another name for a parameter that has one already:
    /// API Gateway and `cargo lambda watch` refuse them too.
    pub fn add(&mut self, method: &'static str, path: &'static str, target: T) -> Result<(), String> {
        let key = format!("{method} {path}");
        let mut node = self.methods.entry(method).or_default();
        for segment in segments(path) {
            node = match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(name) => node.under_parameter(name).map_err(|error| format!("{key}: {error}"))?,
                None => node.literals.entry(segment).or_default(),
            };
        }
        if let Some(other) = &node.leaf {
            return Err(format!("{key} and {} are the same route", other.key));
        }
        node.leaf = Some(Leaf { target, key });
        Ok(())
    }

    /// Finds the most specific route: from left to right, a literal segment beats a parameter.
    pub fn find(&self, method: &str, path: &str) -> Option<Match<'_, T>> {
        let segments: Vec<&str> = segments(path).collect();
        let mut values = Vec::new();
        let leaf = self.methods.get(method)?.find(&segments, &mut values)?;
        let parameters = values.into_iter().map(|(name, raw)| (name.to_owned(), decode(raw))).collect();
        Some(Match { target: &leaf.target, key: &leaf.key, parameters })
    }
}

impl<T> Node<T> {
    fn under_parameter(&mut self, name: &'static str) -> Result<&mut Self, String> {
        let (known, node) = self.parameter.get_or_insert_with(|| (name, Box::default()));
        if *known == name {
            Ok(node)
        } else {
            Err(format!("`{{{name}}}` is called `{{{known}}}` in another route"))
        }
    }

    fn find<'n, 'p>(
        &'n self,
        path: &[&'p str],
        values: &mut Vec<(&'static str, &'p str)>,
    ) -> Option<&'n Leaf<T>> {
        let Some((segment, rest)) = path.split_first() else {
            return self.leaf.as_ref();
        };
        if let Some(leaf) = self.literals.get(*segment).and_then(|node| node.find(rest, values)) {
            return Some(leaf);
        }
        let (name, node) = self.parameter.as_ref().filter(|_| !segment.is_empty())?;
        values.push((name, segment));
        let leaf = node.find(rest, values);
        if leaf.is_none() {
            values.pop();
        }
        leaf
    }
}

/// Percent-decodes part of a path; what is no UTF-8 becomes U+FFFD.
pub(super) fn decode(raw: &str) -> String {
    percent_decode_str(raw).decode_utf8_lossy().into_owned()
}

fn segments(path: &str) -> std::str::Split<'_, char> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes() -> Routes<u8> {
        let mut routes = Routes::default();
        for (number, (method, path)) in [
            ("GET", "/v1/users/{user_id}"),
            ("GET", "/v1/users/me"),
            ("DELETE", "/v1/users/me"),
            ("GET", "/v1/users/me/devices"),
            ("GET", "/v1/users/{user_id}/events/{event_id}"),
            ("GET", "/"),
        ]
        .into_iter()
        .enumerate()
        {
            routes.add(method, path, u8::try_from(number).unwrap()).unwrap();
        }
        routes
    }

    fn found(method: &str, path: &str) -> Option<u8> {
        routes().find(method, path).map(|found| *found.target)
    }

    #[test]
    fn a_literal_beats_a_parameter() {
        assert_eq!(found("GET", "/v1/users/me"), Some(1));
        assert_eq!(found("GET", "/v1/users/42"), Some(0));
        assert_eq!(found("GET", "/"), Some(5));
    }

    #[test]
    fn a_literal_that_leads_nowhere_gives_way_to_the_parameter() {
        let routes = routes();
        let found = routes.find("GET", "/v1/users/me/events/7").unwrap();
        assert_eq!(*found.target, 4);
        assert_eq!(found.key, "GET /v1/users/{user_id}/events/{event_id}");
        assert_eq!(found.parameters["user_id"], "me");
        assert_eq!(found.parameters["event_id"], "7");
    }

    #[test]
    fn a_parameter_is_one_segment_and_not_empty() {
        assert_eq!(found("GET", "/v1/users/"), None);
        assert_eq!(found("GET", "/v1/users/4/2"), None);
        assert_eq!(found("GET", "/v1/users/42/"), None);
        assert_eq!(found("GET", "/v1/users/4%2F2"), Some(0));
    }

    #[test]
    fn a_method_without_a_route_is_not_found() {
        assert_eq!(found("DELETE", "/v1/users/42"), None);
        assert_eq!(found("HEAD", "/v1/users/me"), None);
        assert_eq!(found("GET", "/v2/users/me"), None);
    }

    #[test]
    fn parameters_are_percent_decoded_once() {
        let routes = routes();
        let value = |path| routes.find("GET", path).unwrap().parameters["user_id"].clone();
        assert_eq!(value("/v1/users/Zo%C3%AB%20K"), "Zoë K");
        assert_eq!(value("/v1/users/a+b"), "a+b");
        assert_eq!(value("/v1/users/100%2525"), "100%25");
        assert_eq!(value("/v1/users/a%2Fb"), "a/b");
        assert_eq!(value("/v1/users/%FF"), "\u{FFFD}");
        assert_eq!(value("/v1/users/%zz"), "%zz");
    }

    #[test]
    fn one_route_is_added_once() {
        let error = routes().add("GET", "/v1/users/me", 9).unwrap_err();
        assert_eq!(error, "GET /v1/users/me and GET /v1/users/me are the same route");
    }

    #[test]
    fn a_parameter_has_one_name() {
        let error = routes().add("GET", "/v1/users/{id}/sessions", 9).unwrap_err();
        assert_eq!(error, "GET /v1/users/{id}/sessions: `{id}` is called `{user_id}` in another route");
    }
}
