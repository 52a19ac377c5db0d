//! The SDK's clients for the services that run on this machine. They ask for no real credentials, so that none can
//! leave it.

use std::net::SocketAddr;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_apigatewaymanagement::config::timeout::TimeoutConfig;
use aws_sdk_apigatewaymanagement::config::{BehaviorVersion, Region};
use aws_sdk_sns::config::retry::RetryConfig;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::rights;
use crate::store::{REGION, Transport};

/// The way to the sockets of the WebSocket API on this address.
pub(crate) fn live(
    address: SocketAddr,
    transport: Option<&Transport>,
) -> aws_sdk_apigatewaymanagement::Client {
    let config = aws_sdk_apigatewaymanagement::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::from_keys("local", "local", None))
        .endpoint_url(format!("http://{address}/live"))
        .timeout_config(timeouts())
        .http_client(http(transport))
        .build();
    aws_sdk_apigatewaymanagement::Client::from_conf(config)
}

/// The way to an SNS at this URL.
pub fn sns(url: &str) -> aws_sdk_sns::Client {
    sns_through(url, None)
}

/// The same with something in between.
pub(crate) fn sns_through(url: &str, transport: Option<&Transport>) -> aws_sdk_sns::Client {
    let config = aws_sdk_sns::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::from_keys("local", "local", None))
        .endpoint_url(url)
        .timeout_config(timeouts())
        .retry_config(RetryConfig::standard().with_max_attempts(2))
        .http_client(http(transport))
        .build();
    aws_sdk_sns::Client::from_conf(config)
}

/// Without TLS, for which a client reads all of the machine's certificates.
fn http(transport: Option<&Transport>) -> SharedHttpClient {
    let plain = aws_smithy_http_client::Builder::new().build_http();
    rights::guard(Transport::around(transport, plain))
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(5))
        .build()
}
