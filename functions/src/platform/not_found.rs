use std::convert::Infallible;

use tunelink::{
    Code, Error, Result,
    app::App,
    auth::Anyone,
    input::{Input, Request},
    openapi::Description,
    operation::{Operation, Route},
    text::Text,
};

pub struct NotFound;

/// What was asked for.
pub struct Target {
    method: String,
    path: String,
}

impl Input for Target {
    fn extract(_: &Route, request: &Request) -> Result<Self> {
        Ok(Self { method: request.method().to_string(), path: request.uri().path().to_owned() })
    }

    fn describe(_: &mut Description<'_>) {}
}

impl Operation for NotFound {
    const ROUTE: Route = Route::fallback("Whatever no other operation answers");
    const DONE: Text = Text::new("Not found", "Introuvable");
    const ERRORS: &'static [Code] = &[Code::NotFound, Code::MethodNotAllowed];
    type Caller = Anyone;
    type Input = Target;
    type Output = Infallible;

    async fn run(_: &App, _: Anyone, target: Self::Input) -> Result<Self::Output> {
        Err(missed(&target, crate::ROUTES.iter()))
    }
}

fn missed<'a>(target: &Target, routes: impl Iterator<Item = &'a Route>) -> Error {
    let here = routes.filter(|route| matches(route.path, &target.path));
    let mut methods: Vec<&str> = here.map(|route| route.method).collect();
    methods.sort_unstable();
    methods.dedup();
    if methods.is_empty() || methods.contains(&&*target.method) {
        return Code::NotFound.into();
    }
    Error::method_not_allowed(methods.join(", "))
}

/// Whether a path is one of a template, `/v1/users/{user_id}`: a parameter takes one segment that is not empty.
fn matches(template: &str, path: &str) -> bool {
    let (mut expected, mut segments) = (template.split('/'), path.split('/'));
    loop {
        match (expected.next(), segments.next()) {
            (None, None) => return true,
            (Some(name), Some(segment)) if name.starts_with('{') => {
                if segment.is_empty() {
                    return false;
                }
            }
            (Some(name), Some(segment)) if name == segment => {}
            _ => return false,
        }
    }
}
