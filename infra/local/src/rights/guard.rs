use std::fmt;

use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
            SharedHttpConnector,
        },
        orchestrator::HttpRequest,
        runtime_components::RuntimeComponents,
    },
    http::{Response, StatusCode},
};
use aws_smithy_types::body::SdkBody;
use serde_json::json;

use super::{RIGHTS, Right, caller, needs, used};

/// The client, with the calls of functions held against their rights.
pub(crate) fn guard(http: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Guard(http))
}

struct Guard<T>(T);

impl<T> fmt::Debug for Guard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard")
    }
}

impl HttpClient for Guard<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Guard(self.0.http_connector(settings, components)))
    }
}

impl HttpConnector for Guard<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(function) = caller() else { return self.0.call(request) };
        let needs = needs::of(&request);
        let granted = RIGHTS.get(function);
        match needs.iter().find(|need| !granted.is_some_and(|granted| granted.contains(need))) {
            Some(right) if !used::everything_is_allowed() => {
                tracing::error!(function, %right, "the function has no such right; see docs/ADDING-AN-OPERATION.md");
                HttpConnectorFuture::ready(Ok(denied(function, right)))
            }
            _ => {
                used::note(function, &needs);
                self.0.call(request)
            }
        }
    }
}

/// As DynamoDB words it.
fn denied(function: &str, right: &Right) -> Response<SdkBody> {
    let message = format!("User: {function} is not authorized to perform: {right}");
    let body = json!({ "__type": "com.amazon.coral.service#AccessDeniedException", "Message": message });
    let status = StatusCode::try_from(400).unwrap_or_else(|_| unreachable!("400 is a status"));
    let mut response = Response::new(status, SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}
