//! What DynamoDB says when it does not do what it was asked to.

use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use serde_json::{Value, json};

const NAMESPACE: &str = "com.amazonaws.dynamodb.v20120810";

/// The call met a transaction.
pub(super) fn conflict(operation: &str, body: &str) -> Response<SdkBody> {
    let message = "Transaction is ongoing for the item";
    if operation == "TransactWriteItems" {
        return cancelled(body, "TransactionConflict", message);
    }
    refusal(json!({ "__type": format!("{NAMESPACE}#TransactionConflictException"), "message": message }))
}

/// The table has too much to do. Of a transaction it is said as a reason for which it was cancelled.
pub(super) fn throttle(operation: &str, body: &str) -> Response<SdkBody> {
    let message = "Throughput exceeds the current capacity of your table or index.";
    if operation == "TransactWriteItems" {
        return cancelled(body, "ThrottlingError", message);
    }
    let kind = format!("{NAMESPACE}#ProvisionedThroughputExceededException");
    refusal(json!({ "__type": kind, "message": message }))
}

fn cancelled(body: &str, code: &str, message: &str) -> Response<SdkBody> {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let writes = body["TransactItems"].as_array().map_or(1, Vec::len);
    let mut reasons = vec![json!({ "Code": "None" }); writes];
    reasons[0] = json!({ "Code": code, "Message": message });
    refusal(json!({
        "__type": format!("{NAMESPACE}#TransactionCanceledException"),
        "Message": "Transaction cancelled", "CancellationReasons": reasons,
    }))
}

fn refusal(body: Value) -> Response<SdkBody> {
    response(400, body)
}

/// A server's mishap.
pub(super) fn broken() -> Response<SdkBody> {
    response(500, json!({}))
}

/// Nothing of a batch was done.
pub(super) fn nothing_done(name: &str, undone: Value) -> Response<SdkBody> {
    response(200, json!({ name: undone, "Responses": {} }))
}

/// The reply, with what was left undone.
pub(super) async fn with(done: Response<SdkBody>, name: &str, undone: Value) -> Response<SdkBody> {
    let (status, mut body) = read(done).await;
    body[name] = undone;
    response(status, body)
}

/// The replies to two batches of reads, as one.
pub(super) async fn both(one: Response<SdkBody>, other: Response<SdkBody>) -> Response<SdkBody> {
    let ((_, one), (status, mut both)) = (read(one).await, read(other).await);
    let tables = both["Responses"].as_object_mut().expect("the table can be read");
    for (table, items) in tables {
        let more = one["Responses"][table].as_array().expect("it is asked for the same table");
        items.as_array_mut().expect("a list of items").extend(more.iter().cloned());
    }
    response(status, both)
}

async fn read(reply: Response<SdkBody>) -> (u16, Value) {
    let status = reply.status().as_u16();
    let body = ByteStream::new(reply.into_body()).collect().await.expect("the reply is whole");
    (status, serde_json::from_slice(&body.into_bytes()).expect("DynamoDB speaks JSON"))
}

fn response(status: u16, body: Value) -> Response<SdkBody> {
    let status = StatusCode::try_from(status).expect("this is a status");
    let mut response = Response::new(status, SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}
