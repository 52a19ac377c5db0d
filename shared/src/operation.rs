//! The contract: an operation is declared once, and from that declaration come its Lambda function, its local
//! route, its entry in the document and the tests that every operation passes.

use std::{future::Future, panic::AssertUnwindSafe};

use futures_util::{FutureExt, future::BoxFuture};
use lambda_http::{
    Body, Request, RequestExt, Response,
    http::{HeaderName, HeaderValue},
    request::RequestContext,
};
use tracing::Instrument;

use crate::{
    accept::allows_gzip,
    app::App,
    auth::{Access, Caller, Gate},
    error::{Code, Error, Result},
    http::{Reply, Terms, envelope},
    idempotency,
    input::{Input, header, limit_size},
    observe::{self, Invocation, TraceId, report},
    openapi::Description,
    output::Output,
    store::Cost,
    text::{Language, Text},
};

/// One thing that a caller can ask for.
///
/// The pipeline around [`run`](Self::run): token → size limit → parse → validate → run beside the reading of
/// the session → envelope. What `run` commits waits until the session is confirmed, and so does the reply.
pub trait Operation: 'static {
    const ROUTE: Route;
    /// The message of a success.
    const DONE: Text;
    /// What can go wrong beyond what caller and input already say.
    const ERRORS: &'static [Code] = &[];
    type Caller: Caller;
    type Input: Input;
    type Output: Output;

    fn run(
        app: &App,
        caller: Self::Caller,
        input: Self::Input,
    ) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// Method, path template and summary of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    pub method: &'static str,
    /// As API Gateway writes it: `/v1/users/{user_id}`.
    pub path: &'static str,
    pub summary: &'static str,
}

macro_rules! methods {
    ($($function:ident $method:literal)*) => {$(
        pub const fn $function(path: &'static str, summary: &'static str) -> Self {
            Self { method: $method, path, summary }
        }
    )*};
}

impl Route {
    methods!(get "GET" post "POST" put "PUT" patch "PATCH" delete "DELETE");

    /// The gateway's `$default` route: whatever no other route takes.
    pub const fn fallback(summary: &'static str) -> Self {
        Self { method: "ANY", path: "$default", summary }
    }

    /// The names of the path's parameters, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }
}

/// What a call cost (W3C Server Timing), for developers alone.
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

type Respond = for<'a> fn(&'a App, &'a Request) -> BoxFuture<'a, Result<Reply>>;

/// An operation with its type erased, so that its code is generated here in the library and a binary is a
/// mere reference to it.
pub struct Function {
    /// The name of file, binary and sample; camel-cased it is the `operationId`.
    pub name: &'static str,
    pub route: Route,
    pub access: Access,
    pub(crate) done: Text,
    pub(crate) describe: fn(&mut Description<'_>),
    respond: Respond,
}

impl Function {
    pub const fn of<Op: Operation>(name: &'static str) -> Self {
        Self {
            name,
            route: Op::ROUTE,
            access: Op::Caller::ACCESS,
            done: Op::DONE,
            describe: describe::<Op>,
            respond: |app, request| Box::pin(respond::<Op>(app, request)),
        }
    }

    /// Answers a request. Whatever goes wrong becomes a reply, a panic and a call that takes too long included.
    pub async fn call(&'static self, app: &App, request: Request) -> Response<Body> {
        let context = request.request_context_ref();
        let request_id = context.and_then(request_id).unwrap_or_default().to_owned();
        let readable = |name| header(&request, name).ok().flatten();
        // Lambda's own, which X-Ray knows; the gateway's where Lambda has none.
        let trace = request.lambda_context_ref().and_then(|context| Invocation::of(context).trace);
        let trace = trace.or_else(|| TraceId::of_header(readable("X-Amzn-Trace-Id")?));
        let trace = trace.unwrap_or_else(|| TraceId::new(app.new_id()));
        let client_trace_id = readable("Traceparent").and_then(observe::of_client);
        let span = tracing::error_span!(
            "call",
            operation = self.name,
            request_id,
            trace_id = trace.as_str(),
            client_trace_id
        );
        self.answer(&app.for_call(Some(trace)), &request, &request_id).instrument(span).await
    }

    async fn answer(&self, app: &App, request: &Request, request_id: &str) -> Response<Body> {
        let work = AssertUnwindSafe((self.respond)(app, request)).catch_unwind();
        let outcome = match tokio::time::timeout(app.config().limits.longest_call, work).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(Error::internal("the operation panicked")),
            Err(_) => Err(Error::unavailable("the call took too long")),
        };
        let code = outcome.as_ref().err().map(|error| error.code.as_str());
        if let Some(cause) = outcome.as_ref().err().and_then(Error::cause) {
            tracing::error!(%cause, "failed");
        }
        let readable = |name| header(request, name).ok().flatten();
        let terms = Terms {
            language: Language::negotiate(readable("Accept-Language")),
            request_id,
            takes_gzip: readable("Accept-Encoding").is_some_and(allows_gzip),
            if_none_match: readable("If-None-Match").filter(|_| self.route.method == "GET"),
            done: self.done,
        };
        let mut response = envelope(&terms, outcome);
        let status = response.status().as_u16();
        report!(app, app.store().cost(), status >= 500, "answered", status, code);
        if app.config().debug {
            let Cost { calls, rounds, items, rcu, wcu } = app.store().cost();
            let ms = app.call().started.elapsed().as_millis();
            let cost = format!("calls {calls}, rounds {rounds}, items {items}, rcu {rcu}, wcu {wcu}");
            let timing = HeaderValue::from_str(&format!("dynamodb;desc=\"{cost}\", total;dur={ms}"));
            response.headers_mut().extend(timing.ok().map(|timing| (SERVER_TIMING, timing)));
        }
        response
    }
}

fn request_id(context: &RequestContext) -> Option<&str> {
    match context {
        RequestContext::ApiGatewayV2(context) => context.request_id.as_deref(),
        _ => None,
    }
}

async fn respond<Op: Operation>(app: &App, request: &Request) -> Result<Reply> {
    let claims = Op::Caller::ACCESS.claims(app, request)?;
    if let Some(claims) = claims {
        app.called_by(claims.user_id);
    }
    limit_size(request)?;
    let input = Op::Input::extract(&Op::ROUTE, request)?;
    let caller = Op::Caller::admit(claims)?;
    let gate = Gate::open(app, claims, Op::Caller::ACCESS);
    let app = &app.behind(gate.clone());
    let once = input.once().cloned().zip(claims.map(|claims| claims.user_id));
    let run = async { Op::run(app, caller, input).await?.into_reply() };
    let work = async {
        match once {
            Some((once, owner)) => idempotency::once(app, owner, &once, run).await,
            None => run.await,
        }
    };
    gate.hold(work).await
}

fn describe<Op: Operation>(doc: &mut Description<'_>) {
    Op::Caller::ACCESS.describe(doc);
    Op::Input::describe(doc);
    Op::Output::describe(doc);
    doc.codes(Op::ERRORS);
    doc.codes(&[Code::BodyTooLarge, Code::Internal, Code::Unavailable]);
}
