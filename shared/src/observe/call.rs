use std::{sync::OnceLock, time::Instant};

use uuid::Uuid;

use super::TraceId;
use crate::domain::UserId;

/// What Lambda says of an invocation, where its event does not say it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Invocation {
    pub(crate) request_id: Option<String>,
    pub(crate) trace: Option<TraceId>,
}

impl Invocation {
    pub(crate) fn of(context: &lambda_runtime::Context) -> Self {
        Self {
            request_id: Some(context.request_id.clone()),
            trace: context.xray_trace_id.as_deref().and_then(TraceId::of_header),
        }
    }

    /// What is missing comes of a new id.
    pub(crate) fn or_new(self, id: Uuid) -> (String, TraceId) {
        (self.request_id.unwrap_or_else(|| id.to_string()), self.trace.unwrap_or_else(|| TraceId::new(id)))
    }
}

/// What a call is measured by.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) started: Instant,
    /// Whether it is the first of the process.
    pub(crate) is_cold: bool,
    pub(crate) user: OnceLock<UserId>,
}

impl Call {
    pub(crate) fn begin(is_cold: bool) -> Self {
        Self { started: Instant::now(), is_cold, user: OnceLock::new() }
    }

    /// So far, in milliseconds with two decimals.
    pub(crate) fn duration_ms(&self) -> f64 {
        (self.started.elapsed().as_secs_f64() * 100_000.0).round() / 100.0
    }
}

/// Logs what a call came to, in one line under the name by which [`JsonLines`](super::JsonLines) knows that metrics
/// are made of it. A failure is an error, so that it is told at any level.
macro_rules! report {
    ($app:expr, $cost:expr, $failed:expr, $message:literal, $($field:tt)+) => {
        if $failed {
            $crate::observe::report!(@ ERROR, $app, $cost, $message, $($field)+)
        } else {
            $crate::observe::report!(@ INFO, $app, $cost, $message, $($field)+)
        }
    };
    (@ $level:ident, $app:expr, $cost:expr, $message:literal, $($field:tt)+) => {{
        let (call, cost): (_, $crate::store::Cost) = ($app.call(), $cost);
        tracing::event!(
            name: "call",
            tracing::Level::$level,
            $($field)+,
            user = $app.alias_of_caller(),
            duration_ms = call.duration_ms(),
            calls = cost.calls,
            rounds = cost.rounds,
            items = cost.items,
            rcu = cost.rcu,
            wcu = cost.wcu,
            cold = call.is_cold,
            $message
        );
    }};
}

pub(crate) use report;
