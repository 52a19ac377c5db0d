//! The SDK's clients for the services that run on this machine. They ask for no real credentials, so that none can
//! leave it.

use std::net::SocketAddr;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_apigatewaymanagement::config::timeout::TimeoutConfig;
use aws_sdk_apigatewaymanagement::config::{BehaviorVersion, Region};

use crate::store::{REGION, Transport};

/// The way to the sockets of the WebSocket API on this address.
pub(crate) fn live(
    address: SocketAddr,
    transport: Option<&Transport>,
) -> aws_sdk_apigatewaymanagement::Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(5))
        .build();
    let config = aws_sdk_apigatewaymanagement::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::from_keys("local", "local", None))
        .endpoint_url(format!("http://{address}/live"))
        .timeout_config(timeouts)
        .http_client(Transport::around(transport, aws_smithy_http_client::Builder::new().build_http()))
        .build();
    aws_sdk_apigatewaymanagement::Client::from_conf(config)
}
