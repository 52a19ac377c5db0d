//! What a request of the SDK needs the right for.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde_json::Value;

use super::{Resource, Right};

/// The rights that IAM asks for before it lets the request through.
///
/// A transaction needs those of its parts:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html>.
pub(super) fn of(request: &HttpRequest) -> Vec<Right> {
    let body = request.body().bytes().unwrap_or_default();
    if let Some(target) = request.headers().get("x-amz-target") {
        let operation = target.rsplit('.').next().unwrap_or_default();
        return dynamodb(operation, &serde_json::from_slice(body).unwrap_or_default());
    }
    let (action, resource) = if request.uri().contains("/@connections/") {
        let method = request.method().to_owned();
        ("execute-api:ManageConnections".to_owned(), Resource::Connections { method })
    } else {
        let action = form_urlencoded::parse(body).find(|(name, _)| name == "Action");
        let action = action.map(|(_, action)| action.into_owned()).unwrap_or_default();
        let resource =
            if action == "CreatePlatformEndpoint" { Resource::Application } else { Resource::Endpoint };
        (format!("sns:{action}"), resource)
    };
    vec![Right { action, resource }]
}

fn dynamodb(operation: &str, body: &Value) -> Vec<Right> {
    let one = |keys: &Value| vec![table(operation, keys)];
    match operation {
        "PutItem" => one(&body["Item"]),
        "GetItem" | "UpdateItem" | "DeleteItem" => one(&body["Key"]),
        "Query" => vec![query(body)],
        // Whether an item is read alone is a matter of what else is read at the same time: one right is for both.
        "BatchGetItem" => {
            tables(body).flat_map(|table| list(&table["Keys"])).map(|key| table("GetItem", key)).collect()
        }
        "BatchWriteItem" => {
            let key = |write: &Value| {
                table(operation, write.pointer("/PutRequest/Item").unwrap_or(&write["DeleteRequest"]["Key"]))
            };
            tables(body).flat_map(list).map(key).collect()
        }
        "TransactWriteItems" | "TransactGetItems" => list(&body["TransactItems"]).map(part).collect(),
        _ => one(&Value::Null),
    }
}

fn part(part: &Value) -> Right {
    let (kind, part) = part.as_object().and_then(|part| part.iter().next()).unzip();
    let part = part.unwrap_or(&Value::Null);
    match kind.map_or("", String::as_str) {
        "ConditionCheck" => table("ConditionCheckItem", &part["Key"]),
        "Put" => table("PutItem", &part["Item"]),
        kind => table(&format!("{kind}Item"), &part["Key"]),
    }
}

fn query(body: &Value) -> Right {
    let condition = body["KeyConditionExpression"].as_str().unwrap_or_default();
    let value = condition.split(" AND ").next().and_then(|first| first.split(" = ").nth(1));
    let value = value.and_then(|name| body["ExpressionAttributeValues"][name]["S"].as_str());
    let keys = pattern(value.unwrap_or("*"));
    let resource = match body["IndexName"].as_str() {
        Some(name) => Resource::Index { name: name.to_owned(), keys },
        None => Resource::Table { keys },
    };
    Right { action: "dynamodb:Query".to_owned(), resource }
}

fn table(operation: &str, item: &Value) -> Right {
    let keys = pattern(item["pk"]["S"].as_str().unwrap_or("*"));
    Right { action: format!("dynamodb:{operation}"), resource: Resource::Table { keys } }
}

/// The partition keys of this kind: ids are replaced by `*`, the words around them stay.
fn pattern(key: &str) -> String {
    let parts: Vec<&str> = key.split('#').collect();
    let [kind, .., last] = parts[..] else { return key.to_owned() };
    let is_word = parts.len() > 2 && last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_word { format!("{kind}#*#{last}") } else { format!("{kind}#*") }
}

fn tables(body: &Value) -> impl Iterator<Item = &Value> {
    body["RequestItems"].as_object().into_iter().flat_map(|tables| tables.values())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::body::SdkBody;
    use serde_json::json;

    use super::*;

    fn needs(operation: &str, body: &Value) -> Vec<String> {
        let mut request = HttpRequest::new(SdkBody::from(body.to_string()));
        request.headers_mut().insert("x-amz-target", format!("DynamoDB_20120810.{operation}"));
        of(&request).iter().map(ToString::to_string).collect()
    }

    fn key(pk: &str) -> Value {
        json!({ "pk": { "S": pk }, "sk": { "S": "PROFILE" } })
    }

    #[test]
    fn an_item_is_named_by_the_kind_of_its_partition() {
        assert_eq!(needs("GetItem", &json!({ "Key": key("U#0190") })), ["dynamodb:GetItem table U#*"]);
        assert_eq!(
            needs("PutItem", &json!({ "Item": key("CATALOGUE") })),
            ["dynamodb:PutItem table CATALOGUE"]
        );
    }

    #[test]
    fn a_query_is_about_its_partition_or_an_index() {
        let body = |index: Value, pk: &str| {
            json!({
                "IndexName": index, "KeyConditionExpression": "#pk = :pk AND begins_with(#sk, :prefix)",
                "ExpressionAttributeValues": { ":pk": { "S": pk }, ":prefix": { "S": "x" } },
            })
        };
        assert_eq!(needs("Query", &body(Value::Null, "E#0190")), ["dynamodb:Query table E#*"]);
        let entries = needs("Query", &body(json!("related"), "U#0190#EVENTS"));
        assert_eq!(entries, ["dynamodb:Query index/related U#*#EVENTS"]);
    }

    #[test]
    fn a_transaction_needs_what_its_parts_need() {
        let body = json!({ "TransactItems": [
            { "Put": { "Item": key("E#1") } }, { "Update": { "Key": key("U#1") } },
            { "Delete": { "Key": key("DIRECT#1#2") } }, { "ConditionCheck": { "Key": key("U#1") } },
        ] });
        let wanted = [
            "dynamodb:PutItem table E#*",
            "dynamodb:UpdateItem table U#*",
            "dynamodb:DeleteItem table DIRECT#*",
            "dynamodb:ConditionCheckItem table U#*",
        ];
        assert_eq!(needs("TransactWriteItems", &body), wanted);
    }

    #[test]
    fn a_batch_needs_its_own_action_for_every_key() {
        let body = json!({ "RequestItems": { "t": { "Keys": [key("U#1"), key("E#1")] } } });
        assert_eq!(
            needs("BatchGetItem", &body),
            ["dynamodb:GetItem table U#*", "dynamodb:GetItem table E#*"]
        );
        let body = json!({ "RequestItems": { "t": [{ "DeleteRequest": { "Key": key("U#1") } }] } });
        assert_eq!(needs("BatchWriteItem", &body), ["dynamodb:BatchWriteItem table U#*"]);
    }

    #[test]
    fn what_is_not_known_needs_every_key() {
        assert_eq!(needs("Scan", &json!({})), ["dynamodb:Scan table *"]);
    }
}
