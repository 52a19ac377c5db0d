//! A span around each call of the SDK, with the names that OpenTelemetry gives its fields
//! (<https://opentelemetry.io/docs/specs/semconv/database/dynamodb/>). Keys and values are not among them.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use aws_sdk_dynamodb::{
    operation::{
        batch_get_item::BatchGetItemOutput,
        batch_write_item::BatchWriteItemOutput,
        delete_item::DeleteItemOutput,
        get_item::GetItemOutput,
        put_item::PutItemOutput,
        query::{QueryInput, QueryOutput},
        transact_write_items::TransactWriteItemsOutput,
        update_item::UpdateItemOutput,
    },
    types::ConsumedCapacity,
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{
                BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
                FinalizerInterceptorContextRef, Output,
            },
        },
        orchestrator::Metadata,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use tracing::{Span, field::Empty};

use crate::app::Clients;

impl Clients {
    /// The same, with a span around each call.
    pub(crate) fn observed(self, table: &str) -> Self {
        let spans = Spans { table: table.into() };
        macro_rules! observed {
            ($sdk:ident, $client:expr) => {{
                let config = $client.config().to_builder().interceptor(spans.clone()).build();
                $sdk::Client::from_conf(config)
            }};
        }
        Self {
            dynamodb: observed!(aws_sdk_dynamodb, self.dynamodb),
            live: self.live.map(|live| observed!(aws_sdk_apigatewaymanagement, live)),
            sns: self.sns.map(|sns| observed!(aws_sdk_sns, sns)),
        }
    }
}

#[derive(Clone, Debug)]
struct Spans {
    table: Arc<str>,
}

/// The span of a call, and how often it was sent.
#[derive(Debug)]
struct Sent {
    span: Span,
    attempts: AtomicU32,
}

impl Storable for Sent {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Spans {
    fn name(&self) -> &'static str {
        "Spans"
    }

    // Earlier it is not known yet which operation it is.
    fn read_before_serialization(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some((service, operation)) = bag.load::<Metadata>().map(|call| (call.service(), call.name()))
        else {
            return Ok(());
        };
        let span = if service == "DynamoDB" {
            let index = context.input().downcast_ref::<QueryInput>().and_then(QueryInput::index_name);
            tracing::debug_span!(
                "aws",
                "db.system.name" = "aws.dynamodb",
                "db.operation.name" = operation,
                "db.collection.name" = &*self.table,
                "aws.dynamodb.index_name" = index,
                items = Empty,
                capacity_units = Empty,
                "http.request.resend_count" = Empty,
                "http.response.status_code" = Empty,
                "error.type" = Empty,
            )
        } else {
            tracing::debug_span!(
                "aws",
                "rpc.system" = "aws-api",
                "rpc.service" = service,
                "rpc.method" = operation,
                "http.request.resend_count" = Empty,
                "http.response.status_code" = Empty,
                "error.type" = Empty,
            )
        };
        if !span.is_disabled() {
            bag.interceptor_state().store_put(Sent { span, attempts: AtomicU32::new(0) });
        }
        Ok(())
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(sent) = bag.load::<Sent>() {
            sent.attempts.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(Sent { span, attempts }) = bag.load::<Sent>() else { return Ok(()) };
        span.record("http.request.resend_count", attempts.load(Ordering::Relaxed).saturating_sub(1));
        if let Some(response) = context.response() {
            span.record("http.response.status_code", response.status().as_u16());
        }
        match context.output_or_error() {
            Some(Ok(output)) => {
                if let Some((items, units)) = told(output) {
                    span.record("items", items);
                    span.record("capacity_units", units);
                }
            }
            Some(Err(error)) => {
                let kind = if error.is_operation_error() {
                    "service"
                } else if error.is_timeout_error() {
                    "timeout"
                } else if error.is_connector_error() {
                    "connector"
                } else {
                    "other"
                };
                span.record("error.type", kind);
            }
            None => {}
        }
        Ok(())
    }
}

/// How many items came back, and what the call used up.
fn told(output: &Output) -> Option<(usize, f64)> {
    macro_rules! output {
        ($kind:ty, $items:expr) => {
            if let Some(output) = output.downcast_ref::<$kind>() {
                let used = output.consumed_capacity().into_iter();
                let items: fn(&$kind) -> usize = $items;
                return Some((items(output), used.filter_map(ConsumedCapacity::capacity_units).sum()));
            }
        };
    }
    output!(GetItemOutput, |output| output.item().iter().count());
    output!(QueryOutput, |output| output.items().len());
    output!(BatchGetItemOutput, |output| output
        .responses()
        .into_iter()
        .flat_map(|all| all.values())
        .map(Vec::len)
        .sum());
    output!(PutItemOutput, |_| 0);
    output!(UpdateItemOutput, |_| 0);
    output!(DeleteItemOutput, |_| 0);
    output!(TransactWriteItemsOutput, |_| 0);
    output!(BatchWriteItemOutput, |_| 0);
    None
}
