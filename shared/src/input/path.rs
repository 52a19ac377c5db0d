use lambda_http::{Request, RequestExt};
use schemars::JsonSchema;
use uuid::Uuid;

use super::Input;
use crate::{
    domain::{ConversationId, EventId, NotificationId, PushDeviceId, SessionId, Slug, UserId},
    error::{Code, Result},
    openapi::Description,
    operation::Route,
    schema::LARGEST_INTEGER,
};

/// The parameters of the path, in its order. What does not parse names nothing, hence 404.
pub struct Path<T>(pub T);

/// What can stand in a path.
pub trait PathParameter: JsonSchema + Sized + Send + 'static {
    fn parse(text: &str) -> Option<Self>;
}

macro_rules! ids {
    ($($id:ident)*) => {$(
        impl PathParameter for $id {
            /// Only the canonical form of RFC 9562 §4 names it.
            fn parse(text: &str) -> Option<Self> {
                let id = Uuid::try_parse(text).ok()?;
                (id.to_string() == text).then_some(Self(id))
            }
        }
    )*};
}

ids!(ConversationId EventId NotificationId PushDeviceId SessionId UserId);

/// The number of a message.
impl PathParameter for u64 {
    fn parse(text: &str) -> Option<Self> {
        let number: Self = text.parse().ok()?;
        (number.to_string() == text && number <= LARGEST_INTEGER).then_some(number)
    }
}

impl PathParameter for Slug {
    fn parse(text: &str) -> Option<Self> {
        Self::new(text)
    }
}

impl<T: PathParameter> Input for Path<T> {
    fn extract(route: &Route, request: &Request) -> Result<Self> {
        let mut names = route.parameters();
        Ok(Self(parameter(&mut names, request)?))
    }

    fn describe(doc: &mut Description<'_>) {
        doc.path_parameter::<T>(0);
        doc.codes(&[Code::NotFound]);
    }
}

fn parameter<'a, T: PathParameter>(
    names: &mut impl Iterator<Item = &'a str>,
    request: &Request,
) -> Result<T> {
    let name = names.next().unwrap_or_default();
    let parameters = request.path_parameters_ref();
    let text = parameters.and_then(|parameters| parameters.first(name));
    text.and_then(T::parse).ok_or_else(|| Code::NotFound.into())
}

/// Two parameters in one path.
impl<A: PathParameter, B: PathParameter> Input for Path<(A, B)> {
    fn extract(route: &Route, request: &Request) -> Result<Self> {
        let mut names = route.parameters();
        Ok(Self((parameter(&mut names, request)?, parameter(&mut names, request)?)))
    }

    fn describe(doc: &mut Description<'_>) {
        doc.path_parameter::<A>(0);
        doc.path_parameter::<B>(1);
        doc.codes(&[Code::NotFound]);
    }
}
