//! What the document says once for all operations.

use serde_json::{Map, Value, json};

use crate::{cors, error::Code, http::ETag};

pub(super) fn head() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "TuneLink",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The backend for musicians who want to play together.\n\n\
                Every reply, errors included, has one shape: `status`, `code`, `message` (English or French, by \
                `Accept-Language`), `data` and `errors`; lists add `page`. Branch on `errors[].code`, which never \
                changes, and not on `message`.\n\n\
                JSON is snake_case, times are RFC 3339 in UTC, ids are UUIDv7. A body has at most 64 KB and nests \
                at most 32 levels; duplicate and unknown fields are refused. Lists page with `limit` and the \
                opaque `cursor` from `page.next`.",
            "license": { "name": "MIT", "url": "https://spdx.org/licenses/MIT.html" },
        },
        "servers": [{ "url": "/" }],
        "tags": [],
        "paths": {},
        "components": {
            "schemas": {},
            "securitySchemes": {
                "session": {
                    "type": "oauth2",
                    "description": "An access token, from any of register, log in, token and refresh.",
                    "flows": { "password": { "tokenUrl": "/v1/auth/token", "refreshUrl": "/v1/auth/token", "scopes": {} } },
                },
            },
            "headers": headers(),
        },
        "x-amazon-apigateway-cors": {
            "allowOrigins": ["*"],
            "allowMethods": cors::METHODS,
            "allowHeaders": cors::REQUEST_HEADERS,
            "exposeHeaders": cors::REPLY_HEADERS,
            "maxAge": cors::MAX_AGE_SECONDS,
        },
    })
}

fn headers() -> Value {
    let header = |about: &str, example: &str| json!({ "description": about, "schema": { "type": "string" }, "example": example });
    json!({
        "X-Request-Id": header("Names this call in a report to us.", "JKJaXmPLvHcESHA="),
        "Content-Language": header("The language of the messages: en or fr.", "en"),
        "Location": header("Where the new resource is.", "/v1/instruments/electric-guitar"),
        "ETag": header("The version; send it back in If-Match or If-None-Match.", ETag::EXAMPLE),
        "Retry-After": json!({ "description": "Seconds until a retry makes sense.", "schema": { "type": "integer", "minimum": 1 }, "example": 30 }),
        "Allow": header("The methods that this path knows.", "GET, PATCH"),
        "WWW-Authenticate": header("How to authenticate (RFC 6750).", "Bearer"),
    })
}

/// The schemas of the envelope's own parts.
pub(super) fn schemas() -> Map<String, Value> {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let parts = json!({
        "ErrorCode": { "type": "string", "description": "What went wrong. A code never changes its meaning.", "enum": codes },
        "ErrorItem": {
            "type": "object",
            "additionalProperties": false,
            "required": ["code", "field", "message"],
            "properties": {
                "code": { "$ref": "#/components/schemas/ErrorCode" },
                "field": { "type": "string", "minLength": 1, "nullable": true, "description": "Path of the field, for instance `home.lat`; null when it is about the whole request." },
                "message": { "type": "string", "description": "For people, in the language of the reply." },
            },
        },
        "Failure": {
            "type": "object",
            "additionalProperties": false,
            "required": ["status", "code", "message", "data", "errors"],
            "properties": {
                "status": { "type": "string", "enum": ["error"] },
                "code": { "type": "integer", "description": "The HTTP status.", "minimum": 400, "maximum": 599 },
                "message": { "type": "string" },
                "data": { "type": "object", "nullable": true, "enum": [null] },
                "errors": { "type": "array", "minItems": 1, "maxItems": crate::error::MAX_FAULTS, "items": { "$ref": "#/components/schemas/ErrorItem" } },
            },
        },
        "PageInfo": {
            "type": "object",
            "additionalProperties": false,
            "required": ["next", "partial"],
            "properties": {
                "next": { "type": "string", "nullable": true, "description": "The cursor of the next page; null at the end." },
                "partial": { "type": "boolean", "description": "True when a budget cut the page short." },
                "unread": { "type": "integer", "minimum": 0, "maximum": 500, "description": "How many are unread in all, 500 at most; in the list of notifications alone." },
            },
        },
    });
    match parts {
        Value::Object(parts) => parts,
        _ => Map::new(),
    }
}

/// The envelope around the data of a success.
pub(super) fn envelope(status: u16, data: Value, page: bool) -> Value {
    let mut schema = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["status", "code", "message", "data", "errors"],
        "properties": {
            "status": { "type": "string", "enum": ["success"] },
            "code": { "type": "integer", "enum": [status] },
            "message": { "type": "string" },
            "data": data,
            "errors": { "type": "array", "nullable": true, "enum": [null], "items": { "$ref": "#/components/schemas/ErrorItem" } },
        },
    });
    if page {
        schema["properties"]["page"] = json!({ "$ref": "#/components/schemas/PageInfo" });
        schema["required"] = json!(["status", "code", "message", "data", "errors", "page"]);
    }
    schema
}

/// How API Gateway calls the function (Lambda proxy, payload format 2.0).
pub(super) fn integration(logical_id: &str) -> Value {
    let arn = format!(
        "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{logical_id}.Arn}}/invocations"
    );
    json!({
        "type": "aws_proxy",
        "httpMethod": "POST",
        "payloadFormatVersion": "2.0",
        "uri": { "Fn::Sub": arn },
        "credentials": { "Fn::GetAtt": ["GatewayRole", "Arn"] },
        "timeoutInMillis": 30000,
    })
}
