//! The way to AWS for a function that runs there, made in as little time as possible: the SDK's own looks for profiles,
//! and reads all certificates of the machine, for each client anew.

use aws_config::{BehaviorVersion, Region, SdkConfig, environment::EnvironmentVariableCredentialsProvider};

use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    connector_metadata::ConnectorMetadata,
    http::{HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector},
    runtime_components::RuntimeComponents,
};
use aws_types::{
    sdk_config::SharedCredentialsProvider,
    service_config::{LoadServiceConfig, ServiceConfigKey},
};

use crate::config::{patience, retries, variable};

/// The roots that Amazon says its services' certificates go back to (<https://www.amazontrust.com/repository/>): four of
/// its own, and Starfield's. Those of the regions in China may go back to others.
const ROOTS: &str = include_str!("roots.pem");

/// What every client of a function is made from: the region, the credentials and the endpoints that Lambda's environment
/// names. Profiles, roles and metadata services, which the SDK would ask next, there are not on Lambda.
pub(crate) fn of_lambda() -> Result<SdkConfig, String> {
    let region = variable("AWS_REGION").ok_or("AWS_REGION is not set")?;
    let credentials = SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new());
    Ok(SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(credentials)
        .service_config(Endpoints)
        .http_client(http()?)
        .timeout_config(patience())
        .retry_config(retries())
        .build())
}

/// One for all clients, so that there is one pool of connections.
fn http() -> Result<SharedHttpClient, String> {
    let roots = TrustStore::empty().with_pem_certificate(ROOTS);
    let context = TlsContext::builder().with_trust_store(roots).build();
    let context = context.map_err(|error| format!("the roots of AWS are not understood: {error}"))?;
    let tls = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(context);
    Ok(SharedHttpClient::new(Unchecked(tls.build_https())))
}

/// A client that makes its connector when it is first needed. The SDK's makes one for each client besides, to load the
/// machine's certificates, and throws it away.
#[derive(Debug)]
struct Unchecked(SharedHttpClient);

impl HttpClient for Unchecked {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.0.http_connector(settings, components)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

/// The endpoints of services in the environment, such as `AWS_ENDPOINT_URL_DYNAMODB`:
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>.
#[derive(Debug)]
struct Endpoints;

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        variable(&variable_of(key.env(), key.service_id()))
    }
}

/// `Secrets Manager` is `SECRETS_MANAGER` there.
fn variable_of(name: &str, service: &str) -> String {
    format!("{name}_{}", service.to_uppercase().replace(' ', "_"))
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest::{SHA256, digest};
    use base64::{Engine, engine::general_purpose::STANDARD};

    use super::*;

    /// As <https://www.amazontrust.com/repository/> has them, in their order.
    const FINGERPRINTS: [&str; 5] = [
        "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
        "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
        "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
        "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
        "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
    ];

    #[test]
    fn the_roots_are_those_that_amazon_names() {
        let certificates = ROOTS.split("-----BEGIN CERTIFICATE-----").skip(1);
        let fingerprint = |text: &str| {
            let (text, _) = text.split_once("-----END CERTIFICATE-----").unwrap();
            let der = STANDARD.decode(text.split_whitespace().collect::<String>()).unwrap();
            digest(&SHA256, &der)
                .as_ref()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<Vec<_>>()
                .concat()
        };
        assert!(certificates.map(fingerprint).eq(FINGERPRINTS));
    }

    #[test]
    fn endpoints_have_the_names_that_the_sdks_agreed_on() {
        assert_eq!(variable_of("AWS_ENDPOINT_URL", "DynamoDB"), "AWS_ENDPOINT_URL_DYNAMODB");
        assert_eq!(variable_of("AWS_ENDPOINT_URL", "Secrets Manager"), "AWS_ENDPOINT_URL_SECRETS_MANAGER");
    }
}
