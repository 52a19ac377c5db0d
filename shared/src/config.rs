//! The settings of a process. Environment variables are read here and nowhere else.

use std::{collections::HashMap, time::Duration};

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use jsonwebtoken::DecodingKey;
use uuid::Uuid;

use crate::{
    app::Clients,
    auth::{Claims, SigningKey, VerifyingKeys},
    domain::{SessionId, UserId},
    encoding::Secret,
    observe::Metrics,
};

/// Every setting, parsed.
#[derive(Clone)]
pub struct Config {
    /// `TUNELINK_TABLE`: the DynamoDB table.
    pub table: String,
    /// `TUNELINK_VERIFYING_KEYS`: a JSON object of key id to Ed25519 public key (base64url).
    pub verifying_keys: VerifyingKeys,
    /// What issues tokens; only the functions that do so are given it.
    pub issuing: Option<Issuing>,
    /// `TUNELINK_LOG_SECRET`: makes of people's ids the names that the log has for them (base64).
    pub log_secret: Secret,
    /// `TUNELINK_CURSOR_SECRET`: seals cursors (base64); only the functions that page are given it.
    pub cursor_secret: Option<Secret>,
    pub limits: Limits,
    /// `TUNELINK_LIVE_ENDPOINT`: the URL of the API that reaches sockets (`https://…/{stage}`); only the functions that
    /// write to sockets are given it.
    pub live_endpoint: Option<String>,
    pub push: PushApplications,
    /// `TUNELINK_DEBUG`: `1` makes every reply tell what it cost (`Server-Timing`).
    pub debug: bool,
}

#[derive(Clone)]
pub struct Issuing {
    /// `TUNELINK_SIGNING_KEY_ID` and `TUNELINK_SIGNING_KEY` (base64 of an Ed25519 key in PKCS #8).
    pub signing_key: SigningKey,
    /// `TUNELINK_REFRESH_SECRET`: seals refresh tokens and device proofs (base64).
    pub refresh_secret: Secret,
}

/// The platform applications of SNS, by their ARNs. To a platform without one nothing is pushed.
#[derive(Clone, Debug, Default)]
pub struct PushApplications {
    /// `TUNELINK_APNS_APPLICATION`: Apple's push service.
    pub ios: Option<String>,
    /// `TUNELINK_FCM_APPLICATION`: Firebase Cloud Messaging.
    pub android: Option<String>,
}

/// How many attempts an hour allows before the next is refused unseen (a right password does not count), and how long a
/// call may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Wrong passwords for one account, from devices that never logged in to it.
    pub guesses_per_account: u32,
    /// Wrong passwords from one device that did.
    pub guesses_per_device: u32,
    /// `TUNELINK_ATTEMPTS_PER_ADDRESS`: wrong passwords and registrations from one network address.
    pub attempts_per_address: u32,
    /// `TUNELINK_LONGEST_CALL`: after so many seconds, 1 to 25, a call is given up and answered with 503. API Gateway
    /// waits for 30 seconds, and clients for less.
    pub longest_call: Duration,
}

impl Config {
    /// What issues tokens; missing where a function that issues them was not given the keys.
    pub fn issuing(&self) -> crate::Result<&Issuing> {
        self.issuing.as_ref().ok_or_else(|| crate::Error::internal("TUNELINK_SIGNING_KEY is not set"))
    }

    /// What seals cursors; missing where a function that pages was not given it.
    pub fn cursor_secret(&self) -> crate::Result<&Secret> {
        self.cursor_secret.as_ref().ok_or_else(|| crate::Error::internal("TUNELINK_CURSOR_SECRET is not set"))
    }

    /// Reads the variables of the environment.
    pub fn from_env() -> Result<Self, String> {
        Self::from_lookup(variable)
    }

    /// Reads variables from anywhere.
    pub fn from_lookup(get: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let required = |name: &str| get(name).ok_or_else(|| format!("{name} is not set"));
        let issuer = get("TUNELINK_ISSUER").unwrap_or_else(|| "tunelink".to_owned());
        let issuing = match get("TUNELINK_SIGNING_KEY") {
            None => None,
            Some(key) => Some(Issuing {
                signing_key: SigningKey::new(
                    required("TUNELINK_SIGNING_KEY_ID")?,
                    &decode("TUNELINK_SIGNING_KEY", &key)?,
                    issuer.clone(),
                ),
                refresh_secret: secret("TUNELINK_REFRESH_SECRET", &required("TUNELINK_REFRESH_SECRET")?)?,
            }),
        };
        let verifying_keys = verifying_keys(&required("TUNELINK_VERIFYING_KEYS")?, &issuer)?;
        if let Some(issuing) = &issuing {
            check_pair(issuing, &verifying_keys)?;
        }
        let attempts = match get("TUNELINK_ATTEMPTS_PER_ADDRESS") {
            None => 100,
            Some(text) => text.parse().map_err(|_| "TUNELINK_ATTEMPTS_PER_ADDRESS is not a number")?,
        };
        let longest_call = match get("TUNELINK_LONGEST_CALL").as_deref().map(str::parse) {
            None => 9,
            Some(Ok(seconds @ 1..=25)) => seconds,
            Some(_) => return Err("TUNELINK_LONGEST_CALL is no number from 1 to 25".to_owned()),
        };
        Ok(Self {
            table: required("TUNELINK_TABLE")?,
            verifying_keys,
            issuing,
            log_secret: secret("TUNELINK_LOG_SECRET", &required("TUNELINK_LOG_SECRET")?)?,
            cursor_secret: match get("TUNELINK_CURSOR_SECRET") {
                None => None,
                Some(text) => Some(secret("TUNELINK_CURSOR_SECRET", &text)?),
            },
            limits: Limits {
                guesses_per_account: 10,
                guesses_per_device: 10,
                attempts_per_address: attempts,
                longest_call: Duration::from_secs(longest_call),
            },
            live_endpoint: get("TUNELINK_LIVE_ENDPOINT"),
            push: PushApplications {
                ios: get("TUNELINK_APNS_APPLICATION"),
                android: get("TUNELINK_FCM_APPLICATION"),
            },
            debug: get("TUNELINK_DEBUG").as_deref() == Some("1"),
        })
    }
}

/// A signing key that nobody can verify is found at the start and not by the first person who logs in.
fn check_pair(issuing: &Issuing, verifying_keys: &VerifyingKeys) -> Result<(), String> {
    let claims = Claims { user_id: UserId(Uuid::nil()), session_id: SessionId(Uuid::nil()) };
    let token = issuing.signing_key.issue(claims, Timestamp::UNIX_EPOCH);
    let verified = token.and_then(|token| verifying_keys.verify(&token, Timestamp::UNIX_EPOCH));
    verified
        .map(|_| ())
        .map_err(|_| "TUNELINK_SIGNING_KEY has no counterpart in TUNELINK_VERIFYING_KEYS".to_owned())
}

/// A variable of the environment.
#[allow(clippy::disallowed_methods)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// `AWS_LAMBDA_LOG_LEVEL`, which Lambda sets from the function's logging configuration; INFO otherwise.
pub(crate) fn log_level() -> tracing::Level {
    level(variable("AWS_LAMBDA_LOG_LEVEL").as_deref())
}

fn level(name: Option<&str>) -> tracing::Level {
    match name {
        // Of Lambda's levels the one that tracing does not have.
        Some("FATAL") => tracing::Level::ERROR,
        name => name.and_then(|name| name.parse().ok()).unwrap_or(tracing::Level::INFO),
    }
}

/// `TUNELINK_METRICS`: `0`, `totals` (where it is not set) or `operations`; `TUNELINK_METRICS_NAMESPACE`: `TuneLink`
/// where it is not set.
pub(crate) fn metrics() -> Result<Metrics, String> {
    Metrics::parse(variable("TUNELINK_METRICS").as_deref(), variable("TUNELINK_METRICS_NAMESPACE"))
}

fn verifying_keys(text: &str, issuer: &str) -> Result<VerifyingKeys, String> {
    let fault = |error: &dyn std::fmt::Display| format!("TUNELINK_VERIFYING_KEYS: {error}");
    let keys: HashMap<String, String> = serde_json::from_str(text).map_err(|error| fault(&error))?;
    let keys = keys
        .into_iter()
        .map(|(id, key)| DecodingKey::from_ed_components(&key).map(|key| (id, key)))
        .collect::<Result<_, _>>();
    Ok(VerifyingKeys::new(keys.map_err(|error| fault(&error))?, issuer))
}

fn secret(name: &str, text: &str) -> Result<Secret, String> {
    let bytes = decode(name, text)?;
    if bytes.len() < 32 {
        return Err(format!("{name} is shorter than 32 bytes"));
    }
    Ok(Secret::new(&bytes))
}

fn decode(name: &str, text: &str) -> Result<Vec<u8>, String> {
    STANDARD.decode(text.trim()).map_err(|error| format!("{name} is not base64: {error}"))
}

/// The SDK's clients for the region and the credentials that the environment or a profile names, with time limits that
/// leave room for retries within one call.
pub async fn clients(config: &Config) -> Clients {
    clients_of(&from_environment().await, config)
}

/// The clients that are made from this.
pub(crate) fn clients_of(shared: &SdkConfig, config: &Config) -> Clients {
    let live = config.live_endpoint.as_ref().map(|endpoint| {
        let live = aws_sdk_apigatewaymanagement::config::Builder::from(shared).endpoint_url(endpoint);
        aws_sdk_apigatewaymanagement::Client::from_conf(live.timeout_config(timeouts(1, 2, 5)).build())
    });
    Clients {
        dynamodb: aws_sdk_dynamodb::Client::new(shared),
        live,
        sns: Some(aws_sdk_sns::Client::new(shared)),
    }
}

/// The client of the table alone.
pub async fn dynamodb() -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(&from_environment().await)
}

/// What every client is made from.
pub async fn from_environment() -> SdkConfig {
    let defaults = aws_config::defaults(BehaviorVersion::latest());
    defaults.timeout_config(patience()).retry_config(retries()).load().await
}

/// How long the SDK waits: DynamoDB answers in milliseconds, so that an attempt that takes seconds is lost, and there is
/// time for another within [`Limits::longest_call`].
pub fn patience() -> TimeoutConfig {
    timeouts(1, 2, 6)
}

/// How often the SDK tries: pauses of some 25, 50 and 100 ms on average. Its own would begin with half a second, which
/// is long for somebody who waits and for a table that throttles by the second.
pub fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(4).with_initial_backoff(Duration::from_millis(50))
}

/// In seconds: to connect, for an attempt, and for all of them.
fn timeouts(connect: u64, attempt: u64, operation: u64) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(connect))
        .operation_attempt_timeout(Duration::from_secs(attempt))
        .operation_timeout(Duration::from_secs(operation))
        .build()
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

    use super::*;
    use crate::encoding::base64url;

    fn read(signing: &Ed25519KeyPair, verifying: &Ed25519KeyPair, secret: &str) -> Result<Config, String> {
        let keys = serde_json::json!({ "k": base64url(verifying.public_key().as_ref()) }).to_string();
        Config::from_lookup(|name| match name {
            "TUNELINK_TABLE" => Some("table".to_owned()),
            "TUNELINK_SIGNING_KEY_ID" => Some("k".to_owned()),
            "TUNELINK_SIGNING_KEY" => Some(STANDARD.encode(signing.to_pkcs8().unwrap())),
            "TUNELINK_VERIFYING_KEYS" => Some(keys.clone()),
            "TUNELINK_REFRESH_SECRET" | "TUNELINK_CURSOR_SECRET" | "TUNELINK_LOG_SECRET" => {
                Some(secret.to_owned())
            }
            _ => None,
        })
    }

    #[test]
    fn settings_that_cannot_work_are_refused_at_the_start() {
        let (a, b) = (Ed25519KeyPair::generate().unwrap(), Ed25519KeyPair::generate().unwrap());
        let secret = STANDARD.encode([7; 32]);
        assert!(read(&a, &a, &secret).is_ok());
        assert!(read(&a, &b, &secret).err().unwrap().contains("no counterpart"));
        assert!(read(&a, &a, &STANDARD.encode([7; 31])).err().unwrap().contains("shorter than 32"));
        assert!(read(&a, &a, "%").err().unwrap().contains("not base64"));
    }

    #[test]
    fn every_level_of_lambda_is_known() {
        let of = |name| level(Some(name)).to_string();
        let names = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];
        assert_eq!(names.map(of), names);
        assert_eq!((of("FATAL"), level(None)), ("ERROR".to_owned(), tracing::Level::INFO));
    }
}
