//! What an operation takes from a request: parsed, complete and checked before it runs.

mod pairs;
mod patch;
mod path;

use garde::Validate;
pub use lambda_http::Request;
use lambda_http::{Body as RawBody, http::header};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::pairs::typed;
pub use self::{
    patch::{Patch, Replace},
    path::{Path, PathParameter},
};
use crate::{
    error::{Code, Error, FieldError, Result},
    http::{ETag, IfMatch},
    idempotency::Once,
    json,
    openapi::Description,
    operation::Route,
    rules, schema,
    text::Language,
};

/// The largest body an operation reads, in bytes.
pub const MAX_BODY: usize = 64 * 1024;

/// The media type of a merge patch (RFC 7396).
const MERGE_PATCH: &str = "application/merge-patch+json";

/// A part of a request. Tuples take several and report the faults of all.
pub trait Input: Sized + Send + 'static {
    fn extract(route: &Route, request: &Request) -> Result<Self>;
    fn describe(doc: &mut Description<'_>);

    /// The key under which a repetition of this request is recognised, if the caller gave one.
    fn once(&self) -> Option<&Once> {
        None
    }
}

/// A JSON body of at most 64 KB.
pub struct Body<T>(pub T);

/// The query string; each name at most once.
pub struct Query<T>(pub T);

/// A body of `application/x-www-form-urlencoded`, as RFC 6749 wants it.
pub struct Form<T>(pub T);

impl Input for () {
    fn extract(_: &Route, _: &Request) -> Result<Self> {
        Ok(())
    }

    fn describe(_: &mut Description<'_>) {}
}

impl<T: DeserializeOwned + Validate<Context = ()> + JsonSchema + Send + 'static> Input for Body<T> {
    fn extract(_: &Route, request: &Request) -> Result<Self> {
        let merge_patch = (request.method() == "PATCH").then_some(MERGE_PATCH);
        require_content_type(request, &[&["application/json"], merge_patch.as_slice()].concat())?;
        check(json::parse(bytes(request))?).map(Self)
    }

    fn describe(doc: &mut Description<'_>) {
        doc.body::<T>("application/json");
        if doc.is_patch() {
            doc.body_also_as(MERGE_PATCH);
        }
        doc.codes(&[Code::MalformedJson, Code::JsonTooDeep, Code::UnsupportedMediaType, Code::Invalid]);
    }
}

/// A body that may be left out.
impl<T: DeserializeOwned + Validate<Context = ()> + JsonSchema + Send + 'static> Input for Option<Body<T>> {
    fn extract(route: &Route, request: &Request) -> Result<Self> {
        if bytes(request).is_empty() { Ok(None) } else { Body::extract(route, request).map(Some) }
    }

    fn describe(doc: &mut Description<'_>) {
        Body::<T>::describe(doc);
        doc.body_is_optional();
    }
}

/// An input whose faults the operation answers itself.
impl<I: Input> Input for Result<I> {
    fn extract(route: &Route, request: &Request) -> Result<Self> {
        Ok(I::extract(route, request))
    }

    fn describe(doc: &mut Description<'_>) {
        I::describe(doc);
    }
}

impl<T: DeserializeOwned + Validate<Context = ()> + JsonSchema + Send + 'static> Input for Form<T> {
    fn extract(_: &Route, request: &Request) -> Result<Self> {
        require_content_type(request, &["application/x-www-form-urlencoded"])?;
        let body = String::from_utf8_lossy(bytes(request));
        check(typed::<T>(&body)?).map(Self)
    }

    fn describe(doc: &mut Description<'_>) {
        doc.body::<T>("application/x-www-form-urlencoded");
    }
}

impl<T: DeserializeOwned + Validate<Context = ()> + JsonSchema + Send + 'static> Input for Query<T> {
    fn extract(_: &Route, request: &Request) -> Result<Self> {
        check(typed::<T>(request.uri().query().unwrap_or_default())?).map(Self)
    }

    fn describe(doc: &mut Description<'_>) {
        doc.query::<T>();
        doc.codes(&[Code::Invalid]);
    }
}

/// `If-Match` of RFC 9110 §13.1.1: the change is made only to the version that the caller has seen.
impl Input for IfMatch {
    fn extract(_: &Route, request: &Request) -> Result<Self> {
        match header(request, "If-Match")? {
            None => Ok(Self::any()),
            Some(value) => Self::parse(value).ok_or_else(|| Code::InvalidFormat.at("If-Match").into()),
        }
    }

    fn describe(doc: &mut Description<'_>) {
        doc.header(
            "If-Match",
            "The `ETag` that was read; the change is refused when it is stale",
            ETag::EXAMPLE,
            &json!({ "type": "string", "minLength": 1 }),
        );
        doc.codes(&[Code::PreconditionFailed]);
    }
}

/// The language of the reply, where its data is in words, too.
impl Input for Language {
    fn extract(_: &Route, request: &Request) -> Result<Self> {
        Ok(Self::negotiate(header(request, "Accept-Language").ok().flatten()))
    }

    fn describe(_: &mut Description<'_>) {}
}

macro_rules! tuple {
    ($($part:ident)+) => {
        // The type parameters name the parts, too.
        #[allow(non_snake_case)]
        impl<$($part: Input),+> Input for ($($part,)+) {
            fn extract(route: &Route, request: &Request) -> Result<Self> {
                let mut failure: Option<Error> = None;
                let ($($part,)+) = ($(
                    match $part::extract(route, request) {
                        Ok(part) => Some(part),
                        Err(error) => {
                            failure = Some(match failure.take() { Some(first) => first.and(error), None => error });
                            None
                        }
                    },
                )+);
                match (failure, ($($part,)+)) {
                    (None, ($(Some($part),)+)) => Ok(($($part,)+)),
                    (failure, _) => Err(failure.unwrap_or_else(|| Code::Internal.into())),
                }
            }

            fn describe(doc: &mut Description<'_>) {
                $($part::describe(doc);)+
            }

            fn once(&self) -> Option<&Once> {
                let ($($part,)+) = self;
                None$(.or($part.once()))+
            }
        }
    };
}

tuple!(A B);
tuple!(A B C);
tuple!(A B C D);

/// What came as JSON by another way than a request's body, checked like one.
pub fn parse<T: DeserializeOwned + Validate<Context = ()> + JsonSchema + 'static>(bytes: &[u8]) -> Result<T> {
    check(json::parse(bytes)?)
}

/// A part of what came as JSON, checked; faults are named with the part in front.
pub fn part<T: DeserializeOwned + Validate<Context = ()> + JsonSchema + 'static>(
    name: &str,
    value: Value,
) -> Result<T> {
    check(value).map_err(|mut error: Error| {
        for fault in &mut error.fields {
            fault.field =
                if fault.field.is_empty() { name.to_owned() } else { format!("{name}.{}", fault.field) };
        }
        error
    })
}

/// Shape first, then the rules, and what the document says beyond them; either way every fault is reported. serde alone
/// would take an array for an object, and would stop at the first fault.
fn check<T: DeserializeOwned + Validate<Context = ()> + JsonSchema + 'static>(value: Value) -> Result<T> {
    let documented = schema::faults(schema::of::<T>(), &value);
    if documented.iter().any(|fault| fault.code.is_of_shape()) {
        return Err(Error::invalid(documented));
    }
    let parsed = serde_path_to_error::deserialize(&value)
        .map_err(|error| Code::InvalidFormat.at(error.path().to_string().trim_matches('.')))?;
    let mut faults = rules::faults(&parsed);
    let is_new = |fault: &FieldError| faults.iter().all(|broken| broken.field != fault.field);
    let beyond: Vec<_> = documented.into_iter().filter(is_new).collect();
    faults.extend(beyond);
    if faults.is_empty() { Ok(parsed) } else { Err(Error::invalid(faults)) }
}

/// The body's bytes, however API Gateway wrapped them.
pub(crate) fn bytes(request: &Request) -> &[u8] {
    match request.body() {
        RawBody::Text(text) => text.as_bytes(),
        RawBody::Binary(bytes) => bytes,
        _ => &[],
    }
}

/// Refuses what is larger than any operation reads.
pub(crate) fn limit_size(request: &Request) -> Result<()> {
    if bytes(request).len() > MAX_BODY {
        Err(Error::from(Code::BodyTooLarge).limit(MAX_BODY))
    } else {
        Ok(())
    }
}

fn require_content_type(request: &Request, expected: &[&str]) -> Result<()> {
    let given = header(request, "Content-Type")?.unwrap_or_default();
    let mut parts = given.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let utf8 = parts.all(|parameter| {
        let charset = parameter.to_ascii_lowercase();
        !charset.starts_with("charset=")
            || charset.trim_start_matches("charset=").trim_matches('"') == "utf-8"
    });
    if expected.iter().any(|expected| essence.eq_ignore_ascii_case(expected)) && utf8 {
        Ok(())
    } else {
        Err(Code::UnsupportedMediaType.into())
    }
}

/// A header's value; one that cannot be read is not taken for absent.
pub(crate) fn header<'a>(request: &'a Request, name: &str) -> Result<Option<&'a str>> {
    let value = request.headers().get(name).map(header::HeaderValue::to_str).transpose();
    value.map_err(|_| Code::InvalidFormat.at(name).into())
}
