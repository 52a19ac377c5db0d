//! Settings that are kept in AWS Secrets Manager. Only the functions that issue tokens come here, so no other binary
//! carries its client.

use std::collections::HashMap;

use aws_sdk_secretsmanager::{Client, error::DisplayErrorContext};

use crate::{
    aws,
    config::{self, Config},
};

/// The settings of the environment, and those of the secret that `TUNELINK_ISSUING_SECRET` names: a JSON object of
/// variable to value, in the version of `TUNELINK_ISSUING_SECRET_VERSION` or the current one. Without a name the
/// environment has them all.
pub(crate) async fn config() -> Result<Config, String> {
    let config = read_config().await?;
    config.issuing.is_some().then_some(config).ok_or_else(|| {
        "TUNELINK_SIGNING_KEY is not set, neither in the environment nor in a secret".to_owned()
    })
}

async fn read_config() -> Result<Config, String> {
    let Some(id) = config::variable("TUNELINK_ISSUING_SECRET") else { return Config::from_env() };
    let version = config::variable("TUNELINK_ISSUING_SECRET_VERSION").filter(|version| !version.is_empty());
    let secret = read(&Client::new(&aws::of_lambda()?), &id, version).await?;
    Config::from_lookup(|name| secret.get(name).cloned().or_else(|| config::variable(name)))
}

async fn read(client: &Client, id: &str, version: Option<String>) -> Result<HashMap<String, String>, String> {
    let call = client.get_secret_value().secret_id(id).set_version_id(version);
    let secret = call.send().await.map_err(|error| format!("{id}: {}", DisplayErrorContext(error)))?;
    let text = secret.secret_string.ok_or_else(|| format!("{id} is no text"))?;
    // The error would quote the secret.
    serde_json::from_str(&text).map_err(|_| format!("{id} is no JSON object of variables"))
}
