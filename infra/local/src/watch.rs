//! The router of `cargo lambda watch`: which function answers which method and path.
//!
//! Its form: <https://www.cargo-lambda.info/commands/watch.html>.

use std::collections::{BTreeMap, BTreeSet};

use tunelink::operation::Function;

/// What a path is asked with. The router needs each by name, where API Gateway has one `$default`.
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// The router, a line per operation, and after them what nobody answers but `fallback`: the other methods of each
/// path, and all other paths.
pub(crate) fn router(functions: &[&Function], fallback: &Function) -> String {
    let mut methods: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut routes = Vec::new();
    for function in functions.iter().filter(|function| function.name != fallback.name) {
        let route = &function.route;
        methods.entry(route.path).or_default().insert(route.method);
        routes.push(line(route.path, &[route.method], function));
    }
    routes.extend(methods.into_iter().map(|(path, known)| {
        let others: Vec<&str> = METHODS.into_iter().filter(|method| !known.contains(method)).collect();
        line(path, &others, fallback)
    }));
    routes.extend(["/", "/{*path}"].map(|path| line(path, &[], fallback)));
    format!("router = [\n{}]\n", routes.concat())
}

/// Without methods it is all of them.
fn line(path: &str, methods: &[&str], function: &Function) -> String {
    let methods = match methods {
        [] => String::new(),
        some => format!("methods = {some:?}, "),
    };
    format!("    {{ path = {path:?}, {methods}function = {:?} }},\n", function.name)
}
