//! What is done again and again, at the times of a schedule.

use std::panic::AssertUnwindSafe;

use futures_util::{FutureExt, future::BoxFuture};
use tracing::Instrument;

use crate::{
    app::App,
    error::{Error, Result},
    observe::report,
};

type Run = for<'a> fn(&'a App) -> BoxFuture<'a, Result<()>>;

/// A function that a schedule calls. Whatever the call carries is not looked at.
pub struct Scheduled {
    /// The name of file, binary and sample.
    pub name: &'static str,
    run: Run,
}

impl Scheduled {
    /// `run` may be called at any time and any number of times.
    pub const fn new(name: &'static str, run: Run) -> Self {
        Self { name, run }
    }

    /// An error is for the schedule to try again.
    pub async fn call(&'static self, app: &App) -> Result<()> {
        let (request_id, trace) = app.invocation().clone().or_new(app.new_id());
        let span = tracing::error_span!("call", operation = self.name, request_id, trace_id = trace.as_str());
        self.answer(&app.for_call(Some(trace))).instrument(span).await
    }

    async fn answer(&self, app: &App) -> Result<()> {
        let outcome = AssertUnwindSafe((self.run)(app)).catch_unwind().await;
        let outcome = outcome.unwrap_or_else(|_| Err(Error::internal("the function panicked")));
        if let Some(cause) = outcome.as_ref().err().and_then(Error::cause) {
            tracing::error!(%cause, "failed");
        }
        let code = outcome.as_ref().err().map(|error| error.code.as_str());
        report!(app, app.store().cost(), outcome.is_err(), "done", code);
        outcome
    }
}
