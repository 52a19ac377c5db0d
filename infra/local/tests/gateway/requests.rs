//! What a function gets to see of a request.

use reqwest::Client;
use serde_json::{Value, json};

use crate::harness::{Api, echo, header};

#[tokio::test]
async fn the_context_is_that_of_an_http_api() {
    let api = Api::of(echo()).await;
    let url = format!("{}/v1/things/7", api.url);
    let seen = api.echoed(Client::new().post(url).header("user-agent", "curl/8")).await;
    let context = &seen["context"];
    assert_eq!(context["routeKey"], "POST /v1/things/{thing_id}");
    assert_eq!(context["stage"], "$default");
    assert_eq!(context["domainName"], "127.0.0.1");
    assert_eq!(context["domainPrefix"], "127");
    assert_eq!(context["accountId"], "000000000000");
    assert_eq!(context["apiId"], "local");
    let http = json!({
        "method": "POST", "path": "/v1/things/7", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "curl/8"
    });
    assert_eq!(context["http"], http);
    let epoch = context["timeEpoch"].as_i64().unwrap();
    let id = context["requestId"].as_str().unwrap();
    let begun = i64::from_str_radix(&id[..13].replace('-', ""), 16).unwrap();
    assert!((begun..begun + 1000).contains(&epoch), "{begun} {epoch}");
    let time = jiff::fmt::strtime::parse("%d/%b/%Y:%H:%M:%S %z", context["time"].as_str().unwrap()).unwrap();
    assert_eq!(time.to_timestamp().unwrap().as_second(), epoch / 1000);
    assert_eq!(seen["deadline"].as_i64().unwrap(), epoch + 200);
}

#[tokio::test]
async fn what_has_no_route_goes_to_the_default_route() {
    let api = Api::of(echo()).await;
    let client = Client::new();
    for request in
        [client.get(format!("{}/v1/nothing", api.url)), client.delete(format!("{}/v1/things", api.url))]
    {
        let seen = api.echoed(request).await;
        assert_eq!(seen["context"]["routeKey"], "$default");
        assert_eq!(seen["path_parameters"], json!([]));
    }
}

#[tokio::test]
async fn head_is_a_method_like_others_and_has_no_reply_body() {
    let api = Api::of(crate::harness::function(|_| panic!("the route of GET was called"))).await;
    let reply = Client::new().head(format!("{}/v1/things", api.url)).send().await.unwrap();
    assert_eq!(reply.status(), 200);
    assert_eq!(reply.text().await.unwrap(), "");
}

#[tokio::test]
async fn paths_arrive_decoded_once() {
    let api = Api::of(echo()).await;
    let seen = api.echoed(Client::new().post(format!("{}/v1/things/Zo%C3%AB%2525", api.url))).await;
    assert_eq!(seen["path_parameters"], json!([["thing_id", "Zoë%25"]]));
    assert_eq!(seen["path"], "/v1/things/Zoë%25");
    assert_eq!(seen["context"]["http"]["path"], "/v1/things/Zoë%25");
}

#[tokio::test]
async fn queries_arrive_whole() {
    let api = Api::of(echo()).await;
    let seen = api.echoed(Client::new().get(format!("{}/v1/things?a=1&a=2&b=%26+c&d", api.url))).await;
    let mut query: Vec<Value> = seen["query"].as_array().unwrap().clone();
    query.sort_by_key(ToString::to_string);
    assert_eq!(query, [json!(["a", "1"]), json!(["a", "2"]), json!(["b", "& c"]), json!(["d", ""])]);
    assert!(seen["uri"].as_str().unwrap().ends_with("/v1/things?a=1&a=2&b=%26+c&d"));
}

#[tokio::test]
async fn several_values_of_a_header_are_joined() {
    let api = Api::of(echo()).await;
    let request = Client::new().get(format!("{}/v1/things", api.url));
    let seen = api.echoed(request.header("X-Mine", "one").header("X-Mine", "two, three")).await;
    assert_eq!(header(&seen, "x-mine"), ["one,two, three"]);
}

#[tokio::test]
async fn headers_of_the_connection_stay_behind() {
    let api = Api::of(echo()).await;
    let request = Client::new().get(format!("{}/v1/things", api.url));
    let seen = api.echoed(request.header("te", "trailers").header("connection", "keep-alive")).await;
    assert!(header(&seen, "te").is_empty());
    assert!(header(&seen, "connection").is_empty());
    assert_eq!(header(&seen, "content-length"), ["0"]);
}

#[tokio::test]
async fn the_peer_is_the_source_whatever_the_client_claims() {
    let api = Api::of(echo()).await;
    let request = Client::new().get(format!("{}/v1/things", api.url));
    let seen =
        api.echoed(request.header("x-forwarded-for", "8.8.8.8").header("x-forwarded-proto", "https")).await;
    assert_eq!(seen["context"]["http"]["sourceIp"], "127.0.0.1");
    assert_eq!(header(&seen, "x-forwarded-for"), ["8.8.8.8, 127.0.0.1"]);
    assert_eq!(header(&seen, "x-forwarded-proto"), ["http"]);
    assert_eq!(header(&seen, "x-forwarded-port"), [api.url.rsplit(':').next().unwrap()]);
}

#[tokio::test]
async fn cookies_of_several_lines_arrive_together() {
    let api = Api::of(echo()).await;
    let request = Client::new().get(format!("{}/v1/things", api.url));
    let seen = api.echoed(request.header("cookie", "a=1; b=2").header("cookie", "c=3")).await;
    assert_eq!(header(&seen, "cookie"), ["a=1; b=2; c=3"]);
}

#[tokio::test]
async fn only_text_types_arrive_as_text() {
    let api = Api::of(echo()).await;
    for (kind, expected) in [
        ("application/json; charset=utf-8", "text"),
        ("text/csv", "text"),
        ("application/x-www-form-urlencoded", "binary"),
        ("application/problem+json", "binary"),
        ("image/png", "binary"),
        ("", "binary"),
    ] {
        let request = Client::new().post(format!("{}/v1/things/1", api.url)).header("content-type", kind);
        let seen = api.echoed(request.body("ab")).await;
        assert_eq!(seen["kind"], expected, "{kind}");
        assert_eq!(seen["body"], if expected == "text" { "ab" } else { "[97, 98]" });
    }
}

#[tokio::test]
async fn no_body_is_no_body() {
    let api = Api::of(echo()).await;
    let seen = api.echoed(Client::new().post(format!("{}/v1/things/1", api.url))).await;
    assert_eq!(seen["kind"], "empty");
}

/// As Lambda gets it, before any library has read it.
#[test]
fn the_event_itself_has_the_shape_of_payload_2_0() {
    let request = axum::http::Request::post("/v1/things/a%20b?a=1&a=2&b=")
        .header("host", "localhost:3000")
        .header("cookie", "one=1; two=2")
        .header("content-type", "application/json")
        .body("{}".to_owned())
        .unwrap();
    let parameters = [("thing_id".to_owned(), "a b".to_owned())].into_iter();
    let event = tunelink_local::gateway::sample("POST /v1/things/{thing_id}", parameters, request);
    let event = serde_json::to_value(event).unwrap();
    for (name, expected) in [
        ("version", json!("2.0")),
        ("routeKey", json!("POST /v1/things/{thing_id}")),
        ("rawPath", json!("/v1/things/a b")),
        ("rawQueryString", json!("a=1&a=2&b=")),
        ("queryStringParameters", json!({ "a": "1,2", "b": "" })),
        ("pathParameters", json!({ "thing_id": "a b" })),
        ("cookies", json!(["one=1", "two=2"])),
        ("body", json!("{}")),
        ("isBase64Encoded", json!(false)),
    ] {
        assert_eq!(event[name], expected, "{name}");
    }
    assert_eq!(event["headers"]["cookie"], Value::Null);
}
