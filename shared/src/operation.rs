//! The contract: an operation is declared once, and from that declaration come its Lambda function, its local
//! route, its entry in the document and the tests that every operation passes.

use std::{future::Future, time::Instant};

use futures_util::future::BoxFuture;
use lambda_http::{Body, Request, RequestExt, Response, request::RequestContext};

use crate::{
    app::App,
    auth::{Access, Caller, Gate},
    error::{Code, Result},
    http::{Reply, Terms, envelope},
    idempotency,
    input::{Input, header},
    openapi::Description,
    output::Output,
    text::{Language, Text},
};

/// One thing that a caller can ask for.
///
/// The pipeline around [`run`](Self::run): token → size limits → parse → validate → run beside the reading of
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

    /// Answers a request. Whatever goes wrong becomes a reply.
    pub async fn call(&'static self, app: &App, request: Request) -> Response<Body> {
        let started = Instant::now();
        let context = request.request_context_ref();
        let request_id = context.and_then(request_id).unwrap_or_default().to_owned();
        let outcome = (self.respond)(app, &request).await;
        let code = outcome.as_ref().err().map(|error| error.code.as_str());
        if let Some(cause) = outcome.as_ref().err().and_then(|error| error.cause()) {
            tracing::error!(operation = self.name, request_id, %cause, "failed");
        }
        let terms = Terms {
            language: Language::negotiate(header(&request, "accept-language")),
            request_id: &request_id,
            if_none_match: header(&request, "if-none-match").filter(|_| self.route.method == "GET"),
            done: self.done,
        };
        let response = envelope(&terms, outcome);
        let (status, ms) = (response.status().as_u16(), started.elapsed().as_millis());
        tracing::info!(operation = self.name, request_id, status, code, ms, "answered");
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
    doc.codes(&[Code::Internal, Code::Unavailable]);
}
